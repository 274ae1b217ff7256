"""What differs between two accounts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.method import Basis

if TYPE_CHECKING:
    from submeter.accounting.gap import Side
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor

TOGETHER = "method and place"
"""What cannot be told apart where one account is of a contract and the other of a place."""


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
    }
    return {aspect: words for aspect, words in told.items() if words}


def _bounds(method: Method) -> str:
    parts = ", ".join(method.components) or "all components"
    beside = ", ".join(part.value for part in method.parts) or "nothing beside energy"
    return f"{parts}; idle {method.idle.value}; {beside}"


def _shown(factor: Factor | None) -> str:
    return f"{factor.value:.4g} {factor.unit}".rstrip() if factor is not None else "not known"


def _differ(one: str, other: str) -> str:
    return f"{one} → {other}" if one != other else ""
