"""NVIDIA GPUs: the energy counter where the board has one, else its power.

The counter (Volta and later) is read as it is [mJ]; boards before Volta tell only their power,
which is integrated by trapezoid between readings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable
from submeter.sensing.devices.nvml import Board, Nvml
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GAIN = 0.05
"""Relative gain error of a board's own meter, 95 %: Yang, Adamek and Armour, *Part-time Power
Measurements: nvidia-smi's Lack of Attention*, SC24, arXiv:2312.02741."""

_COUNTER_REFRESH = 0.1
_POWER_REFRESH = 0.1


class NvidiaSensor:
    """All boards of one NVML library.

    Parameters
    ----------
    library : str
        Path of the library; empty for the driver's own.

    Attributes
    ----------
    refused : tuple of str
        Boards that do not answer, each with the reason.
    """

    name = "nvidia"
    may_hang = True

    def __init__(self, library: str = "") -> None:
        self._nvml = Nvml(library)
        self._counting: dict[str, bool] = {}
        self.driver = self._nvml.driver
        refused = self._nvml.refused
        for board in self._nvml.boards:
            try:
                counts = self._nvml.energy(board) is not None
                if counts or self._nvml.power(board) is not None:
                    self._counting[board.uuid] = counts
            except OSError as error:
                refused.append(f"board {board.place}: {error}")
        self.refused = tuple(refused)
        self._boards = [board for board in self._nvml.boards if board.uuid in self._counting]
        if not self._boards:
            fix = "no remedy: this board measures neither energy nor power"
            what = "; ".join(("no NVIDIA board tells energy or power", *refused))
            raise SensorUnavailable(what, fix=fix)

    @property
    def method(self) -> str:
        """Counter or power, by what the boards have."""
        counts = set(self._counting.values())
        names = {True: "nvml-energy-counter/1", False: "nvml-power/1"}
        return "+".join(names[each] for each in sorted(counts, reverse=True))

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a board."""
        return [self._sensed(board) for board in self._boards]

    def _sensed(self, board: Board) -> Sensed:
        refresh = _COUNTER_REFRESH if self._counting[board.uuid] else _POWER_REFRESH
        accuracy = Accuracy(
            refresh, 1 - _GAIN, 1 + _GAIN, "gain ±5 % (arXiv:2312.02741); refresh not yet measured"
        )
        spec = CounterSpec(limit=board.limit * 2000)
        domain = Domain(f"gpu:{board.uuid}", "gpu", device=board.name)
        beat = 0.0 if self._counting[board.uuid] else _POWER_REFRESH
        return Sensed(domain, spec, accuracy, beat)

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every board; one that does not answer is left out."""
        samples, reason = [], "no NVIDIA board answers"
        for board in self._boards:
            domain, instant = f"gpu:{board.uuid}", now()
            try:
                kind, value = self._read(board)
            except OSError as error:
                reason = str(error)
                continue
            if value is not None:
                samples.append(Sample(domain, kind, value * 1000, instant))
        if not samples:
            raise OSError(reason)
        return samples

    def _read(self, board: Board) -> tuple[Kind, int | None]:
        """Read a board's counter [mJ] or power [mW]."""
        if self._counting[board.uuid]:
            return Kind.COUNTER, self._nvml.energy(board)
        return Kind.POWER, self._nvml.power(board)

    def holders(self) -> dict[str, set[int]]:
        """Give the processes that hold each board, by domain; one that won't tell is left out.

        Raises
        ------
        OSError
            If none tells.
        """
        found, reason = {}, "no NVIDIA board tells who holds it"
        for board in self._boards:
            try:
                pids = self._nvml.holders(board)
            except OSError as error:
                reason = str(error)
                continue
            if pids is not None:
                found[f"gpu:{board.uuid}"] = pids
        if not found:
            raise OSError(reason)
        return found

    def close(self) -> None:
        """Let go of the library."""
        self._nvml.close()


def open_sensor(root: str = "") -> NvidiaSensor:
    """Open NVML; `root` is the library's path."""
    return NvidiaSensor(root)
