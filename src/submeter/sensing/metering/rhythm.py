"""When to read: at edges, a meter's refresh after each of them, and on a slow heartbeat."""

from __future__ import annotations

import math
from collections import deque

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

ALLOWED, BY_DRIVER = 320_000, 120_000
"""CPU time [ns] that a reading at every beat may cost, of what cannot hang and of a driver; one
that costs n times as much is taken at every n-th. A judgement: with what is written once a minute
they come to 0.03 s a minute at 1 Hz where one driver is read, however dear its calls are."""

SELDOM = 10
"""However dear it is, it is taken at every so manieth beat."""

_LATELY = 8
"""Readings over which their cost is averaged."""


class Rhythm:
    """Keeps which edges were read, and which of those a later reading has settled.

    A meter shows what had been drawn at its last refresh. An edge is settled by a reading at least
    one refresh after it: by then the meter has shown all that was drawn before the edge.

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
        self._cost = 0.0
        self._lag = 0
        self._unsettled: deque[tuple[int, int]] = deque()

    def read(self, ticket: int, began: int, lag: float) -> None:
        """Note a reading begun at `began` [ns] of meters whose slowest refresh is `lag` [s].

        `ticket` is the last edge that had been asked for by then.
        """
        if ticket > self.served:
            self._unsettled.append((ticket, began))
            self.served = ticket
        self._lag = round(lag * NANOSECONDS_PER_SECOND)
        while self._unsettled and self._unsettled[0][1] + self._lag <= began:
            self.settled = self._unsettled.popleft()[0]

    def weigh(self, cost: int) -> None:
        """Note what a reading cost [ns of CPU time]."""
        self._cost += (cost - self._cost) / _LATELY

    @property
    def is_settled(self) -> bool:
        """Whether no edge waits for a later reading."""
        return not self._unsettled

    @property
    def half(self) -> int:
        """Half a heartbeat [ns]."""
        return round(self.period * NANOSECONDS_PER_SECOND / 2)

    def patience(self, pause: float) -> float:
        """Give how long [s] to wait for a leader at most, where a beat is due in `pause` [s]."""
        return min(1.5 * pause, self.most) if self.is_settled else pause

    def pause(self, now: int) -> float:
        """Give how long [s] to sleep from `now` [ns]: until a beat, or until an edge is due."""
        beats = min(max(1.0, self._cost / self._allowed), SELDOM)
        beat = min(self.period * beats, self.most)
        if not self._unsettled:
            return beat
        due = self._unsettled[0][1] + self._lag - now
        return min(beat, max(0.0, due / NANOSECONDS_PER_SECOND))
