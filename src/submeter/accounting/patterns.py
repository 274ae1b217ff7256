"""Entries that hang on the same factors, found among many and added up before anything is drawn.

An account is linear in the energies and the hours of use, so that entries of one pattern (the same
meters, models, grid, facility and hardware) cost as much as one entry with their sums.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from submeter.quantities.factor import Spread

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from submeter.accounting.energy_items import EnergyItem, IdleItem
    from submeter.accounting.hardware_items import EmbodiedItem
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor

_STEP = 0.01
"""Logarithms of two intervals' ends that differ by less than this share a pattern."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one pattern.

    Parameters
    ----------
    inventory : Inventory
        As if they were one entry: the sums of their energies and hours.
    entries : int
        How many there are.
    """

    inventory: Inventory
    entries: int


def groups_for(inventories: Iterable[Inventory], method: Method) -> tuple[Group, ...]:
    """Gather inventories for an account by `method`, as `grouped` does where that may be done.

    A sum is not the entry of the sums where every entry is rounded: then each is a group of its
    own.
    """
    if method.decimals is None:
        return grouped(inventories)
    return tuple(Group(each, 1) for each in inventories)


def grouped(inventories: Iterable[Inventory]) -> tuple[Group, ...]:
    """Gather inventories into groups of one pattern each, in order of first sight.

    Parameters
    ----------
    inventories : iterable of Inventory
        One an entry; they are looked at once and not kept.

    Notes
    -----
    Of entries that one meter told, the values, the low and the high ends are each added up
    (to the last bit, by `math.fsum`): both ends of the sum are exact, since one unknown moves
    all of them at once. Between the ends a sum of lognormals of unlike widths is no lognormal;
    within a pattern widths differ by less than 1 %, which moves no percentile by more than
    ``0.01^2 / 8``, about 1 in 100,000.
    """
    found: dict[Hashable, _Sum] = {}
    for each in inventories:
        key = _pattern(each)
        if key not in found:
            found[key] = _Sum(each)
        found[key].add(each)
    return tuple(each.group() for each in found.values())


class _Sum:
    """The entries of one pattern in the making."""

    def __init__(self, first: Inventory) -> None:
        self.first = first
        self.entries = 0
        self.missing: dict[str, None] = {}
        self.items = [_Energies() for _ in first.items]
        self.idle = [_Energies() for _ in first.idle]
        self.shares = [(array("d"), array("d")) for _ in first.idle]
        self.hours = [array("d") for _ in first.embodied]
        self.overhead = _Energies()

    def add(self, entry: Inventory) -> None:
        self.entries += 1
        self.missing.update(dict.fromkeys(entry.missing))
        for sums, item in zip(self.items, entry.items, strict=True):
            sums.add(item.energy, item.coverage, item.idle_part, above=True)
        for sums, shares, idle in zip(self.idle, self.shares, entry.idle, strict=True):
            sums.add(idle.energy, idle.coverage, idle.idle_part, above=False)
            shares[0].append(idle.energy.value * idle.occupied)
            shares[1].append(idle.energy.value * idle.reserved)
        for hours, piece in zip(self.hours, entry.embodied, strict=True):
            hours.append(piece.hours * piece.share)
        if entry.overhead is not None:
            self.overhead.add(entry.overhead, 1.0, None, above=True)

    def group(self) -> Group:
        first = self.first
        if self.entries == 1:
            return Group(first, 1)
        whole = replace(
            first,
            items=tuple(
                replace(item, energy=sums.energy(item.energy), coverage=sums.coverage(),
                        idle_part=sums.idle_part(item.idle_part))
                for item, sums in zip(first.items, self.items, strict=True)
            ),
            idle=tuple(
                self._idle(item, sums, shares)
                for item, sums, shares in zip(first.idle, self.idle, self.shares, strict=True)
            ),
            embodied=tuple(
                replace(item, hours=math.fsum(hours), share=1.0)
                for item, hours in zip(first.embodied, self.hours, strict=True)
            ),
            overhead=first.overhead and self.overhead.energy(first.overhead),
            missing=tuple(self.missing),
        )  # fmt: skip
        return Group(whole, self.entries)

    @staticmethod
    def _idle(item: IdleItem, sums: _Energies, shares: Sequence[Sequence[float]]) -> IdleItem:
        energy = sums.energy(item.energy)
        parts = [
            min(1.0, math.fsum(share) / energy.value) if energy.value else default
            for share, default in zip(shares, (item.occupied, item.reserved), strict=True)
        ]
        return replace(
            item, energy=energy, occupied=parts[0], reserved=parts[1], coverage=sums.coverage(),
            idle_part=sums.idle_part(item.idle_part),
        )  # fmt: skip


class _Energies:
    """The energies of one item in each entry of a pattern."""

    def __init__(self) -> None:
        self.ends = (array("d"), array("d"), array("d"))
        self.seen: tuple[array[float], array[float]] = (array("d"), array("d"))
        self.least = 1.0
        self.parts = (array("d"), array("d"), array("d"))
        self.wholes = array("d")

    def add(self, energy: Factor, coverage: float, part: Factor | None, *, above: bool) -> None:
        for column, number in zip(self.ends, _numbers(energy), strict=True):
            column.append(number)
        self.least = min(self.least, coverage)
        if energy.value > 0 and coverage > 0:
            self.seen[0].append(energy.value)
            self.seen[1].append(energy.value / coverage)
        if part is not None:
            # The whole that the part is of: what is above idle varies as whole minus idle.
            whole = energy.value / ((1 - part.value) if above else part.value)
            self.wholes.append(whole)
            for column, number in zip(self.parts, _numbers(part), strict=True):
                column.append(whole * number)

    def energy(self, first: Factor) -> Factor:
        value, low, high = (math.fsum(column) for column in self.ends)
        return replace(first, value=value, low=min(low, value), high=max(high, value))

    def coverage(self) -> float:
        whole = math.fsum(self.seen[1])
        return min(1.0, math.fsum(self.seen[0]) / whole) if whole else self.least

    def idle_part(self, first: Factor | None) -> Factor | None:
        whole = math.fsum(self.wholes)
        if first is None or not whole:
            return first
        value, low, high = (math.fsum(column) / whole for column in self.parts)
        return replace(first, value=value, low=min(low, value), high=min(1.0, max(high, value)))


def _numbers(factor: Factor) -> tuple[float, float, float]:
    return factor.value, factor.low, factor.high


def _pattern(entry: Inventory) -> Hashable:
    """Give what two entries must share to be added up before anything is drawn."""
    return (
        entry.stage, entry.unit.name, entry.grid, entry.facility, tuple(entry.place.items()),
        tuple(map(_of_item, entry.items)), tuple(map(_of_idle, entry.idle)),
        tuple(map(_of_hardware, entry.embodied)), _of_energy(entry.overhead),
    )  # fmt: skip


def _of_item(item: EnergyItem) -> Hashable:
    return (
        item.component, item.domain, item.inside, _of_energy(item.energy),
        _of_part(item.idle_part),
    )  # fmt: skip


def _of_idle(item: IdleItem) -> Hashable:
    return (
        item.component, item.domain, item.inside, _of_energy(item.energy),
        _of_part(item.idle_part), round(item.coverage, 2),
    )  # fmt: skip


def _of_part(part: Factor | None) -> Hashable:
    """Give what two idle parts must share; their size too, where a realisation may pass 1.

    There none is left for the work, and what is cut off does not go with the part. No realisation
    lies further out than twice the end of the interval (of 10,000, in logarithms).
    """
    cut = part is not None and part.value > 0 and part.value * (part.high / part.value) ** 2 >= 1
    return _of_energy(part), round(part.value / _STEP) if part is not None and cut else None


def _of_hardware(item: EmbodiedItem) -> Hashable:
    return (
        item.component, item.device, item.each, item.lifetime, item.utilisation, item.minerals,
        item.water,
    )  # fmt: skip


def _of_energy(factor: Factor | None) -> Hashable:
    """Give all of a factor but its size: its interval as ratios, in steps."""
    if factor is None:
        return None
    ends: Any = ()
    if factor.spread is Spread.LOGNORMAL and factor.value:
        ends = tuple(
            round(math.log(end / factor.value) / _STEP) for end in (factor.low, factor.high)
        )
    return (
        factor.id, factor.unit, factor.spread, factor.tier, factor.source, factor.period,
        factor.basis, factor.note, ends,
    )  # fmt: skip
