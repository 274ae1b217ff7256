"""A number with what is known of it: interval, tier, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from submeter.errors import QuantityError
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable


_SEEN = 0.995
"""Coverage above it is not worth a word."""


class Tier(StrEnum):
    """How a number came about, from best to worst."""

    MEASURED = "measured"
    """A device said so."""
    MODELLED = "modelled"
    """Worked out from other measurements by a model with a calibrated interval."""
    ASSUMED = "assumed"
    """Taken from published tables or a stated default."""
    MIXED = "mixed"
    """A total whose parts have different tiers."""


def joint_tier(tiers: Iterable[Tier]) -> Tier:
    """Give the tier of a total: that of its parts if they agree, else `Tier.MIXED`."""
    seen = set(tiers)
    return seen.pop() if len(seen) == 1 else Tier.MIXED


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, unit, tier and coverage: the ``Q`` of every answer.

    Parameters
    ----------
    value, low, high : float
        The value and its 95 % interval, in `unit`; ``low <= value <= high``.
    unit : str
        Such as ``kWh``, ``kgCO2e``, ``L``.
    tier : Tier
        How it came about.
    coverage : float
        The share of the time that was seen, 0 to 1.
    """

    value: float
    low: float
    high: float
    unit: str
    tier: Tier
    coverage: float = 1.0

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise QuantityError(
                f"an interval from {self.low} to {self.high} does not hold its value {self.value}"
            )
        if not 0.0 <= self.coverage <= 1.0:
            raise QuantityError(f"a coverage of {self.coverage} is not between 0 and 1")

    def __str__(self) -> str:
        """Write it with as many digits as its interval allows: ``1.2 J (0.8 to 1.9), modelled``."""
        value, interval = phrase(self.value, self.low, self.high, self.unit)
        seen = "" if self.coverage > _SEEN else f", {self.coverage:.0%} of the time seen"
        return f"{value} ({interval}), {self.tier.value}{seen}"

    def as_dict(self) -> dict[str, float | str]:
        """Give the ``Q`` object of ``submeter.statement/1``."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "tier": self.tier.value,
            "coverage": self.coverage,
        }
