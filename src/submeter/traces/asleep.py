"""What a meter counted while the machine was suspended is nobody's work, and in no window."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.quantities.cumulative import Cumulative
from submeter.traces.trace import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.traces.trace import PowerTrace

REASON = "the machine was suspended"


def awake(trace: PowerTrace, naps: Sequence[Span]) -> PowerTrace:
    """Leave out what was counted across each nap: those stretches are gaps.

    Parameters
    ----------
    trace : PowerTrace
        As it was read. Its clock stood still meanwhile, and its meter may have counted on.
    naps : sequence of Span
        Within each of these [ns] the machine was suspended at some instant.

    Returns
    -------
    PowerTrace
        The same, with a gap wherever two neighbouring readings may have a nap between them. A
        reading stands up to a refresh before it was taken.
    """
    times, totals = trace.energy
    back = round(trace.accuracy.refresh * NANOSECONDS_PER_SECOND)
    slept = [Span(nap.start - back, nap.end) for nap in naps]
    if not times or not any(Span(times[0], times[-1]).overlap(nap) for nap in slept):
        return trace
    found, gaps = [totals[0]], list(trace.gaps)
    known = {(gap.start, gap.end) for gap in gaps}
    for ends, (before, after) in zip(pairwise(times), pairwise(totals), strict=True):
        lost = any(Span(*ends).overlap(nap) for nap in slept)
        found.append(found[-1] + (0 if lost else after - before))
        if lost and ends not in known:
            gaps.append(Gap(*ends, REASON))
    gaps.sort()
    return replace(trace, energy=Cumulative(times, tuple(found)), gaps=tuple(gaps), ends=None)
