"""The interval of a grid's year where its table gives a rule instead of ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_Z95 = 1.959963984540054


class Rule(NamedTuple):
    """How unsure the years of one table are.

    Parameters
    ----------
    publisher, drift : float
        Standard deviation of ln(intensity) [1] between publishers, and of one year's change.
    cap : float
        No interval ends above it [gCO2e/kWh].
    ratio, floor : float
        The high end is multiplied by the first [1] and raised by the second [gCO2e/kWh]: what a
        table that counts combustion alone leaves out. 1 and 0 where it counts the life cycle.
    """

    publisher: float
    drift: float
    cap: float
    ratio: float = 1.0
    floor: float = 0.0

    def ends(self, value: float, years: int = 0) -> tuple[float, float]:
        """Give the 95 % interval of a year's number that stands for a year `years` away.

        Parameters
        ----------
        value : float
            The published number [gCO2e/kWh], above 0.
        years : int
            How far away the year is that it stands for.

        Returns
        -------
        tuple of float
            In gCO2e/kWh.

        Notes
        -----
        ``sigma² = publisher² + |years| drift²``; lognormal, then ratio and floor at the high end.

        Examples
        --------
        >>> [round(end) for end in Rule(0.212, 0.119, 1500).ends(100.0)]
        [66, 152]
        """
        sigma = math.sqrt(self.publisher**2 + abs(years) * self.drift**2)
        step = math.exp(_Z95 * sigma)
        return value / step, max(value, min(self.cap, value * step * self.ratio + self.floor))


def rule_of(table: Mapping[str, Any], region: str, basis: str) -> Rule | None:
    """Give the rule of a region from a sidecar's ``[interval]``; None if there is none.

    Parameters
    ----------
    table : mapping
        ``publisher_sigma_large`` and so on, and ``large``: the regions that are.
    region, basis : str
        Code of the region, and the basis of its row: combustion is widened at the high end.
    """
    if not table:
        return None
    size = "large" if region in table.get("large", ()) else "small"
    upstream = (table["upstream_ratio"], table["upstream_floor"])
    return Rule(
        table[f"publisher_sigma_{size}"],
        table[f"drift_sigma_{size}"],
        table["cap"],
        *(upstream if "combustion" in basis else (1.0, 0.0)),
    )
