"""What a window comes to, as the flat numbers and words that trackers take.

Names stay the same from release to release. What is not known has no name here: never a zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import SubmeterError
from submeter.quantities.energy import JOULES_PER_KWH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate
    from submeter.runs.window import Window

PREFIX = "submeter/"
"""Before every name in a tracker, beside what others log there."""

INTERVAL = "95 %"
"""What the ends ``…_low`` and ``…_high`` of an interval hold."""

_MOST = 2000
"""So many characters at most are told of what is missing: trackers bound their texts."""

_ONLY_HERE = ("record: ", "settings: ")
"""What is missing for a reason of this machine alone: it may name folders, and goes nowhere."""


def so_far(window: Window) -> dict[str, float]:
    """Give what a window has drawn, while it is open too.

    ``energy_kWh``, ``energy_kWh_low``, ``energy_kWh_high`` and ``energy_coverage`` (0 to 1);
    nothing where nothing was seen.
    """
    energy = window.energy_so_far
    if energy is None:
        return {}
    return {**_in_kwh(energy), "energy_coverage": energy.coverage}


def figures(window: Window) -> dict[str, float]:
    """Give all numbers of a window: of an open one, what it has drawn so far.

    Of a closed one also ``seconds``, ``power_W``, ``count_NAME`` and ``energy_J_per_NAME`` of all
    that was counted, and by its statement ``accounted_kWh``, ``carbon_kgCO2e`` and ``water_L``;
    each estimate with ``_low`` and ``_high``.
    """
    found = so_far(window)
    if window.end is None:
        return found
    found["seconds"] = window.seconds
    found |= _ends("power_W", window.power)
    for unit, amount in window.counts.items():
        found[f"count_{unit}"] = amount
        found |= _ends(f"energy_J_per_{unit}", window.per(unit))
    statement, _ = stated(window)
    if statement is not None:
        found |= _ends("accounted_kWh", statement.energy.total)
        found |= _ends("carbon_kgCO2e", statement.carbon.total)
        found |= _ends("water_L", statement.water.total)
    return found


def words(window: Window) -> dict[str, str]:
    """Give what has to be known of the numbers of a closed window, in words.

    ``name``, ``interval``; ``energy_tier`` and ``missing`` where there is such; ``entry``,
    ``method``, ``place`` and ``carbon_tier`` of one that has a statement.
    """
    told = {"name": window.name, "interval": INTERVAL}
    energy = window.energy
    if energy is not None:
        told["energy_tier"] = energy.tier.value
    statement, missing = stated(window)
    if statement is not None:
        told |= {"entry": statement.id, "method": statement.method, "place": place_of(statement)}
        if statement.carbon.total is not None:
            told["carbon_tier"] = statement.carbon.total.tier.value
    left_out = "; ".join(each for each in missing if not each.startswith(_ONLY_HERE))
    if left_out:
        told["missing"] = left_out if len(left_out) <= _MOST else f"{left_out[: _MOST - 1]}…"
    return told


def stated(window: Window) -> tuple[Statement | None, tuple[str, ...]]:
    """Give the statement of a closed window, if it has one, and what is missing of it.

    A window inside another has none, and neither has one whose settings of the environment or the
    file cannot be used: then that is what is missing.
    """
    if window.parent is not None:
        return None, window.missing
    try:
        statement = window.statement()
    except SubmeterError as error:
        return None, (*window.missing, f"account: {error}")
    # That it is on no record is known of the window alone.
    return statement, tuple(dict.fromkeys((*statement.missing, *window.missing)))


def place_of(statement: Statement) -> str:
    """Write where it was accounted for."""
    return statement.place.words.get("name") or "place not known"


def prefixed(found: Mapping[str, float]) -> dict[str, float]:
    """Give numbers under the names that they have in a tracker."""
    return {f"{PREFIX}{name}": value for name, value in found.items()}


def _in_kwh(energy: Estimate) -> dict[str, float]:
    parts = {"": energy.value, "_low": energy.low, "_high": energy.high}
    return {f"energy_kWh{end}": joules / JOULES_PER_KWH for end, joules in parts.items()}


def _ends(name: str, estimate: Estimate | None) -> dict[str, float]:
    if estimate is None:
        return {}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
