"""Draws of what is not known: one column of realisations a key, the same wherever it is used.

A grid factor used by a million requests is one unknown, so it is drawn once: the column depends
on the seed, the key and the count, and on nothing else. No generator of a library is used, and
the exponential is made of operations that IEEE 754 rounds in one way only, so the same column
comes out bit for bit on every machine and with every version of numpy.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from math import factorial
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from submeter.errors import QuantityError
from submeter.quantities.factor import Z95, Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from submeter.quantities.factor import Factor

COUNT = 4096
"""Realisations unless told otherwise: the ends of an interval move by about 1 % with the seed."""

_EXACT_LOG = Context(prec=25, rounding=ROUND_HALF_EVEN)
_LOG2_E = float.fromhex("0x1.71547652b82fep+0")
_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_TAYLOR = tuple(1.0 / factorial(term) for term in range(14))

_KEPT = 256
# Columns kept: an account works out what widens it again and again from the same columns, and one
# over many entries hangs on hundreds of factors. At 4,096 realisations this holds 24 MiB at most.

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Draws:
    """Which realisations are looked at.

    Parameters
    ----------
    seed : int
        Another seed gives other, equally good realisations.
    count : int
        How many realisations there are.
    known : frozenset of str
        Factor ids taken as exactly their value: "what if this were known?"

    Examples
    --------
    >>> Draws(seed=1, count=4).ranks("grid/FR").tolist()
    [3, 2, 0, 1]
    """

    seed: int = 0
    count: int = COUNT
    known: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.count < 2:  # noqa: PLR2004 - an interval needs two ends
            raise QuantityError(
                f"{self.count} draws cannot show an interval", "draws", "ask for more"
            )

    def ranks(self, key: str) -> NDArray[np.int64]:
        """Give the rank, from 0, that the unknown `key` takes in each realisation."""
        return _ranks(self.seed, self.count, key)

    def quantiles(self, key: str) -> NDArray[np.float64]:
        """Give the standard normal quantile of the unknown `key` in each realisation.

        Notes
        -----
        A Latin hypercube column: ``z = Phi^-1((rank + 0.5) / count)``. Each stretch of equal
        probability is met exactly once, so that a single factor's percentiles have no noise.
        """
        return _normal_grid(self.count)[self.ranks(key)]

    def figures(self, factor: Factor) -> NDArray[np.float64]:
        """Give the factor's value [its unit], followed by its value in each realisation.

        Realisation 0 is the central one: what a formula makes of it is the value, and what it
        makes of the others is the interval. The array cannot be written to.
        """
        if factor.id in self.known:
            return _constant(factor.value, self.count)
        return _figures(factor, self.seed, self.count)


@lru_cache(maxsize=_KEPT)
def _ranks(seed: int, count: int, key: str) -> NDArray[np.int64]:
    stream = hashlib.shake_256(f"submeter.draws/1\n{seed}\n{key}".encode()).digest(8 * count)
    ranks = np.argsort(np.frombuffer(stream, dtype="<u8"), kind="stable").astype(np.int64)
    return _sealed(ranks)


@lru_cache(maxsize=4)
def _normal_grid(count: int) -> NDArray[np.float64]:
    # Rounded, so that a last digit of some platform's logarithm never shows.
    inverse = NormalDist().inv_cdf
    lower = [round(inverse((rank + 0.5) / count), 9) for rank in range(count // 2)]
    middle = [0.0] * (count % 2)
    return _sealed(np.array([*lower, *middle, *(-z for z in reversed(lower))]))


@lru_cache(maxsize=2 * _KEPT)
def _figures(factor: Factor, seed: int, count: int) -> NDArray[np.float64]:
    if factor.spread is Spread.EXACT or factor.low == factor.high:
        return _constant(factor.value, count)
    figures = np.empty(count + 1)
    figures[0] = factor.value
    ranks = _ranks(seed, count, factor.id)
    if factor.spread is Spread.UNIFORM:
        figures[1:] = factor.low + (factor.high - factor.low) * ((ranks + 0.5) / count)
        return _sealed(figures)
    grid = _normal_grid(count)
    slope = np.where(grid > 0, _log(factor.high / factor.value), _log(factor.value / factor.low))
    figures[1:] = (factor.value * _exp(grid / Z95 * slope))[ranks]
    return _sealed(figures)


@lru_cache(maxsize=128)
def _constant(value: float, count: int) -> NDArray[np.float64]:
    return _sealed(np.full(count + 1, float(value)))


def _log(ratio: float) -> float:
    return float(Decimal(ratio).ln(_EXACT_LOG))


def _exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the exponential, to about 1 ulp, from operations that are the same everywhere.

    Notes
    -----
    ``exp(x) = 2^k exp(r)``, ``k = round(x / ln 2)``, ``|r| <= ln(2) / 2``, and 13 terms of the
    series for ``exp(r)``; valid for ``|x| < 700``.
    """
    power = np.rint(x * _LOG2_E)
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    series = np.full_like(rest, _TAYLOR[-1])
    for term in reversed(_TAYLOR[:-1]):
        series = series * rest + term
    return np.ldexp(series, power.astype(np.int32))


def _sealed(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.setflags(write=False)
    return array
