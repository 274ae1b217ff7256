"""Groups of entries from columns: sums by pattern, taken by whoever keeps the columns.

Where energies and hours stand in columns or in a database, no entry needs to be looked at: the work
is per pattern and not per entry, and a million entries of fifty patterns are fifty accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from submeter.accounting.patterns import Group
from submeter.errors import QuantityError
from submeter.quantities.energy import to_kwh
from submeter.quantities.factor import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from submeter.accounting.inventory import Inventory
    from submeter.quantities.factor import Factor

_HALF = 32
_LOWER = (1 << _HALF) - 1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sums:
    """What the entries of one pattern add up to, each in the order of the pattern's items.

    Parameters
    ----------
    entries : int
        How many there are.
    energy : tuple of int
        Energy of each item [µJ].
    low, high : tuple of int
        The ends of their intervals, added up [µJ]: what one meter told is one unknown, so that
        its ends add up. Empty where the pattern's ratios hold for every entry.
    idle : tuple of int
        Idle energy of each idle item [µJ].
    occupied : tuple of float
        The part of that which goes with what the entries occupied, 0 to 1.
    hours : tuple of float
        Hours of use of each piece of hardware, times the part reserved [h].
    overhead : int or None
        The meter's own energy [µJ].
    """

    entries: int
    energy: tuple[int, ...]
    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()
    idle: tuple[int, ...] = ()
    occupied: tuple[float, ...] = ()
    hours: tuple[float, ...] = ()
    overhead: int | None = None


def group_of(pattern: Inventory, sums: Sums) -> Group:
    """Make a group from one of its entries and the sums over all of them.

    Parameters
    ----------
    pattern : Inventory
        Any entry of the group: its factors, its place, its hardware; its energies and hours count
        only by the width of their intervals.
    sums : Sums
        Exact sums, from columns or a query.

    Raises
    ------
    QuantityError
        If there are not as many sums as items, or nothing tells the interval of an energy.
    """
    given = (
        (pattern.items, sums.energy), (pattern.idle, sums.idle), (pattern.idle, sums.occupied),
        (pattern.embodied, sums.hours), (sums.low and pattern.items, sums.low),
        (sums.high and pattern.items, sums.high),
    )  # fmt: skip
    if any(len(items) != len(numbers) for items, numbers in given):
        raise QuantityError("there are not as many sums as items", pattern.id)
    items = tuple(
        replace(item, energy=_summed(item.energy, sums, number))
        for number, item in enumerate(pattern.items)
    )
    idle = tuple(
        replace(item, energy=scaled(item.energy, to_kwh(energy)), occupied=occupied)
        for item, energy, occupied in zip(pattern.idle, sums.idle, sums.occupied, strict=True)
    )
    embodied = tuple(
        replace(item, hours=hours, share=1.0)
        for item, hours in zip(pattern.embodied, sums.hours, strict=True)
    )
    own = pattern.overhead
    if own is not None and sums.overhead is not None:
        own = scaled(own, to_kwh(sums.overhead))
    whole = replace(pattern, items=items, idle=idle, embodied=embodied, overhead=own)
    return Group(whole, sums.entries)


def _summed(factor: Factor, sums: Sums, number: int) -> Factor:
    """Give the sum of an item, with its own ends where they were added up."""
    value = to_kwh(sums.energy[number])
    if not (sums.low and sums.high):
        return scaled(factor, value)
    low, high = to_kwh(sums.low[number]), to_kwh(sums.high[number])
    spread = Spread.EXACT if low == high else Spread.LOGNORMAL if low > 0 else Spread.UNIFORM
    return replace(factor, value=value, low=low, high=high, unit="kWh", spread=spread)


def scaled(factor: Factor, kwh: float) -> Factor:
    """Give an energy of `kwh` with the interval of `factor`, as a ratio, and its unknown.

    Raises
    ------
    QuantityError
        If `factor` is zero with an interval: no ratio can be told.
    """
    if factor.low == factor.high:
        return replace(factor, value=kwh, low=kwh, high=kwh, unit="kWh")
    if not factor.value:
        raise QuantityError("the interval of a meter that told nothing is no ratio", factor.id,
                            "add up the ends too: Sums.low, Sums.high")  # fmt: skip
    ratios = (factor.low / factor.value, factor.high / factor.value)
    return replace(factor, value=kwh, low=kwh * ratios[0], high=kwh * ratios[1], unit="kWh")


def exact_sums(
    pattern: NDArray[np.int64], energy: NDArray[np.int64], groups: int
) -> tuple[int, ...]:
    """Add up a column by pattern, exactly.

    Parameters
    ----------
    pattern : array of int
        Which pattern each entry has, 0 to `groups` - 1.
    energy : array of int
        Its energy [µJ].
    groups : int
        How many patterns there are.

    Returns
    -------
    tuple of int
        The sum of each pattern [µJ], however large.

    Notes
    -----
    ``sum = 2^32 sum(E div 2^32) + sum(E mod 2^32)``, in blocks of 2^20 entries: each half then
    adds up below 2^53, where floating point is exact, while the sum itself may pass the 2^63 of
    its column (2.5 GWh).

    Examples
    --------
    >>> column = np.array([2**62, 2**62, 2**62, 1])
    >>> exact_sums(np.array([0, 0, 0, 1]), column, 2) == (3 * 2**62, 1)
    True
    """
    found = [0] * groups
    for start in range(0, len(energy), _BLOCK):
        index, block = pattern[start : start + _BLOCK], energy[start : start + _BLOCK]
        for half, shift in ((block >> _HALF, _HALF), (block & _LOWER, 0)):
            for place, part in enumerate(np.bincount(index, half, groups).tolist()):
                found[place] += int(part) << shift
    return tuple(found)
