"""What Python's own library says of its functions and classes: passages to be searched.

The first sentence of each docstring asks, the rest of it is what is to be found. Licence: PSF-2.0.
"""

from __future__ import annotations

import ast
import random
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST, _LONGEST = 120, 1200
_MOST = 300
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Passage(NamedTuple):
    """A function or class, as its authors describe it.

    Parameters
    ----------
    name : str
        With its module, such as ``textwrap.dedent``.
    summary : str
        The first sentence.
    rest : str
        What comes after it.
    """

    name: str
    summary: str
    rest: str


@cache
def passages() -> tuple[Passage, ...]:
    """Give 300 of them, no two alike, drawn with a seed, in the order of their names."""
    by_rest = {each.rest: each for each in _all()}
    by_summary = {each.summary: each for each in by_rest.values()}
    ones = sorted(by_summary.values())
    chance = random.Random(0)  # noqa: S311 - no secret
    return tuple(sorted(chance.sample(ones, min(_MOST, len(ones)))))


def _all() -> Iterator[Passage]:
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.glob("*.py")):
        if path.stem.startswith("_") or path.stem not in sys.stdlib_module_names:
            continue
        try:
            parsed = ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue
        for node in parsed.body:
            if isinstance(node, _NAMED) and not node.name.startswith("_"):
                first, _, rest = (ast.get_docstring(node) or "").partition("\n\n")
                rest = " ".join(rest.split())[:_LONGEST]
                if len(rest) >= _SHORTEST:
                    yield Passage(f"{path.stem}.{node.name}", " ".join(first.split()), rest)
