"""What differs between two accounts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.dimensions import multiplier
from submeter.accounting.method import Basis
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from submeter.accounting.energy_items import EnergyItem, IdleItem
    from submeter.accounting.gap import Side
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor

TOGETHER = "method and place"
"""What cannot be told apart where one account is of a contract and the other of a place."""


CONDITIONS = ("device", "batch", "precision", "stack", "model", "task")
"""Of the conditions of two runs, those that the energy of one unit hangs on beside its length."""


def conditions(first: Side, second: Side) -> dict[str, tuple[str, str]]:
    """Give the conditions that are known of both and differ; several are one cause together."""
    one, other = first.conditions, second.conditions
    known = [name for name in CONDITIONS if name in one and name in other]
    return {name: (one[name], other[name]) for name in known if one[name] != other[name]}


def electricity_of(inventory: Inventory, method: Method) -> Factor | None:
    """Give the intensity that a method takes of an inventory."""
    grid = inventory.grid
    return grid.market if method.basis is Basis.MARKET else grid.intensity


def in_words(first: Side, second: Side) -> dict[str, str]:
    """Tell what differs, by aspect; nothing of an aspect that does not."""
    one, other = first.inventory, second.inventory
    electricity = [_shown(electricity_of(side.inventory, side.method)) for side in (first, second)]
    bases = [
        f"{each}, {side.method.basis}-based"
        for each, side in zip(electricity, (first, second), strict=True)
    ]
    told = {
        "boundary": _differ(*(_bounds(side.method) for side in (first, second))),
        "method": _differ(first.method.id, second.method.id),
        "place": _differ(*electricity),
        TOGETHER: _differ(*bases),
        "facility": _differ(*(f"PUE {_shown(each.facility.pue)}" for each in (one, other))),
        "idle": _differ(*(_energy(side, _idle(side)) for side in (first, second))),
        "hardware": _differ(*(_hours(each) for each in (one, other))),
        "work": _differ(*(_energy(side, _drawn(side)) for side in (first, second))),
    }
    return {aspect: words for aspect, words in told.items() if words}


def _bounds(method: Method) -> str:
    parts = ", ".join(method.components) or "all components"
    beside = ", ".join(part.value for part in method.parts) or "nothing beside energy"
    return f"{parts}; idle {method.idle.value}; {beside}"


def _drawn(side: Side) -> float:
    """Give what the work drew in the components that count [kWh], no meter inside another twice."""
    counted = [each for each in side.inventory.items if side.method.counts(each.component)]
    domains = {each.domain for each in counted if each.domain}
    return sum(_kwh(each) for each in counted if each.inside not in domains)


def _idle(side: Side) -> float:
    """Give the idle energy that is charged [kWh]."""
    return sum(
        _kwh(each) * side.method.charged(each.occupied, each.reserved)
        for each in side.inventory.idle
    )


def _kwh(item: EnergyItem | IdleItem) -> float:
    return item.energy.value * multiplier(item.energy, "kWh", item.component)


def _energy(side: Side, kwh: float) -> str:
    """Write the energy of one unit."""
    each = kwh / (side.inventory.unit.count or 1.0)
    return phrase(each, each, each, "kWh")[0]


def _hours(inventory: Inventory) -> str:
    """Write for how long one unit uses the devices whose making is known."""
    hours = sum(each.hours * each.share for each in inventory.embodied)
    return f"{hours / (inventory.unit.count or 1.0):.3g} h of use"


def _shown(factor: Factor | None) -> str:
    return f"{factor.value:.4g} {factor.unit}".rstrip() if factor is not None else "not known"


def _differ(one: str, other: str) -> str:
    return f"{one} → {other}" if one != other else ""
