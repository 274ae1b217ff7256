"""The energy of an account file: stated, or device hours times power."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounts.fields import Fields, tier
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
_HOLDS = {
    "machine": ("gpu", "cpu", "memory", "accelerator", "tpu", "npu"),
    "server": ("gpu", "cpu", "memory", "accelerator", "tpu", "npu"),
    "total": ("gpu", "cpu", "memory", "accelerator", "tpu", "npu", "machine", "server"),
}
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
    """Give the energy of the work, the idle energy, and what had to be supposed."""
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
    """Refuse energy that is given twice: as two equal entries, or in a part and its whole."""
    seen: dict[tuple[str, ...], str] = {}
    for entry in entries:
        key = tuple(entry.text(name) for name in ("component", "device", "label"))
        if key in seen:
            what = f"the energy of {' '.join(filter(None, key))} is given twice"
            fix = "add them up, or tell them apart by a label"
            raise UsageError(what, f"{seen[key]}, {entry.where}", fix)
        seen[key] = entry.where
    parts = {key[0]: where for key, where in seen.items()}
    for whole, held in _HOLDS.items():
        twice = [part for part in held if part in parts]
        if whole in parts and twice:
            what = f"the energy of the {twice[0]} is given twice: the {whole} holds it"
            raise UsageError(what, f"{parts[whole]}, {parts[twice[0]]}", "keep one of them")
