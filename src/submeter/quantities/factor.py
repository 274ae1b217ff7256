"""`Factor`: one sourced number with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier

Z95 = 1.959963984540054
"""Half-width of a 95 % interval in standard deviations of a normal distribution."""


class Spread(StrEnum):
    """The shape of what is not known about a factor."""

    EXACT = "exact"
    """A definition or a stated input: no interval."""
    LOGNORMAL = "lognormal"
    """Two half-lognormals that meet at the value: passes through low, value and high at the
    2.5th, 50th and 97.5th percentile, and is never negative."""
    UNIFORM = "uniform"
    """Anything between low and high, equally likely (the ends are the 0th and 100th percentile)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number was published.

    Parameters
    ----------
    id : str
        Short stable name, such as ``ember-2025``.
    citation : str
        Author, title, year, address.
    licence : str
        SPDX expression, or a phrase where there is none.
    """

    id: str
    citation: str
    licence: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One sourced number with its interval.

    Parameters
    ----------
    id : str
        Key of the unknown behind it: two uses of one id are one unknown, drawn once.
    value, low, high : float
        The value and its 95 % interval, in `unit`.
    unit : str
        Such as ``gCO2e/kWh``.
    spread : Spread
        The shape of the interval.
    tier : Tier
        Measured, modelled or assumed.
    source : Source
        Where it was published.
    period : str
        The year or hour that it describes; empty where it does not change.
    basis : str
        Typed basis: ``lifecycle`` or ``combustion``, ``location`` or ``market``,
        ``withdrawal`` or ``consumption``; words joined by spaces.
    note : str
        What a reader must know to use it rightly.
    """

    id: str
    value: float
    low: float
    high: float
    unit: str
    spread: Spread
    tier: Tier
    source: Source
    period: str = ""
    basis: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        numbers = (self.low, self.value, self.high)
        if not all(math.isfinite(number) for number in numbers):
            raise QuantityError("a factor must be finite", self.id)
        if not self.low <= self.value <= self.high:
            raise QuantityError("a factor's interval does not hold its value", self.id)
        if self.spread is Spread.EXACT and self.low != self.high:
            raise QuantityError("an exact factor has no interval", self.id)
        if self.low < 0 and self.spread is not Spread.EXACT:
            raise QuantityError("a spread factor must not be negative", self.id)
        if self.spread is Spread.LOGNORMAL and self.low <= 0 < self.high:
            raise QuantityError("a lognormal factor needs a positive low end", self.id)

    def quantile(self, z: float) -> float:
        """Give the value at the standard normal quantile `z`.

        Notes
        -----
        Lognormal: ``value * exp(z * s)`` with ``s = ln(high / value) / 1.96`` above the value
        and ``ln(value / low) / 1.96`` below it. Uniform: ``low + (high - low) * Phi(z)``.
        """
        if self.spread is Spread.EXACT or self.low == self.high:
            return self.value
        if self.spread is Spread.UNIFORM:
            return self.low + (self.high - self.low) * NormalDist().cdf(z)
        end = self.high if z > 0 else self.low
        return self.value * math.exp(abs(z) / Z95 * math.log(end / self.value))


def stated(factor_id: str, value: float, unit: str, where: str) -> Factor:
    """Make an exact factor from what the user stated at `where` (a flag, a file)."""
    source = Source("stated", f"stated by the user: {where}", "not applicable")
    return Factor(factor_id, value, value, value, unit, Spread.EXACT, Tier.ASSUMED, source)
