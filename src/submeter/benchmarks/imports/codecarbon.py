"""CodeCarbon's ``emissions.csv``: energy of whole runs, which becomes a query's by their number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.ratings.result import Boundary, Result, task_name
from submeter.ratings.table import Read

if TYPE_CHECKING:
    from collections.abc import Collection

    from submeter.benchmarks.imports.hints import Hints
    from submeter.benchmarks.imports.sheet import Row, Sheet

WH_PER_KWH = 1000.0
_PARTS = ("cpu_energy", "gpu_energy", "ram_energy")
_DEFAULT = "codecarbon"
"""The project's name where nobody gave one."""
_NEAR = 0.02


def is_emissions(columns: Collection[str]) -> bool:
    """Tell whether columns are its."""
    return {"energy_consumed", "emissions", "duration"} <= set(columns)


def read(sheet: Sheet, hints: Hints) -> Read:
    """Read it: the energy of each run over its queries.

    At the accelerator's boundary where one was measured, else at the node's.

    Raises
    ------
    UsageError
        If the user doesn't tell how many queries a run had.
    """
    if hints.queries is None:
        what = (
            "its energies are of whole runs, loading and idling with them, and it counts no query"
        )
        raise UsageError(what, sheet.name, "say --queries N, as many as each run had")
    told = f"{sheet.name}: whole runs over {hints.queries} queries each: whatever else was done"
    defects = [f"{told} meanwhile, such as loading the model, is in it"]
    results = []
    for row in _last(sheet, defects):
        energy, boundary = _energy(row, defects)
        if energy is not None:
            results.append(Result(
                task=task_name(hints.task_for("", sheet.name)),
                model=_model(row, hints, sheet.name),
                energy=energy * WH_PER_KWH / hints.queries * 1000, boundary=boundary,
                hardware=row.text("gpu_model" if boundary is Boundary.ACCELERATOR else "cpu_model"),
                source=row.where,
            ))  # fmt: skip
    return Read(tuple(results), tuple(defects))


def _last(sheet: Sheet, defects: list[str]) -> list[Row]:
    """Give one row a run: those that were written while it went on hold what came before."""
    found: dict[str, Row] = {}
    for row in sheet.rows:
        found[row.text("run_id") or row.where] = row
    more = len(sheet.rows) - len(found)
    if more:
        told = "were written before their run ended, and are within its last"
        defects.append(f"{sheet.name}: {more} rows {told}: left out")
    return list(found.values())


def _energy(row: Row, defects: list[str]) -> tuple[float | None, Boundary]:
    """Give a run's energy [kWh] and what it holds; None where a part was not measured."""
    gpu, whole = row.number("gpu_energy"), row.number("energy_consumed")
    has_gpu = (row.number("gpu_count") or 0) > 0 or bool(row.text("gpu_model"))
    if gpu is not None and gpu > 0:
        return gpu, Boundary.ACCELERATOR
    if has_gpu or (gpu is not None and gpu < 0):
        told = f"{row.text('gpu_model') or 'a GPU'} is named, and its energy is {gpu}"
        defects.append(f"{row.where}: {told}: not measured, left out")
        return None, Boundary.NODE
    parts = [row.number(each) for each in _PARTS]
    known = [each for each in parts if each is not None]
    energy = math.fsum(known) if known else whole
    if energy is None or energy <= 0:
        defects.append(f"{row.where}: no energy; nothing measured is not zero: left out")
        return None, Boundary.NODE
    if known and whole is not None and abs(whole / energy - 1) > _NEAR:
        told = f"energy_consumed {whole:g} kWh, and its parts make {energy:g}"
        defects.append(f"{row.where}: {told}: the parts are taken, without a PUE")
    return energy, Boundary.NODE


def _model(row: Row, hints: Hints, name: str) -> str:
    project = row.text("project_name")
    return hints.model or ("" if project == _DEFAULT else project) or name
