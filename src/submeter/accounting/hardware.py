"""What making the hardware cost: carbon, water and minerals, by a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.amount import combined, total
from submeter.accounting.desk import Role
from submeter.accounting.embodied import amortised
from submeter.accounting.method import WATERS, Part, Wear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.accounting.amount import Amount
    from submeter.accounting.desk import Desk
    from submeter.accounting.hardware_items import EmbodiedItem
    from submeter.quantities.factor import Factor


def carbon(items: Sequence[EmbodiedItem], desk: Desk) -> Amount | None:
    """Give the work's part of the emissions [kgCO2e] of making the devices."""
    if not desk.includes(Part.EMBODIED):
        return None
    if not items:
        desk.note(Part.EMBODIED, "no hardware is known")
    made = [(each, each.each) for each in items]
    return total(_parts(made, "kgCO2e", Part.EMBODIED, Role.EACH, desk))


def water(items: Sequence[EmbodiedItem], desk: Desk) -> Amount | None:
    """Give the work's part of the water [L] that went into making the devices."""
    if not any(map(desk.method.includes, WATERS)) or not desk.includes(Part.EMBODIED_WATER):
        return None
    if not items:
        desk.note(Part.EMBODIED_WATER, "no hardware is known")
    made = [(each, each.water) for each in items]
    return total(_parts(made, "L", Part.EMBODIED_WATER, Role.EMBODIED_WATER, desk))


def minerals(items: Sequence[EmbodiedItem], desk: Desk) -> list[Amount]:
    """Give the work's part of the minerals [kgSb_eq] of each device whose figure is known."""
    if not desk.includes(Part.RESOURCES):
        return []
    made = [(each, each.minerals) for each in items]
    return _parts(made, "kgSb_eq", Part.RESOURCES, Role.MINERALS, desk, "making ")


def _parts(
    made: Sequence[tuple[EmbodiedItem, Factor | None]],
    unit: str,
    part: Part,
    role: Role,
    desk: Desk,
    doing: str = "",
) -> list[Amount]:
    """Give the work's part of what making each device took, where that is known."""
    for item, each in made:
        if each is None:
            desk.note(part, f"no figure for {doing}{item.device}")
    return [
        _share_of_making(desk.amount(each, unit, role), item, desk)
        for item, each in made if each is not None
    ]  # fmt: skip


def _share_of_making(each: Amount, item: EmbodiedItem, desk: Desk) -> Amount:
    lifetime = desk.amount(item.lifetime, "years", Role.LIFETIME)
    if desk.method.wear is Wear.OWNED:
        return combined(
            lambda cost, years: amortised(cost, item.hours, item.share, years, 1.0), each, lifetime
        )
    utilisation = desk.amount(item.utilisation, "", Role.UTILISATION)
    return combined(
        lambda cost, years, used: amortised(cost, item.hours, item.share, years, used),
        each,
        lifetime,
        utilisation,
    )
