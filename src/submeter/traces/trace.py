"""`PowerTrace`: the readings of one domain over time, with its gaps and its coverage."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.traces.bounds import Bounds
from submeter.traces.doubt import Doubt
from submeter.traces.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.quantities.cumulative import Cumulative
    from submeter.quantities.estimate import Tier
    from submeter.traces.domain import Domain
    from submeter.traces.ends import Ends


class Gap(NamedTuple):
    """A stretch that no reading covers, and why."""

    start: int
    end: int
    reason: str


class Accuracy(NamedTuple):
    """What is known of how a meter or a model errs.

    Parameters
    ----------
    refresh : float
        How often the meter's own value changes [s]; an edge is uncertain by this much time.
    low, high : float
        The 95 % interval of truth over reading, as ratios: ``0.95`` and ``1.05`` is ±5 %.
    reason : str
        Where the ratios come from.
    cycle : float
        A meter that doesn't look at the power all the time, or whose power is looked at now and
        then, misses what happens in between: one look comes in so long [s]. 0 for a counter that
        integrates all the time.
    """

    refresh: float
    low: float
    high: float
    reason: str
    cycle: float = 0.0


_SWING = 0.4
"""Power that nobody looked at differs from what was seen by this part of the greatest power seen
around, standard deviation: a judgement, beside what readings are seen to differ by."""


class Drawn(NamedTuple):
    """The energy of a domain within a window.

    Parameters
    ----------
    energy : int
        Energy seen [µJ].
    low, high : int
        Its 95 % interval [µJ].
    coverage : float
        The share of the window that was seen, 0 to 1.
    """

    energy: int
    low: int
    high: int
    coverage: float


@dataclass(frozen=True, slots=True)
class PowerTrace:
    """What one domain drew over time.

    Parameters
    ----------
    domain : Domain
        What drew.
    sensor : str
        Name of the sensor or model.
    tier : Tier
        Measured or modelled.
    energy : Cumulative
        Running total [µJ] at the instants [ns] at which it stood so. A meter shows what had been
        drawn at its last refresh, up to ``r`` ago and equally likely at any time since: a reading
        belongs to the time ``r/2`` before it was taken, give or take ``r/2``. It stands still
        within a gap.
    accuracy : Accuracy
        How the meter errs.
    gaps : tuple of Gap
        Stretches inside the trace that were not seen.
    of : tuple of PowerTrace
        The meters from whose readings it was worked out, each with a gain of its own.
    shown : Cumulative or None
        What the readings alone say, where `energy` keeps to what was told before: by it the ends
        of the interval are told.
    ends : Ends or None
        What is sure of the total at an edge, where a counter tells it by moving.
    """

    domain: Domain
    sensor: str
    tier: Tier
    energy: Cumulative
    accuracy: Accuracy
    gaps: tuple[Gap, ...] = ()
    of: tuple[PowerTrace, ...] = ()
    shown: Cumulative | None = None
    ends: Ends | None = None

    @property
    def _readings(self) -> Cumulative:
        return self.energy if self.shown is None else self.shown

    @property
    def _bounds(self) -> Bounds:
        return Bounds(self._readings, round(self.accuracy.refresh * NANOSECONDS_PER_SECOND))

    def seen(self, span: Span) -> int:
        """Give how much of `span` [ns] was seen."""
        times = self.energy.times
        if not times:
            return 0
        reach = Span(max(span.start, times[0]), min(span.end, times[-1]))
        missing = sum(reach.overlap(Span(gap.start, gap.end)) for gap in self.gaps)
        return max(0, self.energy.seen(span) - missing)

    def drawn(self, span: Span) -> Drawn:
        """Give the energy within `span` with its interval and its coverage.

        Notes
        -----
        `doubt` tells how far it may be misread, and the ratios of `Accuracy` widen the whole. What
        was not seen is not in the figure: `coverage` tells.
        """
        energy = self.energy.between(span)
        if span.nanoseconds <= 0:
            return Drawn(0, 0, 0, 0.0)
        doubt = self.doubt(span)
        low = max(0, round((energy - doubt.below) * self.accuracy.low))
        high = round((energy + doubt.above) * self.accuracy.high)
        coverage = self.seen(span) / span.nanoseconds
        return Drawn(energy, min(low, energy), max(high, energy), coverage)

    def doubt(self, span: Span) -> Doubt:
        """Give by how much the energy within `span` may be misread.

        Notes
        -----
        The running total at an edge lies between what a reading at the edge showed and what one a
        refresh later did, whatever the power did meanwhile: these ends are sure. A meter so slow
        that nobody waited for it (`Bounds.most`) has an upper end that is likely. A meter
        that looks once in a `cycle` ``c`` guesses the rest: over a time ``L`` the variance of that
        is ``c L s²``, with ``s`` from the differences of readings that follow one another and
        `_SWING` of the greatest power.
        """
        edges = self._edge(span.start), self._edge(span.end)
        return Doubt(*edges, self._missed(span), self._gains(span), self._within(span))

    def _within(self, span: Span) -> tuple[float, float]:
        """Give by how much [µJ] the truth may lie below and above what is told, for gaps in `span`.

        Notes
        -----
        What was seen ends where a gap begins, and begins where it ends, as a window does; and what
        is seen at all begins with the first reading. On the far side of such an edge there is no
        reading that bounds the total: half a refresh as full as the fullest that was seen is
        allowed for, and more where few were seen, which is likely and not sure.
        """
        below = above = 0.0
        for trace, is_part in ((self, False), *((each, True) for each in self.of[1:])):
            less, more = trace._at_gaps(span)  # noqa: SLF001 - another trace
            below, above = (below + more, above + less) if is_part else (below + less, above + more)
        return below, above

    def _at_gaps(self, span: Span) -> tuple[float, float]:
        times = self._readings.times
        half = round(self.accuracy.refresh * NANOSECONDS_PER_SECOND / 2)
        if not half or not times:
            return 0.0, 0.0
        begins = {each.end for each in self.gaps if each.end < times[-1]} | {times[0]}
        ends = {each.start for each in self.gaps} | {times[-1]}
        begins, ends = (
            {each for each in edges if span.start < each < span.end} for edges in (begins, ends)
        )
        if not begins and not ends:
            return 0.0, 0.0
        bounds = self._bounds
        below = sum(bounds.most(each + half) - self.energy.at(each) for each in begins)
        below += sum(self.energy.at(each) - bounds.least(each - half) for each in ends)
        return max(0.0, below), bounds.unshown() / 2 * (len(begins) + len(ends))

    def _gains(self, span: Span) -> tuple[float, float]:
        """Give how far the gains of what it was worked out from reach; they add in squares."""
        parts = [(each.energy.between(span), each.accuracy) for each in self.of]
        below = math.hypot(*(energy * (1 - accuracy.low) for energy, accuracy in parts))
        above = math.hypot(*(energy * (accuracy.high - 1) for energy, accuracy in parts))
        return below, above

    def power(self, span: Span) -> float | None:
        """Give the mean power [W] over the part of `span` that was seen, or None."""
        seen = self.seen(span)
        return self.energy.between(span) * 1e3 / seen if seen else None

    def _edge(self, edge: int) -> tuple[float, float]:
        """Give by how much [µJ] the total at `edge` may lie below and above what is told."""
        if self.of:
            return self._edge_of_all(edge)
        times = self._readings.times
        half = round(self.accuracy.refresh * NANOSECONDS_PER_SECOND / 2)
        if not half or not times or edge + half < times[0] or edge - half > times[-1]:
            return 0.0, 0.0
        told, bounds = self.energy.at(edge), self._bounds
        if self.ends is None:
            least, most = bounds.least(edge - half), bounds.most(edge + half)
        else:
            least = Bounds(self.ends.shown, 2 * half).least(edge)
            shown = self.ends.most(edge)
            most = bounds.most(max(edge + half, times[-1] + 1)) if shown is None else shown
        return max(0.0, told - least), max(0.0, most - told)

    def _edge_of_all(self, edge: int) -> tuple[float, float]:
        """Give it of a remainder, whose meters may each be misread there."""
        whole, *parts = self.of
        ends = whole._edge(edge)  # noqa: SLF001 - another trace
        others = [each._edge(edge) for each in parts]  # noqa: SLF001
        left = whole.energy.at(edge) - sum(each.energy.at(edge) for each in parts)
        least = left - ends[0] - sum(above for _, above in others)
        most = left + ends[1] + sum(below for below, _ in others)
        told = self.energy.at(edge)
        return max(0.0, told - least), max(0.0, most - told)

    def _missed(self, span: Span) -> float:
        """Give the variance [µJ²] of what a meter that looks now and then did not see."""
        seconds = self.seen(span) / NANOSECONDS_PER_SECOND
        cycle = self.accuracy.cycle * NANOSECONDS_PER_SECOND
        if not cycle or not seconds:
            return 0.0
        read = self._readings
        edges = [span.start, *read.instants(span), span.end]
        stretches = [Span(*ends) for ends in pairwise(edges) if ends[1] - ends[0] >= cycle / 2]
        powers = [
            read.between(each) * NANOSECONDS_PER_SECOND / each.nanoseconds for each in stretches
        ]
        steps = [(later - earlier) ** 2 for earlier, later in pairwise(powers)]
        seen = 2 * sum(steps) / len(steps) if steps else 0.0
        # Readings at each look show how much the looks differ; fewer readings only suggest it.
        looks = sum(1 for each in stretches if each.nanoseconds < 2 * cycle)
        first, last = (bisect_left(read.times, edge) for edge in span)
        bounds = self._bounds
        most = max([bounds.power_near(first), bounds.power_near(last), *powers])
        unseen = (_SWING * most) ** 2 / (1 + looks)
        return self.accuracy.cycle * seconds * (seen + unseen)

    def readings(self) -> Iterable[Reading]:
        """Give the stretches between samples as readings, gaps left out."""
        gaps = {(gap.start, gap.end) for gap in self.gaps}
        times, totals = self.energy
        for i in range(len(times) - 1):
            start, end = times[i], times[i + 1]
            if (start, end) not in gaps:
                energy = totals[i + 1] - totals[i]
                yield Reading(self.sensor, self.domain.id, start, end, energy, self.tier.value)
