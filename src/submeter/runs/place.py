"""The place of a piece of work: what was stated, on top of what is published for its region."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.quantities.parsing import parse
from submeter.reference.factors.places import place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.reference.factors.places import Place
    from submeter.runs.settings import Settings

NAMES = ("region", "grid", "pue", "wue")
"""The settings that state a place."""

_JOULES_PER_KWH = 3.6e6
_STATED = ": stated ("


def of_record(recorded: Mapping[str, str]) -> Place:
    """Resolve the ``place`` of an entry; what was not stated is the world's spread.

    Raises
    ------
    RegionError
        If no table knows the region.
    QuantityError
        If a stated quantity has another dimension, or cannot be.
    """
    found = place(recorded.get("region") or None)
    where = recorded.get("from", "stated")
    grid, pue, wue = (recorded.get(name, "") for name in NAMES[1:])
    told = found.with_stated(
        where,
        grid=parse(grid, "carbon intensity", "grid") * 1e3 * _JOULES_PER_KWH if grid else None,
        pue=parse(pue, "ratio", "pue") if pue else None,
        wue=parse(wue, "water intensity", "wue") * _JOULES_PER_KWH if wue else None,
    )
    # What was stated is neither left out nor fallen back on.
    return replace(told, notes=tuple(each for each in told.notes if _STATED not in each))


def of_settings(settings: Settings) -> Place:
    """Resolve the configured place."""
    stated = {name: settings[name] for name in NAMES if settings[name]}
    if stated:
        stated["from"] = ", ".join(sorted({settings.origin(name) for name in stated}))
    return of_record(stated)


def operational_carbon(joules: float, settings: Settings) -> float:
    """Give the carbon [kgCO2e] of an energy [J] at the configured place, central values."""
    found = of_settings(settings)
    kwh = joules / _JOULES_PER_KWH * found.pue.value
    return kwh * found.grid.value / 1e3
