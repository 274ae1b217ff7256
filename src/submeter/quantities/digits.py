"""As many digits as the interval allows."""

from __future__ import annotations

import math
from typing import NamedTuple

_PREFIXES = {
    "kWh": ((1.0, "kWh"), (1e-3, "Wh"), (1e-6, "mWh"), (1e-9, "µWh")),
    "kgCO2e": (
        (1e3, "tCO2e"),
        (1.0, "kgCO2e"),
        (1e-3, "gCO2e"),
        (1e-6, "mgCO2e"),
        (1e-9, "µgCO2e"),
    ),
    "L": ((1e3, "m³"), (1.0, "L"), (1e-3, "mL"), (1e-6, "µL")),
    "J": ((1e6, "MJ"), (1e3, "kJ"), (1.0, "J"), (1e-3, "mJ"), (1e-6, "µJ")),
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "W": ((1e6, "MW"), (1e3, "kW"), (1.0, "W"), (1e-3, "mW"), (1e-6, "µW")),
    "MJ": ((1e3, "GJ"), (1.0, "MJ"), (1e-3, "kJ"), (1e-6, "J")),
    "kgSb_eq": (
        (1.0, "kgSb_eq"),
        (1e-3, "gSb_eq"),
        (1e-6, "mgSb_eq"),
        (1e-9, "µgSb_eq"),
        (1e-12, "ngSb_eq"),
        (1e-15, "pgSb_eq"),
    ),
}


def significant(value: float, low: float, high: float) -> int:
    """Give how many significant digits of `value` its interval supports, 1 to 4.

    The last digit shown is the one that the half-width begins in, and one more when the
    half-width begins with a 1 or 2.

    Examples
    --------
    >>> significant(123.456, 120.0, 127.0)
    3
    >>> significant(123.456, 40.0, 400.0)
    2
    """
    half = (high - low) / 2
    if value == 0 or not math.isfinite(value):
        return 1
    if half <= 0:
        return 4
    place = math.floor(math.log10(half))
    if half / 10**place < 3:  # noqa: PLR2004 - a leading 1 or 2 carries another digit
        place -= 1
    return max(1, min(4, math.floor(math.log10(abs(value))) - place + 1))


def rounded(value: float, digits: int) -> str:
    """Write `value` with `digits` significant digits and no exponent.

    Examples
    --------
    >>> rounded(0.0012345, 2), rounded(98765.0, 2), rounded(2.0, 2)
    ('0.0012', '99000', '2.0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    number = round(value, decimals)
    return f"{number:.{max(0, decimals)}f}"


_MOST = 6
"""Significant digits that are ever shown of an interval's ends."""


def ends(value: str, low: float, high: float) -> str:
    """Write an interval beside a value: two digits, or as many more as it takes to hold it.

    Examples
    --------
    >>> ends("41", 25.58, 66.35), ends("10200", 6800.0, 10200.0)
    ('26 to 66', '6800 to 10200')
    """
    shown = float(value)
    for digits in range(2, _MOST + 1):
        first, last = rounded(low, digits), rounded(high, digits)
        if float(first) <= shown <= float(last):
            break
    return f"{first} to {last}"


