"""The names of a model's classes, as its metadata tell them."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 1 << 20
"""Characters of a list of names that are read at most."""


def labels_in(metadata: Mapping[str, str]) -> tuple[str, ...]:
    r"""Give the names of classes that a model's metadata tell; none where they don't.

    A list or a dictionary by number, as JSON or as Python writes them, or a name a line.

    Examples
    --------
    >>> labels_in({"names": "{0: 'person', 1: 'bicycle'}"})
    ('person', 'bicycle')
    >>> labels_in({"character": "text\ntitle"})
    ('text', 'title')
    """
    known = ("names", "labels", "id2label", "classes", "class_names", "character")
    text = next((metadata[name] for name in known if name in metadata), "")
    if len(text) > LARGEST:
        return ()
    told: object = None
    for read in (json.loads, ast.literal_eval):
        try:
            told = read(text)
            break
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    if isinstance(told, dict):
        try:
            return tuple(str(told[each]) for each in sorted(told, key=int))
        except (TypeError, ValueError):
            return ()
    if isinstance(told, (list, tuple)):
        return tuple(map(str, told))
    return tuple(text.splitlines()) if "\n" in text else ()
