"""When to read: at edges, a meter's refresh after each of them, and on a slow heartbeat."""

from __future__ import annotations

from collections import deque

from submeter.quantities.clock import NANOSECONDS_PER_SECOND


class Rhythm:
    """Keeps which edges were read, and which of those a later reading has settled.

    A meter shows what had been drawn at its last refresh. An edge is settled by a reading at least
    one refresh after it: by then the meter has shown all that was drawn before the edge.

    Parameters
    ----------
    period : float
        The heartbeat [s].
    """

    def __init__(self, period: float) -> None:
        self.period = period
        self.served = 0
        self.settled = 0
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

    @property
    def is_settled(self) -> bool:
        """Whether no edge waits for a later reading."""
        return not self._unsettled

    def pause(self, now: int) -> float:
        """Give how long [s] to sleep from `now` [ns]: until a beat, or until an edge is due."""
        if not self._unsettled:
            return self.period
        due = self._unsettled[0][1] + self._lag - now
        return min(self.period, max(0.0, due / NANOSECONDS_PER_SECOND))
