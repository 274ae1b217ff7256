"""When a run is warm, and when it has said enough: statistics of a series, pure."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GROUPED = 5
_LEAST = 4
DRAWS = 2000
"""Bootstrap samples."""


def warm_up(durations: Sequence[float]) -> int:
    """Give how many of a run's first queries belong to its warm-up.

    Parameters
    ----------
    durations : sequence of float
        Of the queries, in order, in any unit.

    Returns
    -------
    int
        A multiple of 5, at most half of the run; 0 of a run that never becomes steady.

    Notes
    -----
    MSER-5: of means of five in a row the first ``d`` are left out, with ``d`` such that
    ``Σ (x - mean)² / (n - d)²`` of the rest is least: leaving out more would cost more certainty
    than the bias of the beginning. A ``d`` beyond the half says that the run drifts to its end:
    then nothing in it is a warm-up.

    References
    ----------
    White, Cobb and Spratt (2000), "A comparison of five steady-state truncation heuristics for
    simulation", Proc. Winter Simulation Conference, doi:10.1109/WSC.2000.899841.
    """
    means = [
        sum(durations[i : i + _GROUPED]) / _GROUPED
        for i in range(0, len(durations) - _GROUPED + 1, _GROUPED)
    ]
    if len(means) < _LEAST:
        return 0
    best, least = 0, math.inf
    for left_out in range(len(means) - _LEAST + 1):
        rest = means[left_out:]
        middle = sum(rest) / len(rest)
        error = sum((each - middle) ** 2 for each in rest) / len(rest) ** 2
        if error < least * (1 - 1e-12):
            best, least = left_out, error
    return best * _GROUPED if best <= len(means) // 2 else 0


class Ends(NamedTuple):
    """The ends of a 95 % interval."""

    low: float
    high: float


def bootstrap(
    count: int, statistic: Callable[[Sequence[int]], float], seed: int = 0
) -> Ends | None:
    """Give the 95 % interval of a statistic over `count` things drawn anew; None of less than two.

    Parameters
    ----------
    count : int
        How many there are.
    statistic : callable
        Takes places in 0 to count - 1, with repetition.
    seed : int
        Of the draws. `random.Random.random` draws alike in every version of Python, so that
        whoever verifies a result finds the same ends.

    References
    ----------
    Efron (1979), "Bootstrap methods: another look at the jackknife", doi:10.1214/aos/1176344552.
    """
    if count < 2:  # noqa: PLR2004 - one tells nothing of how they differ
        return None
    draw = random.Random(seed).random  # noqa: S311 - no secret
    found = sorted(statistic([int(draw() * count) for _ in range(count)]) for _ in range(DRAWS))
    return Ends(found[round(0.025 * (DRAWS - 1))], found[round(0.975 * (DRAWS - 1))])


_REACH = 1.959963984540054
"""Standard deviations from the middle of a normal distribution to the end of 95 % of it."""


def wilson(part: float, count: int) -> tuple[float, float]:
    """Give the 95 % interval of a part of so many.

    Parameters
    ----------
    part : float
        From 0 to 1.
    count : int
        Of how many; 1 or more.

    Notes
    -----
    ``(p + z²/2n ± z √(p (1-p)/n + z²/4n²)) / (1 + z²/n)``.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209.

    Examples
    --------
    >>> [round(each, 3) for each in wilson(0.5, 20)]
    [0.299, 0.701]
    """
    square = _REACH**2 / count
    middle = part + square / 2
    width = _REACH * math.sqrt(part * (1 - part) / count + square / (4 * count))
    return (middle - width) / (1 + square), (middle + width) / (1 + square)


GROUPS = 20
"""Groups of queries in a row by which a run's spread is told: neighbours are alike, groups less."""


def groups(count: int, most: int = GROUPS) -> list[tuple[int, int]]:
    """Cut so many into groups of equal size, as far as that goes; gives first and last + 1.

    Examples
    --------
    >>> groups(7, 3)
    [(0, 3), (3, 5), (5, 7)]
    """
    number = min(count, most)
    if not number:
        return []
    size, more = divmod(count, number)
    starts = [i * size + min(i, more) for i in range(number + 1)]
    return list(pairwise(starts))


_T = (
    12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
)  # fmt: skip
"""Student's t for 95 %, two-sided, by degrees of freedom from 1."""


def half_width(values: Sequence[float]) -> float:
    """Give half of the 95 % interval of a mean, over the mean; infinite of less than two.

    Notes
    -----
    ``t s / (√n x̄)``, with Student's t.
    """
    count = len(values)
    middle = sum(values) / count if count else 0.0
    if count < 2 or middle <= 0:  # noqa: PLR2004 - one tells nothing of how they differ
        return math.inf
    variance = sum((each - middle) ** 2 for each in values) / (count - 1)
    t = _T[min(count - 1, len(_T)) - 1]
    return t * math.sqrt(variance / count) / middle
