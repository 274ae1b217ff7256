"""The figures that a method was published with, where nobody stated or published a better one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread

if TYPE_CHECKING:
    from submeter.accounting.desk import Desk
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Assumption, Method

_UNKNOWN = frozenset({"grid/world", "pue/unknown"})
"""Ids of the factors that stand for a place or a facility that nobody named."""


def with_assumptions(inventory: Inventory, desk: Desk) -> Inventory:
    """Put the method's own figures where the inventory has none, or the world's spread."""
    facility, grid = inventory.facility, inventory.grid
    for assumed in desk.method.assumed:
        now = facility.pue if assumed.part == "pue" else grid.intensity
        if now is not None and now.id not in _UNKNOWN:
            continue
        figure = _figure(assumed, desk.method)
        if assumed.part == "pue":
            facility = replace(facility, pue=figure)
        else:
            grid = replace(grid, intensity=figure)
        desk.note(assumed.part, f"{assumed.value:.4g} {assumed.unit}".rstrip() + ", the method's")
    return replace(inventory, facility=facility, grid=grid)


def _figure(assumed: Assumption, method: Method) -> Factor:
    source = Source(method.id, method.citation, "LicenseRef-cited-figure")
    value = assumed.value
    return Factor(
        f"{assumed.part}/{method.id}", value, value, value, assumed.unit, Spread.EXACT,
        Tier.ASSUMED, source, basis="location average" if assumed.part == "grid" else "",
    )  # fmt: skip
