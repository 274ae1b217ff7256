"""The energy of an account file: stated, or device hours times power."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounts.fields import Fields, tier, unknown
from submeter.accounts.hours import Drawn, profile
from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Spread
from submeter.reference.catalogue.accelerators import accelerator
from submeter.reference.factors import devices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.reference.factors.registry import Registry

ITEM = (
    "component", "device", "label", "energy", "device_hours", "devices", "hours", "power",
    "coverage", "profile", "tier", "source", "note",
)  # fmt: skip
_PARTS = frozenset(
    ["gpu", "cpu", "memory", "accelerator", "tpu", "npu", "disk", "storage", "network", "fan"]
)
_MACHINES = frozenset(["machine", "server", "node", "host", "system"])
_ALL = frozenset(["total", "all", "everything", "whole"])
_ALSO = {"ram": "memory", "dram": "memory", "processor": "cpu"}
_KNOWN = _PARTS | _MACHINES | frozenset(_ALSO)
_JOINED = re.compile(r"\s*(?:[+&/,]|\band\b)\s*")
_SECONDS = 3600.0
LOADED = (0.8, 0.4, 1.05)
"""Mean power of a busy accelerator over its board power limit, with the 95 % interval; a
judgement: published means of training lie between 0.55 (TPU v3) and 0.99 (P100) of the limit
(Patterson et al. 2021, table 1 and 4), serving goes down to 0.4."""


class Energies(NamedTuple):
    """The energy of an account file.

    Parameters
    ----------
    items : tuple of EnergyItem
        Of the work.
    idle : tuple of IdleItem
        Of the idle machine.
    supposed : tuple of str
        What had to be supposed.
    drawn : tuple of Drawn
        Each energy and how it fell to the hours.
    """

    items: tuple[EnergyItem, ...]
    idle: tuple[IdleItem, ...]
    supposed: tuple[str, ...]
    drawn: tuple[Drawn, ...]


def energy_items(fields: Fields, registry: Registry) -> Energies:
    """Give the energy of the work, the idle energy, and what had to be supposed.

    The stage is part of each unknown: what a device is supposed to draw in a training says nothing
    of what it draws when it serves.
    """
    stage = fields.text("stage", "other")
    entries = list(fields.entries("energy", ITEM))
    _check_once(entries)
    items: list[EnergyItem] = []
    idle: list[IdleItem] = []
    told: list[str] = []
    drawn: list[Drawn] = []
    for number, entry in enumerate(entries):
        component = entry.text("component")
        if not component:
            raise UsageError("the component is missing", entry.where, "write component: gpu")
        energy = _energy(entry, f"energy/{number}", told, registry)
        energy = _apart(energy, entry, stage)
        drawn.append(Drawn(energy.value, profile(entry), entry.at("profile")))
        coverage = entry.number("coverage", "ratio")
        seen = 1.0 if coverage is None else coverage
        if component == "idle":
            idle.append(IdleItem(entry.text("device", "machine"), energy, 1.0, coverage=seen))
        else:
            items.append(EnergyItem(component, energy, seen))
    return Energies(tuple(items), tuple(idle), tuple(told), tuple(drawn))


def _energy(entry: Fields, key: str, told: list[str], registry: Registry) -> Factor:
    """Give the energy of an entry [kWh]."""
    hours = device_hours(entry)
    if "energy" in entry:
        if hours is not None or "power" in entry:
            what = "the same energy is given twice: as energy and as hours times power"
            raise UsageError(what, entry.where, "keep one of them")
        stated = entry.factor("energy", "energy", "kWh", key)
        if stated is None:  # pragma: no cover - it is in the entry
            raise UsageError("the energy is missing", entry.where)
        return _told(entry, stated)
    if hours is None:
        fix = "give energy, or device_hours with power"
        raise UsageError("the energy is missing", entry.where, fix)
    power = entry.factor("power", "power", "W", key)
    if power is None:
        power = _of_device(entry, told, registry)
    kwh = hours / 1e3
    numbers = {name: getattr(power, name) * kwh for name in ("value", "low", "high")}
    return _told(entry, replace(power, unit="kWh", **numbers))


def _apart(energy: Factor, entry: Fields, stage: str) -> Factor:
    """Give an energy the unknown that it hangs on: its entry, or its device, in its stage."""
    if energy.low == energy.high:
        return energy
    if not energy.id.startswith("energy/"):
        return replace(energy, id=f"{energy.id}/{stage}")
    told = sorted((name, repr(value)) for name, value in entry.content.items())
    return replace(energy, id=unknown(f"energy/{entry.text('component')}", stage, told))


def _told(entry: Fields, energy: Factor) -> Factor:
    """Put the entry's own tier and source on its energy."""
    if "source" in entry:
        energy = replace(energy, source=replace(energy.source, citation=entry.text("source")))
    return replace(energy, tier=tier(entry)) if "tier" in entry else energy


