"""What a field is for, by the words of its name and the dimension of its unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from submeter.disclosures.audit.units import (
    CARBON,
    COUNT,
    ENERGY,
    GRID,
    POWER,
    TIME,
    WATER,
    WATER_PER_ENERGY,
    singular,
)

if TYPE_CHECKING:
    from submeter.disclosures.audit.units import Unit

OTHER = "other"
ROLES = (
    "energy", "idle_energy", "overhead", "power", "idle_power", "hours", "device_hours",
    "lifetime", "devices", "grid", "market", "pue", "wue", "ewif", "utilisation", "each",
    "embodied", "carbon", "water", "count", "share", OTHER,
)  # fmt: skip
"""All roles."""
COUNTED = frozenset({"count", "devices"})
"""Roles whose whole numbers were counted, not rounded."""

DEVICES = frozenset(
    [
        "gpu",
        "gpus",
        "device",
        "devices",
        "chip",
        "chips",
        "tpu",
        "tpus",
        "accelerator",
        "accelerators",
        "node",
        "nodes",
        "server",
        "servers",
        "cards",
        "core",
        "cores",
        "v100",
        "a100",
        "h100",
        "machine",
        "machines",
    ]
)
_COUNTS = frozenset(
    [
        "request",
        "requests",
        "query",
        "queries",
        "prompt",
        "prompts",
        "token",
        "tokens",
        "inference",
        "inferences",
        "image",
        "images",
        "count",
        "parameter",
        "parameters",
        "unit",
        "units",
        "sample",
        "samples",
        "call",
        "calls",
        "r",
        "users",
        "responses",
    ]
)
_GRID = frozenset(
    [
        "grid",
        "ci",
        "intensity",
        "moer",
        "emission_factor",
        "efficiency",
        "i",
        "location",
        "electricity_factor",
    ]
)
_MARKET = frozenset(["market", "contract", "contractual", "residual", "ppa", "rec", "net"])
_EMBODIED = frozenset(
    ["embodied", "embedded", "manufacturing", "m", "scope3", "hardware", "making"]
)
_EACH = frozenset(["each", "per_gpu", "per_device", "per_server", "per_unit", "unit"])
_USE = frozenset(["utilisation", "utilization", "load"])
_LIFE = frozenset(
    ["lifetime", "life", "lifespan", "years", "amortisation", "amortization", "service"]
)
_SITE = frozenset(["pue"])
_CARBON = frozenset(["carbon", "emissions", "co2", "co2e", "co2eq", "footprint"])
_WATER_FAR = frozenset(
    ["ewif", "offsite", "off", "electricity", "generation", "source", "indirect", "grid"]
)


def words(name: str) -> list[str]:
    """Give the words of a name, in lower case.

    Examples
    --------
    >>> words("gpuHours"), words("Power Consumption (W)")
    (['gpu', 'hours'], ['power', 'consumption', 'w'])
    >>> words("Gross tCO2e")
    ['gross', 't', 'co2e']
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name))
    return re.findall(r"co2(?:eq|e)?(?![a-z])|[a-z]+\d*|\d+[a-z]*", apart.lower())


def role(named: list[str], unit: Unit | None) -> str:
    """Give the role of a field.

    Parameters
    ----------
    named : list of str
        The words of its name.
    unit : Unit or None
        Its unit, where it has one.
    """
    said = set(named)
    if named == ["n"]:
        return "count"
    if {"hours", "year"} <= said or {"hours", "day"} <= said:  # a constant of the calendar
        return OTHER
    kind = unit.dimension if unit is not None and (unit.noun or any(unit.dimension)) else None
    if kind is not None:
        found = _OF_KIND.get(kind)
        return found(said, unit) if found is not None and unit is not None else OTHER
    return _by_name(said)


def _by_name(said: set[str]) -> str:
    """Give the role of a bare number."""
    checks = (
        ("pue", said & _SITE or {"power", "usage", "effectiveness"} <= said),
        ("wue", "wue" in said or {"water", "usage", "effectiveness"} <= said),
        ("ewif", "ewif" in said),
        ("device_hours", said & {"hours", "hour", "gpuh"} and said & DEVICES),
        ("lifetime", said & {"lifetime", "lifespan"}),
        ("idle_power", "idle" in said and said & {"power", "watts"}),
        ("power", said & {"power", "tdp", "watts", "wattage"}),
        ("market", (said & _MARKET and said & (_GRID | {"factor"})) or said == {"market"}),
        ("grid", said & _GRID), ("utilisation", said & _USE and "energy" not in said),
        ("hours", said & {"hours", "hour", "duration", "runtime", "time"}),
        ("idle_energy", "idle" in said and "energy" in said),
        ("energy", said & {"energy", "consumption", "electricity", "e"}),
        ("each", (said & _EMBODIED and said & DEVICES) or "each" in said),
        ("embodied", said & _EMBODIED), ("carbon", said & _CARBON), ("count", said & _COUNTS),
        ("water", said & {"water"}), ("devices", said & DEVICES), ("share", "share" in said),
    )  # fmt: skip
    return next((name for name, holds in checks if holds), OTHER)


def _energy(said: set[str], _unit: Unit) -> str:
    if "idle" in said:
        return "idle_energy"
    return "overhead" if "overhead" in said else "energy"


def _power(said: set[str], _unit: Unit) -> str:
    return "idle_power" if said & {"idle", "infrastructure"} else "power"


def _time(said: set[str], unit: Unit) -> str:
    if said & _LIFE:
        return "lifetime"
    whose = {unit.hours_of, singular(unit.hours_of)}
    return "device_hours" if (said | whose) & DEVICES else "hours"


def _carbon(said: set[str], _unit: Unit) -> str:
    if "each" in said or (said & DEVICES and not said & {"training", "total"}):
        return "each"
    return "embodied" if said & (_EMBODIED - {"hardware"}) else "carbon"


def _grid(said: set[str], _unit: Unit) -> str:
    return "market" if said & _MARKET else "grid"


def _water_per_energy(said: set[str], _unit: Unit) -> str:
    return "ewif" if said & _WATER_FAR else "wue"


def _water(said: set[str], _unit: Unit) -> str:
    return "each" if said & (DEVICES | {"each"}) else "water"


def _count(said: set[str], unit: Unit) -> str:
    if said & _USE:
        return "utilisation"
    return "devices" if (said | {unit.noun}) & DEVICES else "count"


_OF_KIND = {
    ENERGY: _energy, POWER: _power, TIME: _time, CARBON: _carbon, GRID: _grid,
    WATER_PER_ENERGY: _water_per_energy, COUNT: _count,
    WATER: _water,
}  # fmt: skip
