"""What a power emits an hour, for a live view: with its interval, and without a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.chain import product
from submeter.quantities.estimate import Estimate, joint_tier
from submeter.quantities.factor import Factor, Source, Spread

if TYPE_CHECKING:
    from submeter.reference.factors.places import Place

_METER = Source("meter", "what the sensor read", "not applicable")
_WATTS_A_KILOWATT = 1e3


def emission_rate(power: Estimate, place: Place) -> Estimate:
    """Give what a power emits an hour at a place, its facility included.

    Parameters
    ----------
    power : Estimate
        Power [W] of one domain: a sum is no chain.
    place : Place
        Where it is drawn.

    Returns
    -------
    Estimate
        In gCO2e/h.

    Notes
    -----
    ``P PUE I / 1000``: one chain, so its interval is that of `accounting.chain`, which thousands of
    draws for every domain and look would come to. A link that is not lognormal (a facility that is
    not known, a power that may be 0) enters by its ends, which is never narrower than drawn.

    Examples
    --------
    >>> from submeter.quantities.estimate import Tier
    >>> from submeter.reference.factors.places import place
    >>> here = place("FR", year=2024).with_stated("here", pue=1.2)
    >>> print(emission_rate(Estimate(100.0, 95.0, 105.0, "W", Tier.MEASURED), here))
    4.9 gCO2e/h (3.2 to 7.4), mixed
    """
    links = (_drawn(power), place.pue, place.grid)
    value, low, high = product(1 / _WATTS_A_KILOWATT, [each for each in links if _is_link(each)])
    for each in links:
        if not _is_link(each):
            value, low, high = value * each.value, low * each.low, high * each.high
    tier = joint_tier({power.tier, place.pue.tier, place.grid.tier})
    return Estimate(value, low, high, "gCO2e/h", tier, power.coverage)


def _drawn(power: Estimate) -> Factor:
    if power.low == power.high:
        spread = Spread.EXACT
    else:
        spread = Spread.LOGNORMAL if power.low > 0 else Spread.UNIFORM
    return Factor(
        "power", power.value, power.low, power.high, power.unit, spread, power.tier, _METER
    )


def _is_link(factor: Factor) -> bool:
    return factor.spread is not Spread.UNIFORM
