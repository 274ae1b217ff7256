"""Pages of print whose text is known: drawn here, of what Python's library says of itself."""

from __future__ import annotations

import importlib
import platform
import textwrap
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import CER
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.cells import picture
from submeter.benchmarks.tasks.hub import Column
from submeter.benchmarks.tasks.library_text import documented
from submeter.benchmarks.tasks.published import published
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MOST = 40
_LINES, _COLUMNS = 12, 60
_MARGIN, _LEADING, _SIZE = 24, 28, 18
_PUBLISHED = (
    Column("image", ("image", "picture", "page")),
    Column("text", ("text", "transcription", "ground_truth"), needed=False),
)


def pages(data: str = "") -> DataSet:
    """Draw 40 pages of twelve lines, black on white.

    Parameters
    ----------
    data : str
        A published set of pictures with the text in them, instead.

    Raises
    ------
    UsageError
        If Pillow and numpy are not installed, or the set cannot be read or lacks a column.
    """
    if data:
        return published(data, _PUBLISHED, _row)
    try:
        pillow = {name: importlib.import_module(f"PIL.{name}") for name in
                  ("Image", "ImageDraw", "ImageFont")}  # fmt: skip
        numpy = importlib.import_module("numpy")
    except ImportError as error:
        raise UsageError("pages are drawn by Pillow", "--task ocr", "pip install pillow") from error
    items: list[Item] = []
    for name, _, rest in documented():
        text = "".join(each if each.isascii() and each.isprintable() else " " for each in rest)
        lines = textwrap.wrap(text, _COLUMNS)[:_LINES]
        if len(lines) == _LINES and len(items) < _MOST:
            items.append(Item(name, numpy.asarray(_drawn(lines, pillow)), "\n".join(lines)))
    return data_set("python-library-pages", platform.python_version(), "PSF-2.0", items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    return picture(row["image"], folder), row["text"]


def _drawn(lines: list[str], pillow: dict[str, Any]) -> Any:  # noqa: ANN401 - Pillow's own
    size = (2 * _MARGIN + _COLUMNS * 11, 2 * _MARGIN + _LINES * _LEADING)
    page = pillow["Image"].new("RGB", size, "white")
    pen, font = pillow["ImageDraw"].Draw(page), pillow["ImageFont"].load_default(_SIZE)
    for number, line in enumerate(lines):
        pen.text((_MARGIN, _MARGIN + number * _LEADING), line, "black", font)
    return page


OCR = Task(
    "ocr",
    "read a printed page of twelve lines",
    "read-image",
    CER,
    pages,
    extra="pillow",
)
