"""Energy on the record is a whole number of microjoules; kWh and J only at the edges."""

from __future__ import annotations

JOULES_PER_KWH = 3_600_000
MICROJOULES_PER_KWH = 3_600_000_000_000
LARGEST_ENTRY = 2**63 - 1
"""The largest energy of one record [µJ]: int64, about 2.56 GWh. Split longer entries by day."""


def to_kwh(energy: int) -> float:
    """Convert an energy [µJ] to kilowatt-hours [kWh].

    Examples
    --------
    >>> to_kwh(3_600_000_000_000)
    1.0
    """
    return energy / MICROJOULES_PER_KWH
