"""AI Energy Score's first leaderboard: ``model, total_gpu_energy, energy_score, class``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.benchmarks.imports.hints import task_of_file
from submeter.ratings.table import THEIRS, Read, read_table

if TYPE_CHECKING:
    from collections.abc import Collection

    from submeter.benchmarks.imports.hints import Hints


def is_board(columns: Collection[str]) -> bool:
    """Tell whether columns are its."""
    return THEIRS in columns and "model" in columns


def read(text: str, name: str, hints: Hints) -> Read:
    """Read it; the leaderboard's files bear the name of their task.

    Raises
    ------
    UsageError
        If a row cannot be read, or nothing tells the task.
    """
    found = read_table(text, name, hints.task or task_of_file(name))
    unit = f"{name}: {THEIRS} is in kWh per 1,000 queries, though label and pages say Wh; in Wh now"
    return Read(found.results, (unit, *found.defects))
