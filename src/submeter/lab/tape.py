"""A recording as it is written: whole lines, bounded in size, valid whenever it is cut off."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.sensors.replay import LOST, PHASE

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 64 << 20
"""A recording ends at this size [B]; a counter and three numbers beside it take about 30 kB/s at
one reading in 2 ms and so reach it in half an hour."""

LONGEST = 3600.0
"""A recording ends after this long [s]."""

_FLUSHED = 1 << 16
"""Written in pieces of about this size [B]."""


class Tape:
    """A recording in the making; several threads may add to it.

    Parameters
    ----------
    path : str
        The file, which must not be there yet.
    header : mapping
        Its first line.
    start : int
        The instant [ns] that becomes 0.
    most : int
        It ends before it grows larger than this [B].
    longest : float
        It ends after so long [s].

    Notes
    -----
    Of readings that follow one another with the same value only the first and the last are kept:
    that tells as much of when it changed.
    """

    def __init__(
        self,
        path: str,
        header: Mapping[str, object],
        start: int,
        *,
        most: int = MOST_BYTES,
        longest: float = LONGEST,
    ) -> None:
        self.ended = ""
        self._start, self._most, self._longest = start, most, longest
        self._size = 0
        self._waiting: list[bytes] = []
        self._waits = 0
        self._last: dict[tuple[str, str], tuple[int, int | str]] = {}
        self._held: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError as error:
            fix = "name another file: recordings are not overwritten"
            raise UsageError("there is such a file already", path, fix) from error
        except OSError as error:
            fix = "name a file that can be written"
            what = f"the recording cannot be written: {error.strerror}"
            raise UsageError(what, path, fix) from error
        self._line(header)
        self._flush()

    def add(self, instant: int, domain: str, kind: str, value: int | str) -> None:
        """Note a number at an instant [ns]."""
        key = (domain, kind)
        with self._lock:
            before = self._last.get(key)
            if before is not None and before[1] == value:
                self._held[key] = instant
                return
            self._let_go(key)
            self._last[key] = (instant, value)
            self._write(instant, domain, kind, value)

    def lose(self, instant: int, domain: str, reason: str) -> None:
        """Note that a domain (all of them if empty) did not answer; told once until it does."""
        with self._lock:
            keys = [key for key in self._last if key[0] == domain or not domain]
            if not keys:
                return
            for key in keys:
                self._let_go(key)
                del self._last[key]
            self._write(instant, domain, LOST, reason)

    def phase(self, instant: int, name: str) -> None:
        """Note what the load does from an instant [ns] on."""
        with self._lock:
            self._write(instant, "", PHASE, name)

    def close(self, instant: int) -> None:
        """End it at an instant [ns]; again is harmless."""
        with self._lock:
            if self._file < 0:
                return
            for key in list(self._held):
                self._let_go(key)
            self._write(instant, "", PHASE, "end")
            self._flush()
            self.ended = self.ended or "closed"
            with suppress(OSError):
                os.close(self._file)
            self._file = -1

    def _let_go(self, key: tuple[str, str]) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._write(held, *key, self._last[key][1])

    def _write(self, instant: int, domain: str, kind: str, value: int | str) -> None:
        if instant - self._start > self._longest * NANOSECONDS_PER_SECOND:
            self.ended = self.ended or f"it reached {self._longest:.0f} s"
        self._line([instant - self._start, domain, kind, value])
        if self._waits >= _FLUSHED:
            self._flush()

    def _line(self, content: object) -> None:
        if self.ended:
            return
        line = json.dumps(content, ensure_ascii=False).encode() + b"\n"
        if self._size + self._waits + len(line) > self._most:
            self.ended = f"it reached {self._most >> 20} MiB"
            return
        self._waiting.append(line)
        self._waits += len(line)

    def _flush(self) -> None:
        """Write what waits in one go; of what could not be written nothing is left."""
        block, self._waiting, self._waits = b"".join(self._waiting), [], 0
        try:
            written = os.write(self._file, block)
        except OSError as error:
            self.ended = self.ended or f"it could not be written: {error.strerror}"
            return
        if written < len(block):
            self.ended = self.ended or "it could not be written: the disk is full"
            written = block.rfind(b"\n", 0, written) + 1
            with suppress(OSError):
                os.ftruncate(self._file, self._size + written)
        self._size += written

    def flush(self) -> None:
        """Write what waits, so that little is lost if this program is killed."""
        with self._lock:
            if self._file >= 0:
                self._flush()
