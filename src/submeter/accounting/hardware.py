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


def carbon(items: Sequence[EmbodiedItem], desk: Desk) -> Amount | None:
    """Give the work's part of the emissions [kgCO2e] of making the devices."""
    if not desk.includes(Part.EMBODIED):
        return None
    if not items:
        desk.note(Part.EMBODIED, "no hardware is known")
    parts = []
    for item in items:
        if item.each is None:
            desk.note(Part.EMBODIED, f"no figure for {item.device}")
        else:
            each = desk.amount(item.each, "kgCO2e", Role.EACH)
            parts.append(_share_of_making(each, item, desk))
    return total(parts)


def water(items: Sequence[EmbodiedItem], desk: Desk) -> Amount | None:
    """Give the work's part of the water [L] that went into making the devices."""
    if not any(map(desk.method.includes, WATERS)) or not desk.includes(Part.EMBODIED_WATER):
        return None
    if not items:
        desk.note(Part.EMBODIED_WATER, "no hardware is known")
    parts = []
    for item in items:
        if item.water is None:
            desk.note(Part.EMBODIED_WATER, f"no figure for {item.device}")
        else:
            each = desk.amount(item.water, "L", Role.EMBODIED_WATER)
            parts.append(_share_of_making(each, item, desk))
    return total(parts)


def minerals(items: Sequence[EmbodiedItem], desk: Desk) -> list[Amount]:
    """Give the work's part of the minerals [kgSb_eq] of each device whose figure is known."""
    if not desk.includes(Part.RESOURCES):
        return []
    parts = []
    for item in items:
        if item.minerals is None:
            desk.note(Part.RESOURCES, f"no figure for making {item.device}")
        else:
            each = desk.amount(item.minerals, "kgSb_eq", Role.MINERALS)
            parts.append(_share_of_making(each, item, desk))
    return parts


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
