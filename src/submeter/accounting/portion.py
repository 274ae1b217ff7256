"""A portion of an inventory: the same work, of which only a part is charged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from submeter.accounting.inventory import Inventory
    from submeter.quantities.factor import Factor


def portion(inventory: Inventory, share: float) -> Inventory:
    """Give an inventory with `share` of its energy and of its hours.

    The unknowns stay what they are: what a meter erred by in the whole, it erred by in the part.
    """
    if share == 1:
        return inventory
    items = tuple(replace(each, energy=_part(each.energy, share)) for each in inventory.items)
    idle = tuple(replace(each, energy=_part(each.energy, share)) for each in inventory.idle)
    hardware = tuple(replace(each, hours=each.hours * share) for each in inventory.embodied)
    overhead = inventory.overhead and _part(inventory.overhead, share)
    return replace(inventory, items=items, idle=idle, embodied=hardware, overhead=overhead)


def _part(factor: Factor, share: float) -> Factor:
    numbers = {name: getattr(factor, name) * share for name in ("value", "low", "high")}
    return replace(factor, **numbers)
