"""Prices of electricity, as people write them: ``"0.21 EUR/kWh"``, in any currency."""

from __future__ import annotations

import re
from typing import NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.energy import JOULES_PER_KWH
from submeter.quantities.parsing import UNITS
from submeter.quantities.spread import parse_span

_FORM = re.compile(r"^(?P<number>[^%]*?)\s*(?P<currency>[A-Z]{3})\s*/\s*(?P<energy>\w+)\s*$")


class Price(NamedTuple):
    """What a kWh costs.

    Parameters
    ----------
    value, low, high : float
        The price and its 95 % interval [`unit`]; all the same where it is exact.
    unit : str
        A currency by its ISO 4217 code, per kWh: ``EUR/kWh``. Nothing is converted to another.
    """

    value: float
    low: float
    high: float
    unit: str


def parse_price(text: str | float, where: str = "") -> Price:
    """Read a price of electricity.

    Parameters
    ----------
    text : str or float
        ``"0.21 EUR/kWh"``, ``"85 USD/MWh"`` or ``"0.18 to 0.24 EUR/kWh"``: a number, an interval if
        there is one, the three letters of a currency, and a unit of energy.
    where : str
        The flag or field that it came from, for the error.

    Raises
    ------
    QuantityError
        If it does not parse, is no price, or is below 0.

    Examples
    --------
    >>> parse_price("85 USD/MWh")
    Price(value=0.085, low=0.085, high=0.085, unit='USD/kWh')
    >>> parse_price("0.18 to 0.24 EUR/kWh").value
    0.21
    """
    match = _FORM.match(str(text))
    energy = UNITS.get(match["energy"]) if match else None
    if match is None or energy is None or energy.dimension != "energy":
        fix = 'write it as "0.21 EUR/kWh", with the three letters of its currency'
        raise QuantityError(f'"{text}" is not a price of electricity', where, fix)
    size = JOULES_PER_KWH / energy.size
    span = parse_span(match["number"], "ratio", where)
    value, low, high = (number * size for number in span)
    if low < 0:
        raise QuantityError(f'a price of "{text}" is below 0', where)
    return Price(value, low, high, f"{match['currency']}/kWh")
