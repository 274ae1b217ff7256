"""Pictures and the boxes of what is in them: photographs, drawn pages, or others' sets."""

from __future__ import annotations

import importlib
import platform
import textwrap
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import AP50
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.cells import picture
from submeter.benchmarks.tasks.library_text import documented
from submeter.benchmarks.tasks.photographs import LICENCE, NAME, VERSION, opened
from submeter.benchmarks.tasks.published import IMAGE, OBJECTS, megapixels, published
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from submeter.benchmarks.tasks.photographs import Photograph

_PAGES = 40
_SIZE = (900, 1200)
_MARGIN = 80
_COLUMNS, _TEXT, _TITLE = 62, 22, 40
_SHORTEST = 8
"""Lines that a page's text has at least."""


def objects(data: str = "") -> DataSet:
    """Give pictures and what is in them: a list of [label, 1.0, x, y, width, height].

    Parameters
    ----------
    data : str
        Empty: photographs, with COCO's classes. ``pages``: drawn pages with a title, texts and a
        figure, as models of page layout name them. Or a published set whose column ``objects``
        holds ``bbox`` [x, y, width, height] and ``category``.

    Raises
    ------
    UsageError
        If it is not there, or what draws or reads it is not installed.
    """
    if data == "pages":
        return _pages()
    if data:
        return published(data, (IMAGE, OBJECTS), _row)
    items = [Item(each.file, image, _boxes(each)) for each, image in opened()]
    return data_set(f"{NAME}-objects", VERSION, LICENCE, items)


def _boxes(each: Photograph) -> list[list[object]]:
    return [[label, 1.0, *map(float, box)] for label, *box in each.objects]


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    told = row["objects"]
    if isinstance(told, dict):
        places, kinds = told.get("bbox"), told.get("category", told.get("label"))
    else:
        found = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        places = [each.get("bbox") for each in found]
        kinds = [each.get("category", each.get("label")) for each in found]
    try:
        boxes = [
            [str(kind), 1.0, *(float(each) for each in box)]
            for kind, box in zip(kinds or (), places or (), strict=True)
        ]
    except (TypeError, ValueError) as error:
        fix = "objects hold bbox [x, y, width, height] and category, one of each an object"
        raise UsageError(f"boxes cannot be read: {error}", "--data", fix) from error
    return picture(row["image"], folder), boxes


def _pages() -> DataSet:
    try:
        pillow = {name: importlib.import_module(f"PIL.{name}") for name in
                  ("Image", "ImageDraw", "ImageFont")}  # fmt: skip
        numpy = importlib.import_module("numpy")
    except ImportError as error:
        raise UsageError(
            "pages are drawn by Pillow", "--data pages", "pip install pillow"
        ) from error
    items: list[Item] = []
    for name, first, rest in documented():
        text = "".join(each if each.isascii() and each.isprintable() else " " for each in rest)
        lines = textwrap.wrap(text, _COLUMNS)
        if len(lines) >= _SHORTEST and len(items) < _PAGES:
            page = pillow["Image"].new("RGB", _SIZE, "white")
            boxes = list(_drawn(page, (first, lines, len(items)), pillow))
            items.append(Item(name, numpy.asarray(page), boxes))
    return data_set("python-library-layouts", platform.python_version(), "PSF-2.0", items)


def _drawn(
    page: Any,  # noqa: ANN401 - Pillow's own
    told: tuple[str, list[str], int],
    pillow: dict[str, Any],
) -> Iterator[list[object]]:
    """Draw a title, a text, a figure (a chart of bars) and another text; give their boxes."""
    first, lines, number = told
    pen, font = pillow["ImageDraw"].Draw(page), pillow["ImageFont"].load_default

    def text(words: list[str], y: int, size: int) -> list[float]:
        place, whole = (_MARGIN, y), "\n".join(words)
        pen.multiline_text(place, whole, "black", font(size), spacing=8)
        left, top, right, bottom = pen.multiline_textbbox(place, whole, font(size), spacing=8)
        return [float(left), float(top), float(right - left), float(bottom - top)]

    title = text(textwrap.wrap(first, 34)[:1], _MARGIN, _TITLE)
    yield ["title", 1.0, *title]
    above = lines[: _SHORTEST // 2 + number % 3]
    upper = text(above, round(title[1] + title[3]) + 40, _TEXT)
    yield ["text", 1.0, *upper]
    top = round(upper[1] + upper[3]) + 50
    width, height = 420 + 40 * (number % 6), 260 + 20 * (number % 4)
    bars = [len(each) for each in first.split()][:10] or [1]
    step = width // len(bars)
    pen.rectangle((_MARGIN, top, _MARGIN + width, top + height), "#eef2f7", "#445566", 2)
    for i, each in enumerate(bars):
        x, tall = _MARGIN + i * step, round(height * 0.9 * each / max(bars))
        pen.rectangle((x + 8, top + height - tall, x + step - 8, top + height), "#3b6ea5")
    yield ["figure", 1.0, float(_MARGIN), float(top), float(width), float(height)]
    yield ["text", 1.0, *text(lines[len(above) :][:12], top + height + 50, _TEXT)]


OBJECT_DETECTION = Task(
    "object-detection",
    "find what is in a picture, and where",
    "detect-objects",
    AP50,
    objects,
    work={"image": lambda _: 1.0, "megapixel": megapixels},
    extra="scikit-image pillow",
)
