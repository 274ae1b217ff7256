"""ML.ENERGY's leaderboard (version 3): a served model's energy a token and an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.benchmarks.imports.hints import model_of
from submeter.ratings.result import Result, task_name
from submeter.ratings.table import Read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from submeter.benchmarks.imports.hints import Hints
    from submeter.benchmarks.imports.sheet import Row, Sheet

UNITS = {
    "energy_per_token_joules": "token",
    "energy_per_request_joules": "query",
    "energy_per_image_joules": "image",
    "energy_per_video_joules": "video",
}
"""Columns of energy [J], and the work that each is of."""
J_PER_WH = 3600.0

_TASKS = {
    "lm-arena-chat": "text-generation",
    "gpqa": "reasoning",
    "sourcegraph-fim": "code-generation",
    "text-to-image": "image-generation",
}
_NEAR = 0.02
_FULL = 0.9


def is_board(columns: Collection[str]) -> bool:
    """Tell whether columns are its."""
    return "model_id" in columns and bool(set(UNITS) & set(columns))


def read(sheet: Sheet, hints: Hints) -> Read:
    """Read it: a result for each unit of work that a configuration tells the energy of.

    Raises
    ------
    UsageError
        If a row cannot be read, or nothing tells the task.
    """
    results: list[Result] = []
    defects: list[str] = []
    for row in sheet.rows:
        told = task_name(hints.task_for(row.text("task"), row.where))
        model = f"{model_of(row, 'model_id', 'nickname')}{_configuration(row)}"
        for column, unit in UNITS.items():
            joules = row.number(column)
            if joules is None and not row.text(column):
                continue
            if joules is None or joules <= 0:
                known = row.text(column)
                defects.append(f"{row.where}: {column} {known}: not measured, left out")
                continue
            results.append(Result(
                task=_TASKS.get(told, told), model=model, energy=joules / J_PER_WH * 1000,
                unit=unit, scenario="server", hardware=_hardware(row), tier="measured",
                source=row.where,
            ))  # fmt: skip
        defects += [f"{row.where}: {model}: {each}" for each in _contradictions(row)]
    return Read(tuple(results), tuple(defects))


def _configuration(row: Row) -> str:
    batch = row.text("max_num_seqs") or row.text("batch_size")
    parts = [row.text("weight_precision"), f"{batch} at a time" if batch else ""]
    return "".join(f", {each}" for each in parts if each)


def _hardware(row: Row) -> str:
    boards = row.text("num_gpus")
    return f"{boards} × {row.text('gpu_model')}" if boards else row.text("gpu_model")


def _contradictions(row: Row) -> Iterator[str]:
    """Hold columns against those that they follow from; means of the same run."""
    token, request = (_positive(row, each) for each in tuple(UNITS)[:2])
    tokens, watts = _positive(row, "avg_output_len"), _positive(row, "avg_power_watts")
    speed = _positive(row, "output_throughput_tokens_per_sec")
    if token and request and tokens and _apart(request, token * tokens):
        yield f"{request:.4g} J a query, and {tokens:.4g} tokens make {token * tokens:.4g} J"
    if token and watts and speed and _apart(token, watts / speed):
        yield f"{token:.4g} J a token, and {watts:.4g} W at {speed:.4g} a second make otherwise"
    asked, mean = _positive(row, "max_num_seqs"), _positive(row, "avg_batch_size")
    if asked and mean and mean < _FULL * asked:
        yield f"{asked:.0f} at a time were allowed, and {mean:.4g} were reached"


def _positive(row: Row, column: str) -> float | None:
    value = row.number(column)
    return value if value is not None and value > 0 else None


def _apart(told: float, follows: float) -> bool:
    return abs(told - follows) > _NEAR * abs(follows)
