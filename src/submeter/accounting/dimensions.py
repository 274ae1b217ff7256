"""Units and ranges: factors come in the units of their tables, formulas want one unit each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import QuantityError
from submeter.quantities.parsing import UNITS

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor

PER_KWH = "/kWh"


def multiplier(factor: Factor, target: str, what: str) -> float:
    """Give the number that brings `factor` to the unit `target`.

    Parameters
    ----------
    factor : Factor
        Any factor.
    target : str
        A unit that `quantities.parsing.UNITS` knows, such as ``kgCO2e/kWh``.
    what : str
        What the factor is to be, for the error.

    Raises
    ------
    QuantityError
        If the factor has another dimension.

    Examples
    --------
    >>> from submeter.quantities.factor import stated
    >>> multiplier(stated("grid", 57.0, "gCO2e/kWh", "here"), "kgCO2e/kWh", "a grid intensity")
    0.001
    """
    if factor.unit == target:
        return 1.0
    unit, wanted = UNITS.get(factor.unit), UNITS[target]
    if unit is None or unit.dimension != wanted.dimension:
        given = f'"{factor.unit}"' if factor.unit else "no unit"
        raise QuantityError(
            f"{what} has {given} (expected: {wanted.dimension})",
            factor.id,
            f'give it in "{target}"' if target else "give a plain ratio",
        )
    return unit.size / wanted.size


def numerator(factor: Factor, what: str, expected: str = "") -> str:
    """Give the unit that a factor per kWh counts in, such as ``kgSb_eq``.

    Raises
    ------
    QuantityError
        If the factor is not per kWh, or counts in another unit than the one `expected`.
    """
    unit = factor.unit.removesuffix(PER_KWH)
    if not unit or unit == factor.unit or unit != (expected or unit):
        fix = f'give it in "{expected}{PER_KWH}"' if expected else "give it per kWh"
        raise QuantityError(f'{what} has the unit "{factor.unit}"', factor.id, fix)
    return unit


def check_not_negative(factor: Factor) -> None:
    """Refuse a factor that may be negative.

    Raises
    ------
    QuantityError
        If its low end is below 0.
    """
    if factor.low < 0:
        raise QuantityError(f"{factor.low:g} {factor.unit} is negative", factor.id)


def check_share(share: float, what: str, where: str) -> None:
    """Refuse a share that is none.

    Raises
    ------
    QuantityError
        If it is not between 0 and 1.
    """
    if not 0.0 <= share <= 1.0:
        raise QuantityError(f"{what} is {share}", where, "give a share from 0 to 1")
