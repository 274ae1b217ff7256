"""Boards held to a power limit while a benchmark runs, and given back as they were."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable, UsageError
from submeter.sensing.devices.nvml import Nvml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from submeter.sensing.devices.nvml import Board

_WHERE = "power-limit"
_VISIBLE = "CUDA_VISIBLE_DEVICES"
_MILLI = 1000


@contextmanager
def limited(watts: int | None, library: str = "") -> Iterator[None]:
    """Hold this program's boards to a power limit, and set them back at the end.

    Also after an error, Ctrl-C or SIGTERM; not after SIGKILL, which no program notices.

    Parameters
    ----------
    watts : int or None
        Of each board [W]; None: nothing is touched.
    library : str
        Path of NVML; empty for the driver's own.

    Raises
    ------
    UsageError
        If there is no such board, it does not take that limit, or may not be set.
    """
    if watts is None:
        yield
        return
    try:
        nvml = Nvml(library)
    except SensorUnavailable as error:
        raise UsageError(
            f"no board takes a power limit: {error.what}", _WHERE, error.fix
        ) from error
    before: list[tuple[Board, int]] = []
    try:
        with _ended_by_sigterm():
            try:
                for board in meant(nvml.boards, os.environ):
                    before.append((board, _now(nvml, board)))
                    _limit(nvml, board, watts)
                yield
            finally:
                _restore(nvml, before)
    finally:
        nvml.close()


def meant(boards: Sequence[Board], environ: Mapping[str, str]) -> list[Board]:
    """Give the boards that this program may use: others may be somebody else's.

    Parameters
    ----------
    boards : sequence of Board
        All that the driver knows.
    environ : mapping of str to str
        ``CUDA_VISIBLE_DEVICES`` names some of them by place or UUID; without it all are meant.

    Raises
    ------
    UsageError
        If it names none of them.
    """
    told = environ.get(_VISIBLE)
    if told is None:
        return list(boards)
    names = [each.strip() for each in told.split(",") if each.strip()]
    found = [
        board
        for board in boards
        if any(
            each == str(board.place) or (each.startswith("GPU-") and board.uuid.startswith(each))
            for each in names
        )
    ]
    if not found:
        raise UsageError(
            f"{_VISIBLE}={told} names no board", _WHERE, "name boards by place or UUID"
        )
    return found


def _now(nvml: Nvml, board: Board) -> int:
    limit = nvml.limit(board)
    if limit is None:
        raise UsageError("the board has no power limit", board.name, f"leave {_WHERE} out")
    return limit


def _limit(nvml: Nvml, board: Board, watts: int) -> None:
    ends = nvml.limits(board)
    if ends is not None and not ends[0] <= watts * _MILLI <= ends[1]:
        least, most = (each // _MILLI for each in ends)
        fix = f"take {least} to {most} W"
        raise UsageError(f"the board takes no limit of {watts} W", board.name, fix)
    try:
        nvml.set_limit(board, watts * _MILLI)
    except PermissionError as error:
        fix = "run it as root, or have the operator set it (nvidia-smi -pl) and leave this out"
        raise UsageError("the power limit may not be set", board.name, fix) from error
    except OSError as error:
        raise UsageError(f"the power limit is not taken: {error}", board.name, "") from error


def _restore(nvml: Nvml, before: Sequence[tuple[Board, int]]) -> None:
    failed, fixes = [], []
    for board, limit in before:
        try:
            if nvml.limit(board) != limit:
                nvml.set_limit(board, limit)
        except OSError as error:
            failed.append(f"{board.name}: {error}")
            fixes.append(f"nvidia-smi -i {board.place} -pl {limit // _MILLI}")
    if failed:
        what = f"the power limit is not as it was ({'; '.join(failed)})"
        raise UsageError(what, _WHERE, " and ".join(fixes))


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that what follows it is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)
