"""Between which bounds a running total lies where no reading stands: at edges and across gaps."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from submeter.quantities.cumulative import Cumulative

_NEAR = 2
_UNSEEN = 3.0
"""By so many parts, over the number of refreshes that were seen, the one that was not is taken to
be fuller than the fullest of them: a judgement, for which the interval of a window that ends in the
only burst of a load holds the truth as often as it says."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of what a meter had counted, by the readings around an instant.

    Parameters
    ----------
    shown : Cumulative
        Its readings [µJ], placed in time [ns].
    refresh : int
        How often its number changes [ns].
    """

    shown: Cumulative
    refresh: int

    def least(self, instant: int) -> float:
        """Give the least that the total [µJ] can be at `instant`, by the readings around it."""
        times, totals = self.shown
        after = bisect_left(times, instant)
        if after == len(times):
            return totals[-1]
        if after == 0:
            # Its first reading was taken after the edge: what it showed at the edge is not known.
            return totals[0] - self.power_near(1) * (times[0] - instant) / NANOSECONDS_PER_SECOND
        late = (times[after] - instant) / NANOSECONDS_PER_SECOND
        return max(totals[after - 1], totals[after] - self.power_near(after) * late)

    def most(self, instant: int) -> float:
        """Give the most that the total can be at `instant`, by the readings around it."""
        times, totals = self.shown
        after = bisect_left(times, instant)
        if after == len(times):
            return self._beyond(instant)
        before = max(0, after - 1)
        early = (instant - times[before]) / NANOSECONDS_PER_SECOND
        return min(totals[after], totals[before] + self.power_near(after) * max(0.0, early))

    def _beyond(self, instant: int) -> float:
        """Give the most that the total can be at `instant`, which no reading has shown yet.

        Notes
        -----
        A reading at the edge leaves one refresh to be shown. Were all refreshes alike but for
        chance, it would hold more than the fullest of ``n`` that were seen once in ``n + 1`` times:
        beyond what is told it is taken to hold ``1 + _UNSEEN / n`` times as much at most.
        """
        times, totals = self.shown
        whole = times[-1] - times[0]
        if not whole:
            return totals[-1]
        edge = instant - self.refresh // 2
        return self.shown.at(edge) + self.unshown() * max(1.0, self.refresh / whole)

    def power_near(self, place: int) -> float:
        """Give the greatest power [µW] that readings around the one at `place` tell of."""
        times, totals = self.shown
        first, last = max(1, place - _NEAR), min(len(times) - 1, place + _NEAR)
        powers = [
            (totals[i] - totals[i - 1]) * NANOSECONDS_PER_SECOND / (times[i] - times[i - 1])
            for i in range(first, last + 1)
        ]
        return max(powers, default=0.0)

    def unshown(self) -> float:
        """Give the most [µJ] that a refresh of which no reading tells is taken to hold."""
        read = self.shown
        whole = read.times[-1] - read.times[0]
        full = max(read.at(each + self.refresh) - read.at(each) for each in read.times)
        return full * (1 + _UNSEEN * min(1.0, self.refresh / whole)) if whole else 0.0
