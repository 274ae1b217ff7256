"""How old what a meter shows is: where in time a reading belongs, and when to read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.quantities.cumulative import Cumulative

if TYPE_CHECKING:
    from collections.abc import Iterable

QUICK = 0.5
"""Who asks for a figure hardly notices that a meter was waited for for so long [s]: a judgement."""

LONGEST_LAG = 30.0
"""A meter that takes longer than this [s] to show what was drawn is not waited for: a judgement.
The slowest that are read by default do it in this time (dcgm-exporter, ``--collect-interval``)."""

_ALIKE = 1.25
"""Meters that are waited for for times that differ by less than this share one reading."""

_PHASE = 1 / 3
"""When in its refresh a mean is read is left to chance: this part of a refresh is allowed for on
top of the time over which it is a mean. A judgement, for which the lab's intervals hold the truth
as often as they say; a whole one would be sure."""


class Age(NamedTuple):
    """How old what a meter shows may be.

    Parameters
    ----------
    refresh : float
        How often its number changes [s].
    window : float
        The number is a mean over the last so many seconds; 0 if it is none.
    """

    refresh: float
    window: float = 0.0

    @property
    def most(self) -> float:
        """How old [s] the oldest of what it shows can be."""
        return self.refresh + self.window

    @property
    def back(self) -> int:
        """How long [ns] before it was taken the time lies to which a reading belongs."""
        return round(self.most * NANOSECONDS_PER_SECOND) // 2

    @property
    def edge(self) -> float:
        """For how long [s] it is unsure at an edge on which side of it something was drawn."""
        return self.window + _PHASE * self.refresh if self.window else self.refresh

    @property
    def is_waited_for(self) -> bool:
        """Whether the end of work waits until it has shown all that was drawn by then."""
        return 0 < self.most <= LONGEST_LAG


def lags(ages: Iterable[Age]) -> list[float]:
    """Give how long [s] after an edge meters must be read again to tell what was drawn by then."""
    found: list[float] = []
    for each in sorted({each.most for each in ages if each.is_waited_for}, reverse=True):
        if not found or each * _ALIKE <= found[-1]:
            found.append(each)
    return found


def placed(read: Cumulative, back: int, end: int) -> Cumulative:
    """Place readings at the time to which they belong, `back` [ns] before they were taken.

    Where the last one belongs to a time before `end`, though it was taken then or later, the
    power before it goes on: nobody waited for the meter's next refresh.
    """
    times, totals = read
    if not back or not times:
        return read
    found = [each - back for each in times]
    if found[-1] < end <= times[-1] and len(times) > 1:
        growth = totals[-1] - read.at(times[-1] - max(2 * back, times[-1] - times[-2]))
        lately = min(times[-1] - times[0], max(2 * back, times[-1] - times[-2]))
        return Cumulative(
            (*found, times[-1]), (*totals, totals[-1] + growth * back // max(1, lately))
        )
    return Cumulative(tuple(found), tuple(totals))
