"""Entries that nobody measured, such as of closed models: never taken for runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.ratings.table import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from submeter.ratings.result import Result

TIERS = ("modelled", "assumed")
UNRATED = "modelled: nobody measured it, so that it has neither stars nor a rank"
_MOST = 16 * 1024 * 1024


def read_modelled(path: Path) -> list[Result]:
    """Read modelled entries from a CSV file as ``submeter rate`` reads it.

    Parameters
    ----------
    path : Path
        Each row has ``low`` and ``high``, a ``tier`` (`TIERS`), and in ``source`` who modelled it
        and where that stands.

    Raises
    ------
    UsageError
        If it cannot be read, or a row lacks one of these.
    """
    try:
        if path.stat().st_size > _MOST:
            raise UsageError("it is too large for a table of results", str(path), "split it")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        fix = "see that it is there, and readable"
        raise UsageError(f"it cannot be read: {error.strerror}", str(path), fix) from error
    except UnicodeDecodeError as error:
        raise UsageError("it is no text in UTF-8", str(path), "save it as CSV in UTF-8") from error
    read = read_table(text, path.name)
    if read.defects:
        raise UsageError(read.defects[0], str(path), "mend the table")
    for number, each in enumerate(read.results, start=2):
        where = f"{path}, line {number}"
        if each.low is None:
            raise UsageError(
                "a modelled energy has an interval", where, "fill in the columns low and high"
            )
        if each.tier not in TIERS:
            fix = f"the column tier says {' or '.join(TIERS)}; what was measured has a bundle"
            raise UsageError(f'"{each.tier}" is no tier of what was modelled', where, fix)
        if each.source == f"{path.name}, line {number}":
            fix = "fill in the column source: who modelled it, and where that stands"
            raise UsageError("nothing tells where it comes from", where, fix)
    return [replace(each, unrated=UNRATED) for each in read.results]
