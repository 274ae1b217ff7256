"""A clock that goes forward when it is told to: hours pass in no time."""

from __future__ import annotations

from bisect import insort
from operator import itemgetter
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

UTC_AT_ZERO = 1_700_000_000 * NANOSECONDS_PER_SECOND


class VirtualClock:
    """Monotonic time and time of day [ns] that stand still until they are moved on.

    Parameters
    ----------
    start : int
        The monotonic time to begin with [ns].
    """

    def __init__(self, start: int = 1000 * NANOSECONDS_PER_SECOND) -> None:
        self._now = start
        self._asleep = 0
        self._shown: list[Callable[[], object]] = []
        self._planned: list[tuple[int, Callable[[], object]]] = []

    def now(self) -> int:
        """Give the monotonic time [ns]."""
        return self._now

    def utc(self) -> int:
        """Give the time of day [ns since 1970-01-01 UTC]."""
        return UTC_AT_ZERO + self.boot_time()

    def asleep(self) -> int:
        """Give for how long [ns] the machine has been suspended."""
        return self._asleep

    def boot_time(self) -> int:
        """Give the time [ns] by which what is outside of the machine goes on while it sleeps."""
        return self._now + self._asleep

    def suspend(self, seconds: float) -> None:
        """Suspend the machine for so long [s]: its monotonic time stands still."""
        self._asleep += round(seconds * NANOSECONDS_PER_SECOND)

    def go_to(self, instant: int) -> None:
        """Let it be `instant` [ns], no earlier than it is; what was to happen by then happens."""
        while self._planned and self._planned[0][0] <= instant:
            at, happens = self._planned.pop(0)
            self._now = max(self._now, at)
            happens()
        self._now = max(self._now, instant)
        for show in self._shown:
            show()

    def forward(self, seconds: float) -> None:
        """Let time pass [s]."""
        self.go_to(self._now + round(seconds * NANOSECONDS_PER_SECOND))

    def at(self, instant: int, happens: Callable[[], object]) -> None:
        """Call `happens` once, when it comes to be `instant` [ns]."""
        insort(self._planned, (instant, happens), key=itemgetter(0))

    def each_time(self, show: Callable[[], object]) -> None:
        """Call `show` whenever time has passed: files on disk go with the time then."""
        self._shown.append(show)
