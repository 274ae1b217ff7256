"""How sure a star is: the probability of each, from a result's interval."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.result import Result

_REACH = 1.959963984540054
"""Standard deviations from the middle of a normal distribution to the end of 95 % of it."""


def below(result: Result, edge: float) -> float | None:
    """Give the probability that the true energy is at most `edge`; None without an interval.

    Parameters
    ----------
    result : Result
        With its 95 % interval.
    edge : float
        An energy [Wh per 1,000]; more than 0.

    Notes
    -----
    Energies err by ratios, so their logarithm is taken for normal on each side of the value, with
    the side's own width: ``P = Φ(1.96 ln(edge / E) / ln(high / E))`` above it and the same with
    ``E / low`` below.

    Examples
    --------
    >>> from submeter.ratings.result import Result
    >>> round(below(Result("text-generation", "m", 10.0, 5.0, 20.0), 20.0), 3)
    0.975
    """
    if result.low is None or result.high is None:
        return None
    distance = math.log(edge / result.energy)
    width = math.log(result.high / result.energy if distance > 0 else result.energy / result.low)
    if not width:
        return 1.0 if distance >= 0 else 0.0
    return 0.5 * (1 + math.erf(_REACH * distance / width / math.sqrt(2)))


def chances(result: Result, edges: Sequence[float]) -> tuple[float, ...] | None:
    """Give the probability of 5, 4, 3, 2 and 1 stars; None without an interval.

    Parameters
    ----------
    result : Result
        With its 95 % interval.
    edges : sequence of float
        The most energy [Wh per 1,000] of 5, 4, 3 and 2 stars, rising.
    """
    reached = [below(result, edge) for edge in edges]
    known = [each for each in reached if each is not None]
    if len(known) < len(edges):
        return None
    steps = [0.0, *known, 1.0]
    return tuple(later - earlier for earlier, later in pairwise(steps))


def stars_of(energy: float, edges: Sequence[float]) -> int:
    """Give the stars of an energy; one that lies on an edge has the better."""
    return 5 - sum(1 for edge in edges if energy > edge)
