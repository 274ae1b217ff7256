"""Results from CSV text, in this project's form or in AI Energy Score's own."""

from __future__ import annotations

import csv
import statistics
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError
from submeter.ratings.anchors import anchor_of
from submeter.ratings.result import Boundary, Quality, Result, task_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OURS = "gpu_energy_wh_per_1000"
WIDER = "energy_wh_per_1000"
THEIRS = "total_gpu_energy"
"""AI Energy Score's column: kWh per 1,000 queries, though its label and pages say Wh."""

_FORM = f"task, model_class, model, {OURS}; or AI Energy Score's model, {THEIRS}, class"
_ERRORS = ("wer", "cer", "rmse", "mae", "perplexity")
_MOST = 1_000_000
_OFF = (300.0, 3000.0)
_FEW = 3


class Read(NamedTuple):
    """A table's results, and what is wrong with it in words."""

    results: tuple[Result, ...]
    defects: tuple[str, ...]


def read_table(text: str, name: str, task: str = "") -> Read:
    """Read results from CSV text.

    Parameters
    ----------
    text : str
        Columns ``task, model_class, model, gpu_energy_wh_per_1000``, or ``energy_wh_per_1000``
        with ``boundary``; and where known ``low, high`` [Wh per 1,000], ``unit, scenario,
        hardware, tier, metric, quality, source``. Or a file of AI Energy Score's leaderboard.
    name : str
        What the text is called in messages, such as its file's name.
    task : str
        The task, where no column tells it.

    Raises
    ------
    UsageError
        If it has no such columns, or a row cannot be read.
    """
    reader = csv.DictReader(text.lstrip("\ufeff").splitlines())
    columns = set(reader.fieldnames or ())
    energy = next((each for each in (OURS, WIDER, THEIRS) if each in columns), "")
    if not energy or "model" not in columns:
        raise UsageError("it is no table of results", name, f"the columns are {_FORM}")
    results: list[Result] = []
    defects: list[str] = []
    for number, row in enumerate(reader, start=2):
        if number > _MOST:
            raise UsageError(f"more than {_MOST} rows", name, "rate them in parts")
        where = f"{name}, line {number}"
        told = (row.get(energy) or "").strip()
        if not told or _number(told, where) == 0:
            defects.append(f"{where}: no energy ({told or 'empty'}); nothing measured is not zero")
            continue
        results.append(_result(row, energy, where, task))
    return Read(tuple(results), (*defects, *_scales_off(results, name)))


def _result(row: Mapping[str, str], column: str, where: str, task: str) -> Result:
    def told(name: str) -> str:
        return (row.get(name) or "").strip()

    # Their kWh per 1,000 are shown here as Wh per 1,000.
    ratio = 1000.0 if column == THEIRS else 1.0
    ends = [_number(told(end), where) * ratio if told(end) else None for end in ("low", "high")]
    name = told("task") or task
    if not name:
        raise UsageError("no task is told", where, "add a column task, or say --task NAME")
    return Result(
        task=task_name(name),
        model=told("model"),
        energy=_number(told(column), where) * ratio,
        low=ends[0],
        high=ends[1],
        model_class=told("model_class") or told("class"),
        unit=told("unit") or "query",
        scenario=told("scenario") or ("reasoning" if task_name(name) == "reasoning" else "single"),
        boundary=_boundary(told("boundary"), column, where),
        hardware=told("hardware"),
        tier=told("tier"),
        quality=_quality(told("metric"), told("quality"), where),
        dummy=told("dummy").lower() in ("1", "true", "yes"),
        source=told("source") or where,
    )


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(
            f'"{text}" is not a number', where, "energies are plain numbers"
        ) from error


def _boundary(text: str, column: str, where: str) -> Boundary:
    if not text:
        if column == WIDER:
            fix = f"add a column boundary ({', '.join(Boundary)})"
            raise UsageError("nothing tells what of the machine room it holds", where, fix)
        return Boundary.ACCELERATOR
    try:
        return Boundary(text)
    except ValueError as error:
        fix = f"one of {', '.join(Boundary)}"
        raise UsageError(f'"{text}" is no boundary', where, fix) from error


def _quality(metric: str, value: str, where: str) -> Quality | None:
    if not value:
        return None
    return Quality(
        metric or "quality", _number(value, where), metric.lower().rstrip(" %") not in _ERRORS
    )


def _scales_off(results: Sequence[Result], name: str) -> list[str]:
    """Tell of tasks whose figures all lie a thousand times beside what the field measures."""
    told = []
    for task in dict.fromkeys(each.task for each in results):
        ratio = _over_anchor(each for each in results if each.task == task)
        if ratio is not None and _OFF[0] < max(ratio, 1 / ratio) < _OFF[1]:
            unit = "kWh under the label Wh" if ratio < 1 else "J or mWh under the label Wh"
            told.append(
                f"{name}: {task}: the median is {ratio:.2g} times what the field measures; {unit}?"
            )
    return told


def _over_anchor(results: Iterable[Result]) -> float | None:
    ratios = []
    for each in results:
        anchor = anchor_of(each)
        if anchor is not None:
            ratios.append(each.energy / anchor.energy)
    return statistics.median(ratios) if len(ratios) >= _FEW else None