def plain(value: float) -> str:
    """Write an exact value: up to six significant digits, no exponent, no zeros at its end.

    Examples
    --------
    >>> plain(1.2), plain(700.0), plain(0.00058)
    ('1.2', '700', '0.00058')
    """
    text = rounded(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(value: float, unit: str) -> tuple[float, str]:
    """Give `value` in the prefix of `unit` that reads best, and that prefix's multiplier inverse.

    Returns
    -------
    tuple of (float, str)
        The multiplier that brings a number in `unit` to the unit shown, and the unit shown.
    """
    steps = _PREFIXES.get(unit, ((1.0, unit),))
    for size, name in steps:
        if abs(value) >= size:
            return 1 / size, name
    size, name = steps[-1] if value else next(step for step in steps if step[1] == unit)
    return 1 / size, name


def phrase(value: float, low: float, high: float, unit: str, least: int = 1) -> tuple[str, str]:
    """Write a value and its interval, such as ``('1.2 Wh', '0.8 to 1.9')``.

    Parameters
    ----------
    value, low, high : float
        In `unit`.
    unit : str
        Such as ``kWh``.
    least : int
        Significant digits that are shown however wide the interval is.

    Examples
    --------
    >>> phrase(0.00123, 0.0008, 0.0019, "kWh")
    ('1.2 Wh', '0.8 to 1.9')
    """
    factor, shown, place = column(value, low, high, unit, least)
    value, low, high = value * factor, low * factor, high * factor
    text = rounded(value, 1)
    if value and math.isfinite(value):
        text = f"{round(value, place):.{max(0, place)}f}"
    if low == high:
        return f"{text} {shown}", "exact" if value else "-"
    ends = [f"{round(end, place):.{max(0, place)}f}" for end in (low, high)]
    if float(ends[0]) == 0 and low > 0:
        ends[0] = rounded(low, 1)
    return f"{text} {shown}", f"{ends[0]} to {ends[1]}"


class Column(NamedTuple):
    """How a total is written, so that its parts can be written below it.

    Parameters
    ----------
    factor : float
        Brings a number to the unit shown.
    unit : str
        The unit shown.
    place : int
        The decimal place of the last digit shown: 1 for tenths, -1 for tens.
    """

    factor: float
    unit: str
    place: int


def column(value: float, low: float, high: float, unit: str, least: int = 1) -> Column:
    """Give how `phrase` writes a value with its interval.

    What rounds up to a thousand of a unit is written in the next one.

    Examples
    --------
    >>> phrase(986e-9, 300e-9, 2600e-9, "kWh")
    ('1 mWh', '0.3 to 3')
    """
    size = abs(value) or max(abs(low), abs(high))
    factor, shown = scaled(size, unit)
    digits = max(least, significant(value * factor, low * factor, high * factor))
    place = digits - 1 - _magnitude(size * factor)
    if value and math.isfinite(value):
        written = round(size * factor, place) / factor * _HAIR
        above, name = scaled(written, unit)
        if name != shown:
            factor, shown, place = above, name, digits - 1 - _magnitude(written * above)
    return Column(factor, shown, place)


_HAIR = 1 + 1e-12
"""A rounded number lies a hair off the power of ten that is meant."""


def _magnitude(size: float) -> int:
    return math.floor(math.log10(size)) if size and math.isfinite(size) else 0


def part(value: float, low: float, high: float, whole: Column) -> tuple[str, str]:
    """Write a part of a total, in the total's unit and to its decimal place.

    The interval is rounded outwards. A part too small for that place is told as less than one of
    it, since nothing that was drawn is shown as zero.

    Examples
    --------
    >>> whole = column(1.9, 0.7, 5.5, "kWh", least=2)
    >>> part(1.28, 0.5, 3.21, whole), part(0.0005, 0.0002, 0.0014, whole)
    (('1.3 kWh', '0.5 to 3.3'), ('<0.1 kWh', '0.0 to 0.1'))
    """
    factor, shown, place = whole
    value, low, high = value * factor, low * factor, high * factor
    step, decimals = 10.0**place, max(0, place)
    number = round(value, place)
    text = f"{number:.{decimals}f}"
    if value and not number:
        text = f"<{1 / step:.{decimals}f}"
    if low == high:
        return f"{text} {shown}", "exact" if value else "-"
    # Products such as 0.29 * 100 lie a hair off the whole number that is meant.
    first, last = math.floor(round(low * step, 6)), math.ceil(round(high * step, 6))
    ends = [f"{end / step:.{decimals}f}" for end in (first, last)]
    return f"{text} {shown}", f"{ends[0]} to {ends[1]}"
