"""When to read: at edges, a meter's refresh after each of them, and on a slow heartbeat."""

from __future__ import annotations

import math
from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ALLOWED, BY_DRIVER = 270_000, 100_000
"""CPU time [ns] that a reading at every beat may cost, of what cannot hang and of a driver; one
that costs n times as much is taken at every n-th. A judgement: with what is written once a minute
they come to 0.03 s a minute at 1 Hz where one driver is read, however dear its calls are."""

SELDOM = 10
"""However dear it is, it is taken at every so manieth beat."""

YOUNG = 0.5
"""However dear it is, the next is not later than this part of the time that was read so far: what
is lost where a meter fails, between two readings, is a third of the work at most."""

_LATELY = 8
"""Readings over which their cost is averaged."""


def _time_alone(instant: int) -> bool:
    """Tell nothing of what meters have shown."""
    del instant
    return False


class Rhythm:
    """Keeps which edges were read, and which of those later readings have settled.

    A meter shows what had been drawn at its last refresh. An edge is settled for it by a reading
    one refresh after it: by then it has shown all that was drawn before the edge. Each meter has
    such a reading of its own: at a slow one's a quick one has shown what came after the edge too.

    Parameters
    ----------
    period : float
        The heartbeat [s].
    most : float
        Longest time between two readings [s], whatever they cost.
    allowed : int
        CPU time [ns] that a reading at every beat may cost.
    """

    def __init__(self, period: float, most: float = math.inf, allowed: int = ALLOWED) -> None:
        self.period = period
        self._allowed = allowed
        self.most = most
        self.served = 0
        self.settled = 0
        self.slowest = 0.0
        """The slowest refresh [s] that is waited for."""
        self._cost = 0.0
        self._begun = self._last = 0
        self._unsettled: deque[tuple[int, int]] = deque()
        self._due: list[int] = []
        self._for_edge = False

    def read(
        self,
        ticket: int,
        began: int,
        lags: Collection[float],
        shown: Callable[[int], bool] = _time_alone,
    ) -> None:
        """Note a reading begun at `began` [ns] of meters with these refreshes [s].

        `ticket` is the last edge that had been asked for by then; `shown` tells whether all meters
        have shown by now what had been drawn by an instant [ns], though their time is not up.
        """
        self.slowest = max(lags, default=0.0)
        if ticket > self.served:
            self._unsettled.append((ticket, began))
            self.served = ticket
            for lag in lags:
                heappush(self._due, began + round(lag * NANOSECONDS_PER_SECOND))
        self._last = began
        while self._due and self._due[0] <= began:
            heappop(self._due)
        while self._unsettled and (
            self._reaches(self._unsettled[0][1], self.slowest) or shown(self._unsettled[0][1])
        ):
            self.settled = self._unsettled.popleft()[0]
        if not self._unsettled:
            self._due.clear()

    def has(self, ticket: int, lag: float) -> bool:
        """Tell whether an edge was read, and again by now when `lag` [s] had passed since."""
        if lag <= 0 or ticket > self.served:
            return ticket <= self.served
        first = next((began for later, began in self._unsettled if later >= ticket), None)
        return first is None or self._reaches(first, lag)

    def _reaches(self, began: int, lag: float) -> bool:
        return began + round(lag * NANOSECONDS_PER_SECOND) <= self._last

    def begin(self, instant: int) -> None:
        """Note that readings begin at `instant` [ns], at first or after a rest."""
        self._begun = instant

    def weigh(self, cost: int) -> None:
        """Note what a reading cost [ns of CPU time]."""
        self._cost += (cost - self._cost) / _LATELY

    @property
    def is_settled(self) -> bool:
        """Whether no edge waits for a later reading."""
        return not self._unsettled

    @property
    def is_free(self) -> bool:
        """Whether the next reading is a beat, which may as well be taken a little later."""
        return not self._for_edge

    @property
    def half(self) -> int:
        """Half a heartbeat [ns]."""
        return round(self.period * NANOSECONDS_PER_SECOND / 2)

    def patience(self, pause: float) -> float:
        """Give how long [s] to wait for a leader at most, where a beat is due in `pause` [s]."""
        return min(1.5 * pause, self.most) if self.is_free else pause

    def pause(self, now: int) -> float:
        """Give how long [s] to sleep from `now` [ns]: until a beat, or until an edge is due."""
        beats = min(max(1.0, self._cost / self._allowed), SELDOM)
        young = YOUNG * (now - self._begun) / NANOSECONDS_PER_SECOND
        beat = min(self.period * beats, max(self.period, young), self.most)
        due = (self._due[0] - now) / NANOSECONDS_PER_SECOND if self._due else math.inf
        self._for_edge = due < beat
        return max(0.0, min(beat, due))
