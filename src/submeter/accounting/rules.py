"""The rules of a method in words: what people read of them, made from the data and nothing else."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.accounting.method import Basis, Idle, Part, Wear

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from submeter.accounting.method import Method

_IDLE: Mapping[Idle, str] = MappingProxyType(
    {
        Idle.OCCUPIED: "the part that goes with the capacity that the work occupied",
        Idle.RESERVED: "all of it, of the capacity that was kept for the work",
        Idle.NONE: "none",
    }
)
_IDLE_SHORT: Mapping[Idle, str] = MappingProxyType(
    {Idle.OCCUPIED: "occupied", Idle.RESERVED: "reserved", Idle.NONE: "–"}
)
_BASIS: Mapping[Basis, str] = MappingProxyType(
    {Basis.LOCATION: "of the place's grid", Basis.MARKET: "of what was contracted for"}
)
_WEAR: Mapping[Wear, str] = MappingProxyType(
    {
        Wear.USED: "by hours of use over the hours in which it is used in its life",
        Wear.OWNED: "by hours of use over all the hours of its life",
    }
)
_WATERS: Mapping[Part, str] = MappingProxyType(
    {
        Part.ON_SITE: "on the site",
        Part.ELECTRICITY: "in the electricity",
        Part.EMBODIED_WATER: "in making the hardware",
    }
)
_OTHERS: Mapping[Part, str] = MappingProxyType(
    {
        Part.RESOURCES: "minerals",
        Part.PRIMARY_ENERGY: "primary energy",
        Part.MONEY: "price of the electricity",
    }
)
NOTHING = "not counted"


def in_words(method: Method) -> dict[str, str]:
    """Give each rule of a method in words, by what it is about.

    Examples
    --------
    >>> from submeter.accounting.methods import AIES
    >>> in_words(AIES)["components"]
    'gpu, accelerator, npu, tpu'
    """
    told = {
        "stages": ", ".join(method.stages) or "all",
        "unit asked for": " or ".join(method.units) or "any",
        "components": ", ".join(method.components) or "all",
        "idle energy": _IDLE[method.idle],
        "facility's overhead": "counted" if method.includes(Part.FACILITY) else NOTHING,
        "carbon of electricity": _electricity(method),
        "making of the hardware": (
            _WEAR[method.wear] if method.includes(Part.EMBODIED) else NOTHING
        ),
        "water": _water(method),
        "also": _listed(method, _OTHERS),
    }
    if method.decimals is not None:
        told["rounding"] = (
            f"to {method.decimals} decimals on the way: energy [kWh], intensity [kgCO2e/kWh], "
            "carbon [kgCO2e]"
        )
    if method.assumed:
        told["where nothing is known"] = "; ".join(
            f"{_ASSUMED[each.part]} {each.value:.6g} {each.unit}".rstrip()
            for each in method.assumed
        )
    return told


_ASSUMED: Mapping[str, str] = MappingProxyType({"pue": "a PUE of", "grid": "a grid of"})

SHORT = ("for", "components", "idle", "overhead", "electricity", "hardware", "water")
"""The columns of a table over all methods."""


def in_short(method: Method) -> tuple[str, ...]:
    """Give one row of a table over all methods, under `SHORT`."""
    waters = [name.rpartition(" ")[2] for part, name in _WATERS.items() if method.includes(part)]
    counts = method.includes(Part.OPERATIONAL)
    return (
        _stages(method.stages),
        "accelerators" if method.components else "all",
        _IDLE_SHORT[method.idle],
        _mark(counts=method.includes(Part.FACILITY)),
        f"{method.basis.value}{', ' if method.intensity else ''}{method.intensity}"
        if counts else "–",
        _mark(counts=method.includes(Part.EMBODIED)),
        ", ".join(waters) or "–",
    )  # fmt: skip


def _stages(stages: tuple[str, ...]) -> str:
    if not stages:
        return "all"
    return ", ".join(stages) if "training" not in stages else "making the model"


def _mark(*, counts: bool) -> str:
    return "yes" if counts else "–"


def _electricity(method: Method) -> str:
    if not method.includes(Part.OPERATIONAL):
        return NOTHING
    kind = f"; asks for a {method.intensity} intensity" if method.intensity else ""
    return f"by the intensity {_BASIS[method.basis]}{kind}"


def _water(method: Method) -> str:
    told = _listed(method, _WATERS)
    return f"{told}; that on the site by all energy of the facility" * method.facility_water or told


def _listed(method: Method, names: Mapping[Part, str]) -> str:
    return _joined(name for part, name in names.items() if method.includes(part))


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names) or NOTHING
