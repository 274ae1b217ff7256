"""A counter that is read more often than it moves tells when it did: where its totals belong."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from submeter.quantities.cumulative import Cumulative
from submeter.traces.ends import Ends

if TYPE_CHECKING:
    from collections.abc import Sequence


def by_moves(read: Cumulative, refresh: int, grain: int, end: int) -> tuple[Cumulative, Ends]:
    """Place what a counter showed at the times at which it was true.

    Parameters
    ----------
    read : Cumulative
        What it showed [µJ] when it was read [ns].
    refresh : int
        It moves at least so often [ns].
    grain : int
        To so much [µJ] it shows, at each move, all that had been drawn by then.
    end : int
        Up to when [ns] it is to tell, as far as it was read.

    Notes
    -----
    A total that was read first at ``t`` and last at ``u``, after another at ``s`` and before
    another at ``v``, was true at some time from ``max(s, u - refresh)`` to ``t``, and to
    ``v - refresh`` if it moves just so often: in the middle of these. What moves by a grain has
    grown evenly since it last did. Where nothing was shown yet of the time before `end`, the power
    before goes on.
    """
    times, totals = read
    knots: list[tuple[int, int]] = []
    by: list[tuple[int, int]] = []
    firsts = [i for i in range(len(times)) if not i or totals[i] > totals[i - 1]]
    for first, later in pairwise([*firsts, len(times)]):
        at, total, still = times[first], totals[first], times[later - 1] - refresh
        before = times[first - 1] if first else at - refresh
        since = max(before, still if still < at else at - refresh)
        until = times[later] - refresh if later < len(times) else at
        knots.append((since + (min(at, until if until > since else at) - since + 1) // 2, total))
        if still > knots[-1][0] and (later == len(times) or totals[later] > total + grain):
            knots.append((still, total))
        by.append((max(before, still), total + grain))
    energy = _series(knots)
    last, told = knots[-1]
    if last < end <= times[-1]:
        lately = max(refresh, times[-1] - times[-2]) if len(times) > 1 else refresh
        growth = told - energy.at(last - lately)
        seen = min(lately, max(1, last - knots[0][0]))
        energy = _series([*knots, (times[-1], told + growth * (times[-1] - last) // seen)])
    return energy, Ends(read, _series(by))


def _series(knots: Sequence[tuple[int, int]]) -> Cumulative:
    return Cumulative(tuple(time for time, _ in knots), tuple(total for _, total in knots))
