"""Items of published sets with pictures and sounds, whatever their columns are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.task import DataSet, Item, data_set
from submeter.benchmarks.tasks.hub import Column, is_table, table
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Row = Mapping[str, object]

LARGEST = 1 << 30
"""Bytes of decoded pictures and sounds that are kept at a time; what comes after is left out."""
_SAMPLE = 32
"""Bytes that a sample takes as a Python number, with its place in a list."""

IMAGE = Column("image", ("image", "img", "picture", "pixel_values"))
LABEL = Column("label", ("label", "labels", "class", "fine_label", "category"))
OBJECTS = Column("objects", ("objects", "annotations"))
CAPTION = Column(
    "caption", ("captions", "caption", "sentences", "raw_sentences", "image_descriptions", "text")
)
QUESTION = Column("question", ("question", "prompt", "query"))
ANSWER = Column("answer", ("answers", "answer", "multiple_choice_answer", "label"))
AUDIO = Column("audio", ("audio", "sound", "file"))
PROMPT = Column("prompt", ("prompt", "caption", "text", "Prompt"))
TEXT = Column("text", ("text", "sentence", "normalized_text", "transcript"))
FRAMES = Column("frames", ("frames", "images"))


def published(
    data: str,
    columns: Sequence[Column],
    item: Callable[[Row, Path | None], tuple[object, object]],
) -> DataSet:
    """Give the items of a published set.

    Parameters
    ----------
    data : str
        As ``--data`` names it: ``hub:OWNER/NAME``, a table, or a folder of tables.
    columns : sequence of Column
        What is wanted of each row.
    item : callable
        Gives what is asked and what is wanted, of a row and of the folder that it lies in.

    Raises
    ------
    UsageError
        If it cannot be read, or does not have these columns.
    """
    if not is_table(data):
        fix = "hub:OWNER/NAME, a .jsonl or .csv file, or a folder of tables; or leave it out"
        raise UsageError("the task has no such data", f"--data {data}", fix)
    told = table(data, columns)
    items: list[Item] = []
    size = 0
    for number, row in enumerate(told.rows):
        asked, wanted = item(row, told.folder)
        size += _size(asked)
        if size > LARGEST and items:
            break
        items.append(Item(str(number), asked, wanted))
    return data_set(told.name, told.version, told.licence, items)


def _size(asked: Any) -> int:  # noqa: ANN401 - whatever an ability takes
    if hasattr(asked, "nbytes"):
        return int(asked.nbytes)
    if isinstance(asked, dict):
        return sum(map(_size, asked.values()))
    if isinstance(asked, list):
        is_sound = bool(asked) and isinstance(asked[0], float)
        return _SAMPLE * len(asked) if is_sound else sum(map(_size, asked))
    return 0


def texts(cell: object) -> list[str]:
    """Give the texts in a cell: one, a list, or a list of ``{"answer": text}``.

    Examples
    --------
    >>> texts([{"answer": "cat", "answer_id": 1}, {"answer": "dog"}])
    ['cat', 'dog']
    """
    cells = cell if isinstance(cell, (list, tuple)) else [cell]
    return [str(each.get("answer", each) if isinstance(each, dict) else each) for each in cells]


def megapixels(item: Item) -> float:
    """Give how large the pictures of an item are [million pixels]."""
    return sum(float(each.shape[0] * each.shape[1]) for each in pictures(item.input)) / 1e6


def frames(item: Item) -> float:
    """Give how many pictures an item has."""
    return float(len(pictures(item.input)))


def pictures(asked: Any) -> list[Any]:  # noqa: ANN401 - whatever an ability takes, arrays
    """Give the pictures in what is asked, in their order."""
    if hasattr(asked, "shape"):
        return [asked]
    parts = asked.values() if isinstance(asked, dict) else asked if isinstance(asked, list) else ()
    return [found for each in parts for found in pictures(each)]
