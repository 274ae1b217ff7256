"""The lines of a statement: energy, carbon, water and units with their parts, place and recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.estimate import Estimate
    from submeter.quantities.factor import Factor


@dataclass(frozen=True, slots=True)
class EnergyLines:
    """Energy [kWh]: all of it, and the parts that add up to it."""

    total: Estimate | None
    by_component: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class CarbonLines:
    """Emissions [kgCO2e]; `total` is the sum of the others, and `operational` leaves idle out."""

    total: Estimate | None
    operational: Estimate | None
    idle: Estimate | None
    embodied: Estimate | None
    basis: str


@dataclass(frozen=True, slots=True)
class WaterLines:
    """Water [L]: on the site, in the making of the electricity, in that of the hardware."""

    total: Estimate | None
    on_site: Estimate | None
    electricity: Estimate | None
    embodied: Estimate | None
    basis: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was accounted for, in words, and the factors that follow; None if not known.

    Parameters
    ----------
    words : mapping of str to str
        ``region``, ``name``, ``from``.
    grid, pue : Factor or None
        Those that entered; those of the place where the method asks for none.
    market : Factor or None
        The intensity of what was contracted for, where the method takes that.
    """

    words: Mapping[str, str]
    grid: Factor | None
    pue: Factor | None
    market: Factor | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the ``place`` object: its words, and each factor as value, low, high, unit."""
        factors = {"grid": self.grid, "pue": self.pue, "market": self.market}
        return {
            **self.words,
            **{
                name: {key: getattr(each, key) for key in _FACTOR}
                for name, each in factors.items()
                if each is not None
            },
        }


_FACTOR = ("id", "value", "low", "high", "unit", "period")


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Each total over the number of functional units."""

    energy: Estimate | None
    carbon: Estimate | None
    water: Estimate | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is needed beside the inventory to work a statement out again, bit for bit.

    Parameters
    ----------
    method_version, method_hash : str
        Of the method.
    factors : str
        SHA-256 of every factor that entered.
    seed, draws : int
        Of the realisations, and their number.
    """

    method_version: str
    method_hash: str
    factors: str
    seed: int
    draws: int


def lines(record: object, *names: str) -> dict[str, Any]:
    """Give the named fields of a record as plain data."""
    return {name: plain(getattr(record, name)) for name in names}


def plain(entry: Any) -> Any:  # noqa: ANN401 - any field of a statement
    """Give a field of a statement as plain data, for JSON."""
    if hasattr(entry, "as_dict"):
        return entry.as_dict()
    if hasattr(entry, "items"):
        return {name: plain(value) for name, value in entry.items()}
    return entry
