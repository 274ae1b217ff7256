"""Strings such as ``"400 W"`` and ``"57 gCO2e/kWh"``, checked for dimension as they are read."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.clock import HOURS_PER_YEAR

_WHOLE = r"\d{1,3}(?:,\d{3})+|\d[\d_]*"  # a decimal comma is refused, not read tenfold
_TEXT = re.compile(
    rf"^\s*([+-]?(?:(?:{_WHOLE})(?![\d_,])\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\d.,_])\s*(.*?)\s*$"
)


class Unit(NamedTuple):
    """A unit: its dimension and how many base units it is."""

    dimension: str
    size: float


_ENERGY = {
    "µJ": 1e-6, "uJ": 1e-6, "mJ": 1e-3, "J": 1.0, "kJ": 1e3, "MJ": 1e6, "GJ": 1e9,
    "µWh": 3.6e-3, "uWh": 3.6e-3, "mWh": 3.6,
    "Wh": 3.6e3, "kWh": 3.6e6, "MWh": 3.6e9, "GWh": 3.6e12, "TWh": 3.6e15,
}  # fmt: skip
_POWER = {"µW": 1e-6, "uW": 1e-6, "mW": 1e-3, "W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9}
_TIME = {
    "ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0,
    "hour": 3600.0, "hours": 3600.0, "day": 86400.0, "days": 86400.0,
    "year": 3600.0 * HOURS_PER_YEAR, "years": 3600.0 * HOURS_PER_YEAR,
}  # fmt: skip
_CARBON = {
    "µgCO2e": 1e-9, "ugCO2e": 1e-9, "mgCO2e": 1e-6,
    "gCO2e": 1e-3, "kgCO2e": 1.0, "tCO2e": 1e3, "ktCO2e": 1e6, "MtCO2e": 1e9,
    "lbCO2e": 0.45359237,
}  # fmt: skip
_MINERALS = {
    "pgSb_eq": 1e-15, "ngSb_eq": 1e-12, "µgSb_eq": 1e-9, "mgSb_eq": 1e-6, "gSb_eq": 1e-3,
    "kgSb_eq": 1.0,
}  # fmt: skip
_WATER = {"µL": 1e-6, "uL": 1e-6, "mL": 1e-3, "L": 1.0, "m3": 1e3, "m³": 1e3, "ML": 1e6}

BASE_UNITS = MappingProxyType(
    {
        "energy": "J",
        "power": "W",
        "time": "s",
        "carbon": "kgCO2e",
        "water": "L",
        "minerals": "kgSb_eq",
        "carbon intensity": "kgCO2e/J",
        "water intensity": "L/J",
        "ratio": "",
    }
)
"""Each dimension and the base unit that `parse` answers in."""

_EXAMPLES = {
    "energy": "1.5 kWh", "power": "400 W", "time": "90 s", "carbon": "150 kgCO2e",
    "water": "2 L", "minerals": "0.01 kgSb_eq", "carbon intensity": "57 gCO2e/kWh",
    "water intensity": "1.8 L/kWh", "ratio": "1.2",
}  # fmt: skip


def _units() -> dict[str, Unit]:
    units = {"": Unit("ratio", 1.0), "%": Unit("ratio", 0.01)}
    tables = (("energy", _ENERGY), ("power", _POWER), ("time", _TIME), ("carbon", _CARBON))
    for dimension, table in (*tables, ("water", _WATER), ("minerals", _MINERALS)):
        units.update({name: Unit(dimension, size) for name, size in table.items()})
    for energy, joules in _ENERGY.items():
        for mass, kilograms in _CARBON.items():
            units[f"{mass}/{energy}"] = Unit("carbon intensity", kilograms / joules)
        for volume, litres in _WATER.items():
            units[f"{volume}/{energy}"] = Unit("water intensity", litres / joules)
    return units


UNITS = MappingProxyType(_units())
"""Every unit that `parse` knows."""


def parse(text: str | float, dimension: str, where: str = "") -> float:
    """Read a quantity and check its dimension.

    Parameters
    ----------
    text : str or float
        Such as ``"400 W"``; a bare number only where the dimension is ``ratio``.
    dimension : str
        A key of `BASE_UNITS`.
    where : str
        The flag or field that it came from, for the error.

    Returns
    -------
    float
        The quantity in the base unit of `dimension`.

    Raises
    ------
    QuantityError
        If it does not parse, is not finite, or has another dimension.

    Examples
    --------
    >>> round(parse("57 gCO2e/kWh", "carbon intensity") * 3.6e6, 6)
    0.057
    >>> parse("57 g", "carbon intensity", "--grid")
    Traceback (most recent call last):
      ...
    submeter.errors.QuantityError: "57 g" has no known unit, a carbon intensity was expected, --grid, write it as "57 gCO2e/kWh"
    """  # noqa: E501 - a message is one line
    example = f'write it as "{_EXAMPLES[dimension]}"'
    match = _TEXT.match(str(text))
    if match is None:
        raise QuantityError(f'"{text}" is not a number with a unit', where, example)
    name = match[2].replace(" / ", "/").replace("CO2eq", "CO2e")
    unit = UNITS.get(name)
    if unit is None:
        close = get_close_matches(name, UNITS, 1)
        hint = f'did you mean "{close[0]}"? {example}' if close and len(name) > 3 else example  # noqa: PLR2004
        what = f'"{text}" has no known unit, {_called(dimension)} was expected'
        raise QuantityError(what, where, hint)
    if unit.dimension != dimension:
        what = f'"{text}" is {_called(unit.dimension)}, {_called(dimension)} was expected'
        raise QuantityError(what, where, example)
    value = float(match[1].replace(",", "").replace("_", "")) * unit.size
    if not math.isfinite(value):
        raise QuantityError(f'"{text}" is not finite', where, example)
    return value


def _called(dimension: str) -> str:
    """Give a dimension with its article."""
    if dimension in {"carbon", "water", "minerals"}:
        return f"an amount of {dimension}"
    return f"a{'n' * (dimension[0] in 'aeiou')} {dimension}"
