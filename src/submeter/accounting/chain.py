"""The interval of one chain of lognormal factors, without draws.

A live view (``submeter top``) tells by it what every domain emits, look after look, without numpy.
A statement draws: its energies are sums, and what they share must be drawn once; and a budget is
held against the statement's own draws, bit for bit. There, in the tests, it is the second way to
the interval that the draws must come to.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.factor import Z95, Spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.quantities.factor import Factor


class Product(NamedTuple):
    """A product of factors.

    Parameters
    ----------
    value, low, high : float
        The product of the values and its 95 % interval, in the product of the units.
    """

    value: float
    low: float
    high: float


class _Side(NamedTuple):
    """Deviations of a logarithm below and above its median."""

    below: float
    above: float


def product(scale: float, factors: Sequence[Factor], over: Sequence[Factor] = ()) -> Product:
    """Multiply factors, and give the interval that draws would give; see the module for its use.

    Parameters
    ----------
    scale : float
        What is exact in the chain: a reading, hours, a conversion of units; at least 0.
    factors, over : sequence of Factor
        What is multiplied, and what it is divided by; exact or lognormal, each in its own unit.
        Several of one id are one unknown.

    Returns
    -------
    Product
        In the unit of the chain.

    Raises
    ------
    QuantityError
        If a factor is uniform, or divides and is not above 0: a chain of those must be drawn.

    Notes
    -----
    With ``d+ = ln(high / value) / 1.96`` and ``d- = ln(value / low) / 1.96`` of each unknown:

    - where both sides are alike, ``value exp(± 1.96 sqrt(sum d^2))``, exactly;
    - a lone unknown keeps its own ends, exactly;
    - where sides differ, the mean, variance, skewness and kurtosis of each logarithm (two halves
      of normal distributions) add up, and the ends are their Cornish-Fisher quantiles. Where no
      unknown is more than three times as wide on one side as on the other (in logarithms), an
      end lies within 2 % of the interval's width (in logarithms) of the true percentile; at
      six times within 5 %. Adding the squares of each side by itself errs by more: for four
      factors from 1/1.2 to 2 of their value the wide end comes out 8 % too low.

    References
    ----------
    Limpert, Stahel and Abbt: Log-normal distributions across the sciences, BioScience 51(5),
    2001; Cornish and Fisher: Moments and cumulants in the specification of distributions, Revue
    de l'Institut International de Statistique 5(4), 1938.

    Examples
    --------
    2 kWh within a factor of 1.5, on a grid of 0.4 kgCO2e/kWh within a factor of 2:

    >>> from submeter.quantities.estimate import Tier
    >>> from submeter.quantities.factor import Factor, Source
    >>> told = (Spread.LOGNORMAL, Tier.ASSUMED, Source("here", "an example", "CC0-1.0"))
    >>> energy = Factor("energy", 2.0, 2 / 1.5, 3.0, "kWh", *told)
    >>> grid = Factor("grid", 0.4, 0.2, 0.8, "kgCO2e/kWh", *told)
    >>> "{:.2f} ({:.2f} to {:.2f})".format(*product(1.0, [energy, grid]))
    '0.80 (0.36 to 1.79)'
    """
    value = scale
    for factor in factors:
        value *= factor.value
    for factor in over:
        if factor.low <= 0:
            raise QuantityError("a factor that may be 0 cannot divide", factor.id)
        value /= factor.value
    unknowns = _unknowns(factors, over)
    if not value or not unknowns:
        return Product(value, value, value)
    low, high = _ends(unknowns)
    return Product(value, value * math.exp(min(low, 0.0)), value * math.exp(max(high, 0.0)))


def _unknowns(factors: Iterable[Factor], over: Iterable[Factor]) -> list[_Side]:
    """Give the sides of each unknown; what one unknown does at several places adds up."""
    found: dict[str, _Side] = {}
    for sign, factor in (*((1, each) for each in factors), *((-1, each) for each in over)):
        if factor.low == factor.high:
            continue
        if factor.spread is Spread.UNIFORM:
            raise QuantityError("a uniform factor is no link of a lognormal chain", factor.id,
                                "draw it: accounting.statement")  # fmt: skip
        below = math.log(factor.value / factor.low) / Z95
        above = math.log(factor.high / factor.value) / Z95
        # Signed: what divides turns the unknown around, and may take its own effect back.
        turned = (below, above) if sign > 0 else (-below, -above)
        before = found.get(factor.id, _Side(0.0, 0.0))
        found[factor.id] = _Side(before.below + turned[0], before.above + turned[1])
    return [side for each in found.values() if any(side := _upright(each))]


def _upright(side: _Side) -> _Side:
    """Turn a side that falls with its unknown into one that grows: the unknown has no direction."""
    if side.below <= 0 and side.above <= 0:
        return _Side(-side.above, -side.below)
    if side.below < 0 or side.above < 0:
        raise QuantityError("a factor acts both ways in one chain", fix="draw it")
    return side


def _ends(unknowns: Sequence[_Side]) -> tuple[float, float]:
    """Give the 2.5th and 97.5th percentile of a sum of two-piece normal logarithms."""
    if len(unknowns) == 1:
        return -Z95 * unknowns[0].below, Z95 * unknowns[0].above
    rows = [_cumulants(each) for each in unknowns]
    mean, variance, third, fourth = (math.fsum(row) for row in zip(*rows, strict=True))
    deviation = math.sqrt(variance)
    skewness, kurtosis = third / deviation**3, fourth / variance**2

    def quantile(z: float) -> float:
        bent = (
            z + (z**2 - 1) * skewness / 6
            + (z**3 - 3 * z) * kurtosis / 24
            - (2 * z**3 - 5 * z) * skewness**2 / 36
        )  # fmt: skip
        return mean + deviation * bent

    return quantile(-Z95), quantile(Z95)


def _cumulants(side: _Side) -> tuple[float, float, float, float]:
    """Give the first four cumulants of two half-normals that meet at 0, each of probability 1/2.

    Notes
    -----
    Moments about 0: ``(a - b) / sqrt(2 pi)``, ``(a^2 + b^2) / 2``, ``2 (a^3 - b^3) / sqrt(2 pi)``,
    ``3 (a^4 + b^4) / 2``.
    """
    below, above = side
    if below == above:
        return 0.0, above**2, 0.0, 0.0
    half = 1 / math.sqrt(2 * math.pi)
    first, second = (above - below) * half, (above**2 + below**2) / 2
    third, fourth = 2 * (above**3 - below**3) * half, 3 * (above**4 + below**4) / 2
    variance = second - first**2
    skewed = third - 3 * first * second + 2 * first**3
    heavy = fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4
    return first, variance, skewed, heavy - 3 * variance**2