def device_hours(entry: Fields) -> float | None:
    """Give the hours of use, added up over the devices [h]; None where they are not told.

    Raises
    ------
    UsageError
        If they are told twice, or by half.
    """
    whole = entry.number("device_hours", "time")
    hours, devices = entry.number("hours", "time"), entry.number("devices", "ratio")
    if whole is not None and hours is not None:
        what = "hours are given twice: as device_hours and as devices times hours"
        raise UsageError(what, entry.where, "keep one of them")
    if whole is None and hours is None:
        return None
    seconds = whole if whole is not None else (hours or 0.0) * (1.0 if devices is None else devices)
    if seconds < 0:
        raise UsageError("the hours are negative", entry.where)
    return seconds / _SECONDS


def _of_device(entry: Fields, told: list[str], registry: Registry) -> Factor:
    """Suppose the mean power of a device that the catalogue or the user's own file knows [W]."""
    name = entry.text("device")
    if not name:
        fix = "give power, or the device by its name"
        raise UsageError("the power is missing", entry.where, fix)
    device = devices.known(name, registry)
    if device is None:
        accelerator(name)  # tells which names are much like it
    if device is None or device.tdp is None:
        raise UsageError(f"no power of {name} is published", entry.where, "give power")
    limit = device.tdp
    told.append(
        f"energy: no power of {device.name} was stated: {LOADED[0]:.0%} of its {limit.value:g} W "
        f"({LOADED[1]:.0%} to {LOADED[2]:.0%}) was supposed"
    )
    value, low, high = (
        part * each for part, each in zip(LOADED, (limit.value, limit.low, limit.high), strict=True)
    )
    key = f"power/{limit.id.partition('/')[2]}"
    return Factor(key, value, low, high, "W", Spread.LOGNORMAL, Tier.MODELLED, limit.source)


def _check_once(entries: Sequence[Fields]) -> None:
    """Refuse energy that is given twice: as two equal entries, or in a part and its whole.

    Entries of two labels are of two things.
    """
    seen: dict[tuple[frozenset[str], str, str], Fields] = {}
    for entry in entries:
        key = (_parts(entry), entry.text("device"), entry.text("label"))
        if key in seen:
            named = [entry.text(name) for name in ("component", "device", "label")]
            what = f"the energy of {' '.join(filter(None, named))} is given twice"
            fix = "add them up, or tell them apart by a label"
            raise UsageError(what, f"{seen[key].where}, {entry.where}", fix)
        seen[key] = entry
    wholes = [key for key in seen if len(key[0]) > 1 or key[0] & (_MACHINES | _ALL)]
    for one, other in product(wholes, seen):
        labels = {label for label in (one[2], other[2]) if label}
        if _holds(one[0], other[0]) and len(labels) < 2:  # noqa: PLR2004 - one of each
            whole, part = seen[one], seen[other]
            what = (
                f"the energy of the {part.text('component')} is given twice: the "
                f"{whole.text('component')} holds it"
            )
            raise UsageError(what, f"{whole.where}, {part.where}", "keep one of them")


def _parts(entry: Fields) -> frozenset[str]:
    """Give what a component names: ``CPUs and RAM`` are two."""
    named = _JOINED.split(entry.text("component").strip().lower())
    plain = (each.removesuffix("s") if each.removesuffix("s") in _KNOWN else each for each in named)
    return frozenset(_ALSO.get(each, each) for each in plain if each)


def _holds(whole: frozenset[str], part: frozenset[str]) -> bool:
    if part < whole:
        return True
    held = _PARTS | _MACHINES if whole & _ALL else _PARTS if whole & _MACHINES else frozenset()
    return bool(part) and part <= held and part != whole
