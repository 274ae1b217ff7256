"""``/proc/stat`` on disk: processors whose busy time is known exactly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.devices.procfs import TICK, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from submeter.lab.waveform import Waveform

MILLIONTHS = 1_000_000
"""A `Waveform` of load is in millionths of a thread, as one of power is in microwatts."""


class Processors:
    """The hardware threads of a machine, as many as it really has.

    Parameters
    ----------
    file : Path
        Stands for ``/proc/stat``; other lines than those of processors are the real ones.
    load : Waveform
        How many of them are busy [millionths of a thread].
    threads : int
        How many there are.
    now : callable
        The clock [ns], monotonic.
    """

    def __init__(
        self, file: Path, load: Waveform, threads: int, now: Callable[[], int]
    ) -> None:  # fmt: skip
        self.file = file
        self._load = load
        self._threads = threads
        self._now = now
        lines = read("/proc/stat", 1 << 20).splitlines()
        self._rest = "\n".join(each for each in lines if not each.startswith("cpu"))
        self.show()

    def show(self) -> None:
        """Write the file in one go, always as long."""
        now = self._now()
        busy = self._load.until(now) // (MILLIONTHS * TICK)
        whole = now * self._threads // TICK
        each = _line(busy // self._threads, whole // self._threads)
        lines = [f"cpu  {_line(busy, whole)}"]
        lines += [f"cpu{number} {each}" for number in range(self._threads)]
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(handle, "\n".join([*lines, self._rest, ""]).encode(), 0)
        finally:
            os.close(handle)


def busy_seconds(load: Waveform, start: int, end: int) -> float:
    """Give the CPU time [s] that a load takes between two instants [ns]."""
    return (load.until(end) - load.until(start)) / (MILLIONTHS * NANOSECONDS_PER_SECOND)


def _line(busy: int, whole: int) -> str:
    """Write user, nice, system, idle, and six that are 0 [ticks]."""
    return f"{busy:012d} 0 0 {whole - busy:012d} 0 0 0 0 0 0"
