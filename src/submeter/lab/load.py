"""Loads whose course is known, so that a meter's refresh, lag and gain show: idle and square."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY, IDLE = "busy", "idle"

PERIOD = 1.273
"""Period of the square wave [s]: half of it is no multiple of any meter's refresh, so that its
edges fall everywhere within it."""

_AHEAD = NANOSECONDS_PER_SECOND // 2
"""Time for the workers to start [ns]."""

_NICE = 10

_SPIN = """
import os, sys, time
start, half, end, parent = map(int, sys.argv[1:])
while (now := time.monotonic_ns()) < end and os.getppid() == parent:
    number, within = divmod(now - start, half)
    if now < start:
        time.sleep((start - now) / 1e9)
    elif number % 2:
        time.sleep((half - within) / 1e9)
    else:
        edge = min(end, now - within + half)
        while time.monotonic_ns() < edge:
            pass
"""


class Edge(NamedTuple):
    """What a load does from an instant [ns] on."""

    instant: int
    phase: str


class Square:
    """Keeps all processors busy for half of each period, and idle for the other half.

    Parameters
    ----------
    start : int
        When it is told to begin [ns]; the first busy half begins half a second later.
    period : float
        Its period [s].
    seconds : float
        How long it goes on [s], the half second included.

    Notes
    -----
    One process a processor that this one may use, each bound to it and of lower priority, so that
    readings come on time. They end by themselves with this program.
    """

    def __init__(self, start: int, period: float, seconds: float) -> None:
        self._start = start + _AHEAD
        self._half = round(period * NANOSECONDS_PER_SECOND / 2)
        self._end = start + round(seconds * NANOSECONDS_PER_SECOND)
        self._workers: list[subprocess.Popen[bytes]] = []

    def edges(self) -> Iterator[Edge]:
        """Give its edges in order of time."""
        instant, phase = self._start, BUSY
        while instant < self._end:
            yield Edge(instant, phase)
            instant, phase = instant + self._half, IDLE if phase == BUSY else BUSY

    def __enter__(self) -> Self:
        words = [str(each) for each in (self._start, self._half, self._end, os.getpid())]
        for processor in sorted(os.sched_getaffinity(0)):
            worker = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _SPIN, *words], stdin=subprocess.DEVNULL
            )
            self._workers.append(worker)
            with suppress(OSError):
                os.sched_setaffinity(worker.pid, {processor})
                os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.wait()
