"""How unsure a published number is, judged by five scores: the pedigree matrix."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from submeter.errors import QuantityError

if TYPE_CHECKING:
    from collections.abc import Sequence

INDICATORS = {
    "reliability": (1.0, 1.05, 1.10, 1.20, 1.50),
    "completeness": (1.0, 1.02, 1.05, 1.10, 1.20),
    "temporal": (1.0, 1.03, 1.10, 1.20, 1.50),
    "geographical": (1.0, 1.01, 1.02, 1.05, 1.10),
    "technological": (1.0, 1.05, 1.20, 1.50, 2.00),
}
"""Squared geometric standard deviation [1] of each score from 1 (best) to 5 (worst). Frischknecht
et al., Overview and Methodology, ecoinvent report 1, 2007, table 7.2. Where it has no factor
(geographical 4, technological 2), that of the data quality guideline of ecoinvent 3, 2013: a
variance of the logarithm of 0.0006. Its other variances are those of 2007, rounded."""

BASIC = 1.05
"""Squared geometric standard deviation [1] of electricity that is perfectly known (same table)."""

_Z95 = 1.959963984540054


def geometric_deviation(scores: Sequence[int], basic: float = BASIC) -> float:
    """Give the geometric standard deviation [1] that five scores stand for.

    Parameters
    ----------
    scores : sequence of int
        Reliability, completeness, and temporal, geographical and technological correlation, each
        1 to 5 [1].
    basic : float
        Squared geometric standard deviation [1] of a number with five ones; at least 1.

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    QuantityError
        If there are not five scores from 1 to 5, or `basic` is below 1.

    Notes
    -----
    ``GSD = exp(sqrt(ln(basic)**2 + sum(ln(U)**2)) / 2)``: the factors U are squared deviations, and
    independent.

    References
    ----------
    Frischknecht et al., Overview and Methodology, ecoinvent report 1, 2007, section 7.2, after
    Weidema and Wesnæs, J. Cleaner Prod. 4 (1996) 167, doi:10.1016/S0959-6526(96)00043-1.

    Examples
    --------
    >>> round(geometric_deviation((1, 1, 1, 1, 1)), 4)
    1.0247
    >>> round(geometric_deviation((2, 3, 4, 2, 3)), 4)
    1.1454
    """
    if len(scores) != len(INDICATORS) or not all(1 <= score <= 5 for score in scores):  # noqa: PLR2004
        told = ", ".join(INDICATORS)
        raise QuantityError(f"a pedigree is five scores from 1 to 5: {told}", repr(scores))
    if not basic >= 1:
        raise QuantityError(f"a squared deviation of {basic:g} is below 1", "pedigree")
    factors = [table[score - 1] for table, score in zip(INDICATORS.values(), scores, strict=True)]
    return math.exp(math.sqrt(sum(math.log(each) ** 2 for each in (basic, *factors))) / 2)


def interval(value: float, scores: Sequence[int], basic: float = BASIC) -> tuple[float, float]:
    """Give the 95 % interval of a lognormal number with a pedigree.

    Parameters
    ----------
    value : float
        The number, in any unit; above 0.
    scores, basic
        As in `geometric_deviation`.

    Returns
    -------
    tuple of float
        Its ends, in the unit of `value`.

    Raises
    ------
    QuantityError
        If the scores cannot be, or the number is not above 0.

    Examples
    --------
    >>> low, high = interval(100.0, (1, 1, 1, 1, 1))
    >>> round(low, 1), round(high, 1)
    (95.3, 104.9)
    """
    if not value > 0:
        raise QuantityError(f"a lognormal number of {value:g} is not above 0", "pedigree")
    factor = geometric_deviation(scores, basic) ** _Z95
    return value / factor, value * factor
