"""What a bundle says, as a result that can be rated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import MALFORMED
from submeter.benchmarks.summary import J_PER_WH
from submeter.errors import UsageError
from submeter.ratings.result import Boundary, Quality, Result, task_name

if TYPE_CHECKING:
    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.plan import Plan

OWN = "a workload of one's own is nobody else's work: no stars, and no rank"
TOO_SHORT = "too short: how much queries differ is not known; run it for longer"
_UNITS = {"server": "token"}


class SilentBundle(UsageError):  # noqa: N818 - a state of the bundle, not a fault
    """A bundle that is sound, and tells no energy of a unit of work."""

    code = "SM180"


def result_of(bundle: Bundle, name: str) -> Result:
    """Give a bundle's result: by the query, of a served model by the token.

    At the accelerator's boundary where there was one, else at the node's.

    Parameters
    ----------
    bundle : Bundle
        As it was read.
    name : str
        What it is called in messages.

    Raises
    ------
    SilentBundle
        If nothing was seen of its energy.
    UsageError
        If it cannot be read.
    """
    try:
        return _result(bundle, name)
    except MALFORMED as error:
        what = f"the bundle cannot be read: {type(error).__name__}: {error}"
        raise UsageError(what, name, "ask whoever made it for another") from error


def _result(bundle: Bundle, name: str) -> Result:
    told, plan = bundle.told, bundle.plan
    unit = _UNITS.get(plan.scenario, "query")
    for boundary in (Boundary.ACCELERATOR, Boundary.NODE):
        energy = told["summary"]["energy"].get(boundary.value, {}).get("per", {}).get(unit)
        if energy is not None and energy["value"] > 0:
            value = energy["value"] / J_PER_WH * 1000
            ends = [energy["low"], energy["high"]]
            low, high = (None if end is None else end / J_PER_WH * 1000 for end in ends)
            # Energies err by ratios, which have no end at 0.
            low = None if low is None else max(low, value * 1e-6)
            return Result(
                task=task_name(told["task"]["id"]),
                model=str(told["model"]["name"]),
                energy=value,
                low=low,
                high=high,
                unit=unit,
                scenario=plan.scenario,
                boundary=boundary,
                hardware=_hardware(bundle, boundary),
                tier=str(energy["tier"]),
                quality=_quality(bundle),
                data=str(told["data"]["name"]),
                dummy=bool(told["model"]["dummy"]),
                source=f"{name} ({bundle.sha256[:12]})",
                unrated=_unrated(plan, told["summary"]["statistics"]["half_width"]),
            )
    fix = "see what is missing in it: submeter verify"
    raise SilentBundle(f"the bundle tells no energy a {unit}", name, fix)


def _unrated(plan: Plan, half_width: float | None) -> str:
    """Tell why a result is given neither star nor rank; empty if it is."""
    if plan.scenario == "workload":
        return OWN
    return TOO_SHORT if half_width is None else ""


def _hardware(bundle: Bundle, boundary: Boundary) -> str:
    environment = bundle.told["environment"]
    boards = environment["accelerators"]
    if boundary is Boundary.ACCELERATOR and boards:
        return ", ".join(boards)
    return f"{environment['machine']}, {environment['threads']} threads"


def _quality(bundle: Bundle) -> Quality | None:
    quality = bundle.told["summary"]["quality"]
    if quality is None or bundle.told["model"]["dummy"]:
        return None
    return Quality(str(quality["metric"]), float(quality["value"]), bool(quality["more_is_better"]))
