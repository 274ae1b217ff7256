"""How far a published hour of a grid may be off: no provider publishes an interval, so these are.

The sigmas are those of the yearly table (``grid_country.toml``, ``[fit]``): what parts two
publishers that tell the same grid's same year.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from submeter.quantities.factor import Z95
from submeter.reference.factors.registry import DATA
from submeter.reference.live.hourly import Stretch
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGE, SMALL = 0.212, 0.315
"""Sigma [1] between Ember and Electricity Maps for large and small grids."""

LARGE_TWH = 100.0
"""From which yearly generation on a grid is large [TWh]."""

FUEL_CHAIN, NOTHING_BURNT = 1.12, 30.0
"""Life cycle over combustion [1], and life cycle of plants that burn nothing [gCO2e/kWh]: what the
combustion rows of the yearly tables add at their high end (``grid_us_state.toml``)."""

MARGINAL = 0.35
"""Sigma [1] of a marginal intensity: a judgement. Which plant answers is a model's guess, and two
models part about as far as a gas plant from the mean of gas and coal."""

FORECAST = 0.2
"""Sigma [1] that a forecast adds: a judgement. Wind and sun a day ahead move a grid by about so."""


def sigma_of(country: str) -> float:
    """Give the sigma [1] of a grid: that of large ones if it is known to be large.

    Parameters
    ----------
    country : str
        ISO 3166 alpha-2 code; a part of a country is a small grid.
    """
    return LARGE if _generation().get(country.upper(), 0.0) >= LARGE_TWH else SMALL


def lifecycle(start: int, end: int, value: float, sigma: float) -> Stretch:
    """Give a life-cycle value [gCO2e/kWh] from `start` to `end` [ns UTC] with its interval.

    Notes
    -----
    ``[v exp(-1.96 s), v exp(1.96 s)]``.
    """
    return Stretch(start, end, value, value * math.exp(-Z95 * sigma), value * math.exp(Z95 * sigma))


def combustion(start: int, end: int, value: float, sigma: float) -> Stretch:
    """Give a value of combustion alone [gCO2e/kWh]; its high end covers the fuel chain.

    Notes
    -----
    ``[v exp(-1.96 s), 1.12 v exp(1.96 s) + 30]``, as for the yearly tables of combustion.
    """
    given = lifecycle(start, end, value, sigma)
    return given._replace(high=given.high * FUEL_CHAIN + NOTHING_BURNT)


def less_sure(stretches: Iterable[Stretch], sigma: float = FORECAST) -> tuple[Stretch, ...]:
    """Widen both ends by another, independent sigma [1]; for forecasts.

    Notes
    -----
    The distance of each end from the value, as a logarithm, is added to ``1.96 s`` in quadrature.
    """
    return tuple(_wider(each, Z95 * sigma) for each in stretches)


def _wider(each: Stretch, more: float) -> Stretch:
    if each.low <= 0:
        return each._replace(high=each.high * math.exp(more))
    down = math.hypot(math.log(each.value / each.low), more)
    up = math.hypot(math.log(each.high / each.value), more)
    return each._replace(low=each.value * math.exp(-down), high=each.value * math.exp(up))


@lru_cache(maxsize=1)
def _generation() -> dict[str, float]:
    """Give each country's yearly generation [TWh], where it is known."""
    rows = read_sealed(DATA / "grid_country.csv").rows
    return {row["region"]: float(row["generation_twh"]) for row in rows if row["generation_twh"]}
