"""Energy on the record is a whole number of microjoules; kWh and J only at the edges."""

from __future__ import annotations

from typing import NewType

from submeter.errors import QuantityError

Microjoules = NewType("Microjoules", int)
"""Energy [µJ], an exact integer. Sums are exact in any order and on any engine."""

MICROJOULES_PER_JOULE = 1_000_000
MICROJOULES_PER_MILLIJOULE = 1_000
JOULES_PER_KWH = 3_600_000.0
MICROJOULES_PER_KWH = 3_600_000_000_000
LARGEST_ENTRY = Microjoules(2**63 - 1)
"""The largest energy of one record [µJ]: int64, about 2.56 GWh. Split longer entries by day."""


def to_joules(energy: int) -> float:
    """Convert an energy [µJ] to joules [J]."""
    return energy / MICROJOULES_PER_JOULE


def to_kwh(energy: int) -> float:
    """Convert an energy [µJ] to kilowatt-hours [kWh].

    Examples
    --------
    >>> to_kwh(3_600_000_000_000)
    1.0
    """
    return energy / MICROJOULES_PER_KWH


def checked(energy: int) -> Microjoules:
    """Give `energy` [µJ] back if one record can hold it.

    Raises
    ------
    QuantityError
        If it is negative or above `LARGEST_ENTRY`.
    """
    if energy < 0:
        raise QuantityError(f"an energy of {energy} µJ is negative", fix="check the two readings")
    if energy > LARGEST_ENTRY:
        raise QuantityError(
            f"an energy of {to_kwh(energy):.0f} kWh is more than one entry can hold",
            fix="split the entry by day",
        )
    return Microjoules(energy)
