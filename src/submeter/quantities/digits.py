"""As many digits as the interval allows."""

from __future__ import annotations

import math

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


def phrase(value: float, low: float, high: float, unit: str, like: float = 0.0) -> tuple[str, str]:
    """Write a value and its interval, such as ``('1.2 Wh', '0.8 to 1.9')``.

    Parameters
    ----------
    value, low, high : float
        In `unit`.
    unit : str
        Such as ``kWh``.
    like : float
        If not 0, the prefix is the one that reads best for this value: parts stand under a total.

    Examples
    --------
    >>> phrase(0.00123, 0.0008, 0.0019, "kWh")
    ('1.2 Wh', '0.8 to 1.9')
    """
    size = value or max(abs(low), abs(high))
    factor, shown = scaled(like or size, unit)
    value, low, high = value * factor, low * factor, high * factor
    digits = significant(value, low, high)
    text = rounded(value, digits)
    if low == high:
        return f"{text} {shown}", "exact" if value else "-"
    place = digits - 1 - math.floor(math.log10(abs(size * factor)))
    ends = [f"{round(end, place):.{max(0, place)}f}" for end in (low, high)]
    if float(ends[0]) == 0 and low > 0:
        ends[0] = rounded(low, 1)
    return f"{text} {shown}", f"{ends[0]} to {ends[1]}"
