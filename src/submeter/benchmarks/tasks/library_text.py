"""Text that is on every machine: what Python's own library says of itself.

Each module's documentation begins with a sentence that sums it up; the rest explains. That makes
prompts, and texts with summaries written by whoever wrote them. Licence: PSF-2.0.
"""

from __future__ import annotations

import ast
import platform
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import ROUGE_L
from submeter.benchmarks.task import Item, Limits, Task, data_set
from submeter.benchmarks.tasks.hub import Column
from submeter.benchmarks.tasks.published import published

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from submeter.benchmarks.task import DataSet

_LICENCE = "PSF-2.0"
_SHORTEST, _LONGEST = 200, 4000
_TEXT = Column("text", ("text", "prompt", "article", "document", "dialogue"))
_SUMMARY = Column("summary", ("summary", "highlights", "abstract"), needed=False)
_SUM_UP = "Sum up the following text:\n\n{}\n\nSummary:"
_ASKED = "Sum up in one sentence what this Python module is for:\n\n{}\n\nIn one sentence:"


def documented() -> Iterator[tuple[str, str, str]]:
    """Give name, first sentence and the rest of each module's documentation."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.glob("*.py")):
        if path.stem.startswith("_") or path.stem not in sys.stdlib_module_names:
            continue
        try:
            told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        except (OSError, ValueError, SyntaxError):
            continue
        first, _, rest = told.partition("\n\n")
        rest = " ".join(rest.split())
        if len(rest) >= _SHORTEST:
            yield path.stem, " ".join(first.split()), rest[:_LONGEST]


def prompts(data: str = "") -> DataSet:
    """Give the beginnings of texts, to be gone on with; nobody can say what is right.

    Parameters
    ----------
    data : str
        A published set of texts instead, such as AI Energy Score's; 4,000 letters of each at most.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        return published(data, (_TEXT,), lambda row, _: (str(row["text"])[:_LONGEST], None))
    items = [Item(name, rest[:400]) for name, _, rest in documented()]
    return data_set("python-library-text", platform.python_version(), _LICENCE, items)


def summaries(data: str = "") -> DataSet:
    """Give texts to be summed up in a sentence, and their authors' own sentence.

    Parameters
    ----------
    data : str
        A published set of texts instead, with or without summaries; 4,000 letters at most of each.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        return published(data, (_TEXT, _SUMMARY), _summed_up)
    items = [Item(name, _ASKED.format(rest), first) for name, first, rest in documented()]
    return data_set("python-library-summaries", platform.python_version(), _LICENCE, items)


def _summed_up(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    return _SUM_UP.format(str(row["text"])[:_LONGEST]), row["summary"]


TEXT_GENERATION = Task(
    "text-generation",
    "go on with a text, 10 new tokens as AI Energy Score has it",
    "generate",
    ROUGE_L,
    prompts,
    Limits(10, 10),
)
SUMMARIZATION = Task(
    "summarization",
    "sum up a module's documentation in a sentence, at most 64 tokens",
    "generate",
    ROUGE_L,
    summaries,
    Limits(None, 64),
)
