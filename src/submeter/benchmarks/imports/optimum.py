"""optimum-benchmark's ``benchmark_report.json``, which AI Energy Score's first release ran."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import UsageError
from submeter.ratings.result import Boundary, Result, task_name
from submeter.ratings.table import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from submeter.benchmarks.imports.hints import Hints

ASKED = (("prefill", "decode"), ("generate",), ("forward",), ("call",))
"""Phases that answer queries, of which the first that are there count; all others are left out.
Decoding is measured as a pass that generates less another that only prefills."""
WH_PER_KWH = 1000.0
_COUNTED = ("samples/kWh", "images/kWh")
_NEAR = 0.02


def is_report(content: Mapping[str, Any]) -> bool:
    """Tell whether a document holds phases with their energy, or such a report."""
    phases = _mapping(content.get("report")) or content
    return any("unit" in _energy(each) for each in phases.values())


def read(content: Mapping[str, Any], config: Mapping[str, Any], name: str, hints: Hints) -> Read:
    """Read it: the energy of the phases that answer queries, over the queries.

    Parameters
    ----------
    content : mapping
        The report, or one with its configuration around it (``benchmark.json``).
    config : mapping
        Its ``benchmark_config.json``; empty where that is not at hand.
    name : str
        What it is called in messages.
    hints : Hints
        Task, model and queries, where they are not told.

    Raises
    ------
    UsageError
        If nothing tells the task or the queries, or energies are not in kWh.
    """
    phases = _mapping(content.get("report")) or content
    config = _mapping(content.get("config")) or config
    backend, scenario = _mapping(config.get("backend")), _mapping(config.get("scenario"))
    task = task_name(hints.task_for(str(backend.get("task") or ""), name))
    asked = next((each for each in ASKED if _energy(phases.get(each[0]))), None)
    if asked is None:
        raise UsageError("none of its phases answers queries", name, "see what it measured")
    defects: list[str] = []
    queries = _queries(phases, asked, scenario, hints, name, defects)
    boundary = _boundary(phases)
    means = [_mean(phases.get(each), boundary, f"{name}: {each}") for each in asked]
    defects += [told for each in means for told in each.told]
    if boundary is Boundary.NODE:
        defects.append(f"{name}: no phase has energy of an accelerator: read as the node's")
    defects += _left_out(phases, asked, boundary, name)
    tokens = _mapping(scenario.get("generate_kwargs")).get("max_new_tokens")
    if task == "text-generation" and tokens not in (None, 10):
        told = f"answers of up to {tokens} tokens, where AI Energy Score has 10"
        defects.append(f"{name}: {told}: not comparable with its figures")
    known = [each.kwh for each in means if each.kwh is not None]
    if len(known) < len(means):
        return Read((), tuple(defects))
    gpus = _mapping(config.get("environment")).get("gpu")
    result = Result(
        task=task, model=str(backend.get("model") or hints.model or name),
        energy=math.fsum(known) * WH_PER_KWH / queries * 1000, boundary=boundary,
        hardware=", ".join(map(str, gpus)) if isinstance(gpus, list) else "", source=name,
    )  # fmt: skip
    return Read((result,), tuple(defects))


class _Mean(NamedTuple):
    """A phase's energy [kWh], None where it was not measured; and what is wrong with it."""

    kwh: float | None
    told: tuple[str, ...]


def _mean(phase: object, boundary: Boundary, where: str) -> _Mean:
    """Give the energy of a phase; runs that measured nothing, or less, are left out of its mean."""
    energy = _energy(phase)
    if energy.get("unit") not in (None, "kWh"):
        fix = "energies are in kWh"
        raise UsageError(f'"{energy["unit"]}" is no unit of such reports', where, fix)
    part = "gpu" if boundary is Boundary.ACCELERATOR else "total"
    stated, runs = _number(energy.get(part)), _runs(phase, part)
    good = [each for each in runs if each > 0]
    if runs and 0 < len(good) < len(runs):
        mean = math.fsum(good) / len(good)
        bad = ", ".join(f"{each:g}" for each in runs if each <= 0)
        told = f"{where}: {len(runs) - len(good)} of {len(runs)} runs measured {bad} kWh"
        off = "" if stated is None else f"; the stated mean is {stated / mean - 1:+.1%} beside"
        return _Mean(mean, (f"{told}: left out{off}",))
    if stated is None or stated <= 0:
        told = "no energy" if stated is None else f"{stated:g} kWh"
        return _Mean(None, (f"{where}: {told}: not measured, so that no query's energy is known",))
    return _Mean(stated, ())


def _queries(
    phases: Mapping[str, Any], asked: Sequence[str], scenario: Mapping[str, Any],
    hints: Hints, name: str, defects: list[str],
) -> float:  # fmt: skip
    """Give how many queries the energies are of: what the report divides by, else what is told."""
    by_efficiency = None
    for each in asked:
        phase = _mapping(phases.get(each))
        efficiency = _mapping(phase.get("efficiency"))
        rate, total = _number(efficiency.get("value")), _number(_energy(phase).get("total"))
        if efficiency.get("unit") in _COUNTED and rate and total and rate * total >= _HALF:
            by_efficiency = float(round(rate * total))
            break
    counted = _number(scenario.get("num_samples"))
    found = by_efficiency or counted or (float(hints.queries) if hints.queries else None)
    if found is None:
        what = "energies are of all queries together, and nothing tells how many there were"
        raise UsageError(what, name, "say --queries N")
    for other, told in ((counted, "its configuration tells"), (hints.queries, "you tell")):
        if other and abs(other / found - 1) > _NEAR:
            defects.append(f"{name}: {found:.0f} queries, by its efficiency; {told} {other:.0f}")
    return found


_HALF = 0.5


def _boundary(phases: Mapping[str, Any]) -> Boundary:
    """Give the accelerator's where any phase saw one."""
    seen = any((_number(_energy(each).get("gpu")) or 0) > 0 for each in phases.values())
    return Boundary.ACCELERATOR if seen else Boundary.NODE


def _left_out(
    phases: Mapping[str, Any], asked: Sequence[str], boundary: Boundary, name: str
) -> Iterator[str]:
    part = "gpu" if boundary is Boundary.ACCELERATOR else "total"
    other = {
        each: _number(_energy(phase).get(part))
        for each, phase in phases.items()
        if each not in asked
    }
    told = ", ".join(f"{each} ({kwh * 1000:.3g} Wh)" for each, kwh in other.items() if kwh)
    if told:
        yield f"{name}: a query is {' + '.join(asked)}; left out: {told}"


def _runs(phase: object, part: str) -> list[float]:
    told = _energy(phase).get("measures") or _mapping(phase).get("measures")
    runs = [_energy(each) or _mapping(each) for each in told] if isinstance(told, list) else []
    return [value for each in runs if (value := _number(each.get(part))) is not None]


def _energy(phase: object) -> Mapping[str, Any]:
    return _mapping(_mapping(phase).get("energy"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)
