"""Quantities with an interval, as people write them: ``"57 (50 to 64) gCO2e/kWh"``."""

from __future__ import annotations

import re
from typing import NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.parsing import parse

_NUMBER = r"[+-]?[\d.,_]+(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"^\s*({_NUMBER})\s*(?:to|–|\.\.)\s*({_NUMBER})\s*(.*)$")
_AROUND = re.compile(
    rf"^\s*({_NUMBER})\s*\(\s*({_NUMBER})\s*(?:to|–|\.\.)\s*({_NUMBER})\s*\)\s*(.*)$"
)
_PLUS_MINUS = re.compile(rf"^\s*({_NUMBER})\s*(?:±|\+-|\+/-)\s*({_NUMBER})\s*(.*)$")


class Span(NamedTuple):
    """A value and its 95 % interval, in the base unit of its dimension."""

    value: float
    low: float
    high: float


def parse_span(text: str | float, dimension: str, where: str = "") -> Span:
    """Read a quantity that may have an interval.

    Parameters
    ----------
    text : str or float
        ``"400 W"``, ``"300 to 400 W"`` (its middle is the value), ``"350 (300 to 400) W"`` or
        ``"350 ± 50 W"``.
    dimension : str
        A key of `quantities.parsing.BASE_UNITS`.
    where : str
        The flag or field that it came from, for the error.

    Raises
    ------
    QuantityError
        If it does not parse, has another dimension, or its interval does not hold its value.

    Examples
    --------
    >>> parse_span("350 (300 to 420) W", "power")
    Span(value=350.0, low=300.0, high=420.0)
    >>> parse_span("50 ± 5 %", "ratio")
    Span(value=0.5, low=0.45, high=0.55)
    """
    whole = str(text)
    if match := _AROUND.match(whole):
        value, low, high = (parse(f"{match[n]} {match[4]}", dimension, where) for n in (1, 2, 3))
    elif match := _PLUS_MINUS.match(whole):
        value, half = (parse(f"{match[n]} {match[3]}", dimension, where) for n in (1, 2))
        low, high = value - half, value + half
    elif match := _RANGE.match(whole):
        low, high = (parse(f"{match[n]} {match[3]}", dimension, where) for n in (1, 2))
        value = (low + high) / 2
    else:
        value = low = high = parse(text, dimension, where)
    if not low <= value <= high:
        raise QuantityError(f'the interval of "{whole}" does not hold its value', where)
    return Span(value, low, high)
