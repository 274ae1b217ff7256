"""The hardware of an account file, and what making it cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounts.energy_items import device_hours
from submeter.errors import UsageError
from submeter.reference.factors import devices
from submeter.runs import hardware

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.accounts.fields import Fields
    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

ITEM = (
    "component", "device", "label", "each", "device_hours", "devices", "hours", "share", "lifetime",
    "utilisation", "minerals", "water", "source", "note",
)  # fmt: skip


def hardware_items(
    fields: Fields, stated: Mapping[str, str], registry: Registry
) -> tuple[tuple[EmbodiedItem, ...], tuple[str, ...]]:
    """Give the devices, and what is not known of them; a `stated` use replaces the file's."""
    unknown: list[str] = []
    typed = {name: stated[name] for name in hardware.NAMES if stated.get(name)}
    items = []
    for number, entry in enumerate(fields.entries("embodied", ITEM)):
        item = _item(entry, number, unknown, registry)
        use = hardware.of_record({**typed, hardware.FROM: "command line"})
        items.append(replace(item, **{name: getattr(use, name) for name in typed}))
    return tuple(items), tuple(unknown)


def _item(entry: Fields, number: int, unknown: list[str], registry: Registry) -> EmbodiedItem:
    component = entry.text("component")
    if not component:
        raise UsageError("the component is missing", entry.where, "write component: server")
    hours = device_hours(entry)
    if hours is None:
        raise UsageError("the hours of use are missing", entry.where, "give device_hours")
    device = entry.text("device", component)
    each = entry.factor("each", "carbon", "kgCO2e", f"embodied/stated/{number}")
    minerals = entry.factor("minerals", "minerals", "kgSb_eq", f"embodied-adpe/stated/{number}")
    if each is None:
        each, mined = _published(device, unknown, registry)
        minerals = minerals or mined
    share = entry.number("share", "ratio")
    return EmbodiedItem(
        component, device, each, hours, 1.0 if share is None else share,
        entry.factor("lifetime", "time", "years", f"lifetime/stated/{number}")
        or registry.factor("lifetime/device"),
        entry.factor("utilisation", "ratio", "", f"utilisation/stated/{number}")
        or registry.factor("utilisation/device"),
        minerals,
        entry.factor("water", "water", "L", f"embodied-water/stated/{number}"),
    )  # fmt: skip


def _published(
    device: str, unknown: list[str], registry: Registry
) -> tuple[Factor | None, Factor | None]:
    known = devices.known(device, registry)
    if known is None:
        unknown.append(f"embodied: no figure for a device named {device}; give each")
        return None, None
    if known.reason:
        unknown.append(f"embodied: {known.reason}")
    return known.made, known.mined
