"""`PowerTrace`: the readings of one domain over time, with its gaps and its coverage."""

from __future__ import annotations

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
        missing = sum(span.overlap(Span(gap.start, gap.end)) for gap in self.gaps)
        return max(0, self.energy.seen(span) - missing)

    def drawn(self, span: Span) -> Drawn:
        """Give the energy within `span` with its interval and its coverage.

        Notes
        -----
        Each edge is uncertain by ``refresh × power`` there, the two independent and uniform:
        their standard deviations ``r·P/√12`` add in squares. The ratios of `Accuracy` widen the
        whole. What was not seen is not in the figure: `coverage` tells.
        """
        energy = self.energy.between(span)
        if span.nanoseconds <= 0:
            return Drawn(0, 0, 0, 0.0)
        edges = [self._edge_power(edge) * self.accuracy.refresh for edge in span]
        edge_error = 1.96 * (sum(edge * edge for edge in edges) / 12.0) ** 0.5
        low = max(0, round(energy * self.accuracy.low - edge_error))
        high = round(energy * self.accuracy.high + edge_error)
        coverage = self.seen(span) / span.nanoseconds
        return Drawn(energy, min(low, energy), max(high, energy), coverage)

    def power(self, span: Span) -> float | None:
        """Give the mean power [W] over the part of `span` that was seen, or None."""
        seen = self.seen(span)
        return self.energy.between(span) * 1e3 / seen if seen else None

    def _edge_power(self, edge: int) -> float:
        """Give the power [µW] around an edge: over the sampled stretch that holds it."""
        times = self.energy.times
        around = self.energy.around(edge)
        if around is None and len(times) >= 2:  # noqa: PLR2004
            around = (times[0], times[1]) if edge <= times[0] else (times[-2], times[-1])
        if around is None:
            return 0.0
        stretch = Span(*around)
        return self.energy.between(stretch) * NANOSECONDS_PER_SECOND / stretch.nanoseconds

    def readings(self) -> Iterable[Reading]:
        """Give the stretches between samples as readings, gaps left out."""
        gaps = {(gap.start, gap.end) for gap in self.gaps}
        times, totals = self.energy
        for i in range(len(times) - 1):
            start, end = times[i], times[i + 1]
            if (start, end) not in gaps:
                energy = totals[i + 1] - totals[i]
                yield Reading(self.sensor, self.domain.id, start, end, energy, self.tier.value)
