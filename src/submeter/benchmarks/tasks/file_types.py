"""Texts of known kinds: files of this machine's Python library, by their ending.

What is asked is the beginning of a file; what is wanted is what it is. Licence: PSF-2.0.
"""

from __future__ import annotations

import platform
import random
import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import ACCURACY
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.hub import Column, is_table
from submeter.benchmarks.tasks.published import published
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN = {
    ".py": "python",
    ".txt": "txt",
    ".json": "json",
    ".xml": "xml",
    ".html": "html",
    ".css": "css",
    ".c": "c",
    ".h": "c",
    ".sh": "shell",
    ".bat": "batch",
    ".toml": "toml",
    ".ini": "ini",
    ".csv": "csv",
    ".md": "markdown",
}
"""By ending, what a file is, in the words of most tools."""

_MOST = 60
_SMALLEST, _READ = 256, 8192
_COLUMNS = (
    Column("text", ("text", "sentence", "content", "review")),
    Column("label", ("label", "labels", "class", "sentiment"), needed=False),
)
_SIGNS = {"negative": "0", "neg": "0", "positive": "1", "pos": "1"}
"""What models call the classes that sets of opinions number."""


def files(data: str = "") -> DataSet:
    """Give the beginnings of files of each kind, 60 at most of one.

    Parameters
    ----------
    data : str
        A folder instead of the Python library, or a published set of texts and labels.

    Raises
    ------
    UsageError
        If it is not there, or lacks a column.
    """
    if is_table(data):
        return published(data, _COLUMNS, _row)
    root = Path(data or sysconfig.get_path("stdlib"))
    if not root.is_dir():
        raise UsageError("there is no such folder", data, "name a folder with files of known types")
    by_kind: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in KNOWN and path.is_file() and "site-packages" not in path.parts:
            by_kind.setdefault(KNOWN[path.suffix], []).append(path)
    chance = random.Random(0)  # noqa: S311 - no secret
    items = []
    for kind, paths in sorted(by_kind.items()):
        for path in chance.sample(paths, min(_MOST, len(paths))):
            items += _item(path, root, kind)
    told = ("files", "", "the files' own") if data else (
        "python-library-files", platform.python_version(), "PSF-2.0",
    )  # fmt: skip
    return data_set(*told, items)


def _item(path: Path, root: Path, kind: str) -> list[Item]:
    """Give a file's item; none of a file too short to tell what it is, or no text."""
    try:
        with path.open("rb") as file:
            text = file.read(_READ).decode("utf-8", "ignore")
    except OSError:
        return []
    return [Item(str(path.relative_to(root)), text, kind)] if len(text) >= _SMALLEST else []


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    label = row["label"]
    return str(row["text"])[:_READ], None if label is None else str(label)


def _mark(answer: object, reference: object) -> tuple[float, ...]:
    """Mark a label; where classes have numbers only, ``LABEL_1`` and ``positive`` are class 1."""
    wanted, said = str(reference), str(answer).strip().casefold()
    if wanted.isdecimal():
        said = said.removeprefix("label_")
        said = _SIGNS.get(said, said) if wanted in _SIGNS.values() else said
    return ACCURACY.mark(said, wanted)


TEXT_CLASSIFICATION = Task(
    "text-classification",
    "tell what kind of file a text is the beginning of",
    "classify-text",
    replace(ACCURACY, mark=_mark),
    files,
)
