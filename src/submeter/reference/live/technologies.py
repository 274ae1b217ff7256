"""Electricity by what it is made from: the intensity of a mix, with its interval."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.reference.factors.registry import parse_row
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Factor

DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def technologies() -> Mapping[str, Factor]:
    """Give the life-cycle intensity [gCO2e/kWh] of each production type of ENTSO-E by its code."""
    table = read_sealed(DATA / "technologies.csv")
    return {row["psr"]: parse_row(table, row) for row in table.rows}


def intensity(made: Mapping[str, float]) -> tuple[float, float, float] | None:
    """Give what a mix emits, life cycle, and its interval [gCO2e/kWh].

    Parameters
    ----------
    made : mapping of str to float
        What was made [any unit of power or energy, the same for all] by production type of ENTSO-E.
        A type below zero used more than it made, and made nothing.

    Returns
    -------
    tuple of float or None
        Value, low and high; None if nothing was made.

    Notes
    -----
    ``I = sum(s_k f_k)``, with the share ``s_k`` and the factor ``f_k`` of each technology, and the
    ends at ``I -+ sqrt(sum((s_k d_k)^2))`` with the distance ``d_k`` of a factor's end from it:
    what is not known of one technology is independent of another. Trade is not in it.

    References
    ----------
    Factors: IPCC AR5 (2014), SRREN (2011) and 2006 Guidelines, UNECE (2022), Turconi et al. (2013);
    ``data/technologies.csv`` says which row is whose.

    Examples
    --------
    >>> intensity({"B14": 3.0, "B04": 1.0})[0]
    131.5
    """
    known = technologies()
    kept = {code: amount for code, amount in made.items() if amount > 0 and code in known}
    total = math.fsum(kept.values())
    if total <= 0:
        return None
    shares = [(amount / total, known[code]) for code, amount in kept.items()]
    value = math.fsum(share * factor.value for share, factor in shares)
    down = math.hypot(*(share * (factor.value - factor.low) for share, factor in shares))
    up = math.hypot(*(share * (factor.high - factor.value) for share, factor in shares))
    return value, value - down, value + up
