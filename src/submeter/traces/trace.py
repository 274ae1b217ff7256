"""`PowerTrace`: the readings of one domain over time, with its gaps and its coverage."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.traces.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.quantities.cumulative import Cumulative
    from submeter.quantities.estimate import Tier
    from submeter.traces.domain import Domain


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
    """

    refresh: float
    low: float
    high: float
    reason: str


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
        Running total [µJ] at instants [ns]. It stands still within a gap.
    accuracy : Accuracy
        How the meter errs.
    gaps : tuple of Gap
        Stretches inside the trace that were not seen.
    """

    domain: Domain
    sensor: str
    tier: Tier
    energy: Cumulative
    accuracy: Accuracy
    gaps: tuple[Gap, ...] = ()

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
        A meter shows what had been drawn at its last refresh, up to ``r`` ago and equally likely
        at any time since: so at each edge what it draws before that edge, ``r·P``, is missing by
        ``r·P/2`` on average with a standard deviation of ``r·P/√12``. The truth lies
        ``r·(P_end - P_start)/2`` above the reading, and the two deviations add in squares. Where
        the power before the start was not seen it is between zero and that after it. The ratios
        of `Accuracy` widen the whole. What was not seen is not in the figure: `coverage` tells.
        """
        energy = self.energy.between(span)
        if span.nanoseconds <= 0:
            return Drawn(0, 0, 0, 0.0)
        below, above = self._lag(span)
        low = max(0, round(energy * self.accuracy.low + below))
        high = round(energy * self.accuracy.high + above)
        coverage = self.seen(span) / span.nanoseconds
        return Drawn(energy, min(low, energy), max(high, energy), coverage)

    def power(self, span: Span) -> float | None:
        """Give the mean power [W] over the part of `span` that was seen, or None."""
        seen = self.seen(span)
        return self.energy.between(span) * 1e3 / seen if seen else None

    def _lag(self, span: Span) -> tuple[float, float]:
        """Give by how much [µJ] the truth may differ from the reading for the meter's refresh."""
        times, refresh = self.energy.times, self.accuracy.refresh
        start, end = (min(max(edge, times[0]), times[-1]) for edge in span) if times else (0, 0)
        if start == end:
            return 0.0, 0.0
        starts, ends = self._powers(start), self._powers(end)
        below, above = (
            refresh * ((at_end - at_start) / 2 + side * (at_start**2 + at_end**2) ** 0.5 / 12**0.5)
            for at_start, at_end, side in (
                (max(starts), min(ends), -1.96), (min(starts), max(ends), 1.96)
            )
        )  # fmt: skip
        return below, above

    def _powers(self, edge: int) -> list[float]:
        """Give what the power [µW] before an edge may be, by what was sampled around it.

        Over one refresh it is that of the time, over five it is told from the counter's own steps;
        it is zero too where nothing was sampled before.
        """
        times = self.energy.times
        right = max(1, bisect_left(times, edge))
        found = []
        for refreshes in (1, 5):
            back = round(refreshes * self.accuracy.refresh * NANOSECONDS_PER_SECOND)
            left = max(0, min(bisect_right(times, edge - back) - 1, right - 1))
            stretch = Span(times[left], times[right])
            found.append(
                self.energy.between(stretch) * NANOSECONDS_PER_SECOND / stretch.nanoseconds
            )
            if edge - stretch.start < stretch.end - edge:
                found.append(0.0)
        return found

    def readings(self) -> Iterable[Reading]:
        """Give the stretches between samples as readings, gaps left out."""
        gaps = {(gap.start, gap.end) for gap in self.gaps}
        times, totals = self.energy
        for i in range(len(times) - 1):
            start, end = times[i], times[i + 1]
            if (start, end) not in gaps:
                energy = totals[i + 1] - totals[i]
                yield Reading(self.sensor, self.domain.id, start, end, energy, self.tier.value)
