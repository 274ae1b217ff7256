"""A quantity that only grows (energy drawn, CPU time used), sampled at instants.

Everything between two samples is spread evenly, in whole units, so that splitting a stretch of
time never changes a total: ``between(a, c) == between(a, b) + between(b, c)``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cumulative(NamedTuple):
    """Running totals at instants.

    Parameters
    ----------
    times : sequence of int
        Instants [ns, monotonic], strictly increasing.
    totals : sequence of int
        The total at each instant, never decreasing, in the quantity's whole unit.
    """

    times: Sequence[int]
    totals: Sequence[int]

    def at(self, instant: int) -> int:
        """Give the total at `instant` [ns]; before the first sample the first, after it the last.

        Notes
        -----
        Linear between samples, rounded down: ``t0 + (t1 - t0) * (x - x0) // (x1 - x0)``.
        """
        times, totals = self.times, self.totals
        if not times:
            return 0
        right = bisect_right(times, instant)
        if right == 0:
            return totals[0]
        if right == len(times):
            return totals[-1]
        x0, x1 = times[right - 1], times[right]
        y0, y1 = totals[right - 1], totals[right]
        return y0 + (y1 - y0) * (instant - x0) // (x1 - x0)

    def between(self, span: Span) -> int:
        """Give the growth within `span`, never negative."""
        return self.at(span.end) - self.at(span.start)

    def seen(self, span: Span) -> int:
        """Give how much of `span` [ns] lies between the first and the last sample."""
        if len(self.times) < 2:  # noqa: PLR2004 - a stretch needs two ends
            return 0
        return max(0, min(span.end, self.times[-1]) - max(span.start, self.times[0]))

    def instants(self, span: Span) -> Sequence[int]:
        """Give the sampled instants strictly inside `span` [ns]."""
        return self.times[bisect_right(self.times, span.start) : bisect_left(self.times, span.end)]

    def reach(self, span: Span) -> Span:
        """Give the stretch from the last sample before `span` to the first after it [ns].

        Where there is none on a side it ends with `span`.
        """
        left, right = bisect_right(self.times, span.start) - 1, bisect_left(self.times, span.end)
        start = self.times[left] if left >= 0 else span.start
        return Span(start, self.times[right] if right < len(self.times) else span.end)

    def around(self, instant: int) -> tuple[int, int] | None:
        """Give the sampled instants on either side of `instant`, if it lies between two."""
        right = bisect_right(self.times, instant)
        if right == 0 or right == len(self.times):
            return None
        return self.times[right - 1], self.times[right]
