"""Hours of a grid from a file of the user's own: ``time,gCO2e/kWh``, one row for each stretch.

Optional columns ``low`` and ``high`` give the interval; without them a value is taken as exact, as
whatever else the user states. A row holds for one step, which is that of the two rows that are
closest, an hour at most; an empty value and a missing row are gaps.
"""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from typing import TYPE_CHECKING

from submeter.errors import QuantityError, UsageError
from submeter.quantities.factor import Source
from submeter.quantities.parsing import parse
from submeter.reference.live import instants
from submeter.reference.live.hourly import UNIT, Hourly, Stretch

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 16 << 20
"""Bytes of the largest file; ten years by the hour have 4 MiB."""

_TO_GRAMS_A_KWH = 3.6e9
"""1 kgCO2e/J [gCO2e/kWh]."""
_FIX = "write a heading such as time,gCO2e/kWh and rows such as 2026-11-24T10:00Z,57"


def read(path: Path, basis: str = "location average", now: int = 0) -> Hourly:
    """Read the hours of a grid.

    Parameters
    ----------
    path : Path
        The CSV. Times are ISO 8601 with Z or an offset; the heading of the value is its unit.
    basis : str
        What kind of intensity it is: ``lifecycle`` or ``combustion``, ``average`` or ``marginal``.
    now : int
        When it is read [ns UTC].

    Raises
    ------
    UsageError
        If it cannot be read, with the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"the hours cannot be read: {told}", str(path), _FIX) from error
    if len(text) > LARGEST:
        raise UsageError(f"the file is larger than {LARGEST >> 20} MiB", str(path), _FIX)
    try:
        lines = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise UsageError(f"the hours cannot be read: {error}", str(path), _FIX) from error
    rows = _rows(lines, path)
    source = Source("stated", f"stated by the user: {path.name}", "not applicable")
    try:
        return Hourly(
            f"grid/hourly/{path.name}", path.stem, basis, source, _lasting(rows, path), now
        )
    except QuantityError as error:
        raise UsageError(error.what, f"{path}, {error.where}", "correct that row") from error


def _rows(lines: list[list[str]], path: Path) -> list[Stretch]:
    """Give each row in order; one with an empty value is not a number."""
    names = [name.strip() for name in lines[0]] if lines else []
    bounds = names[2:]
    if len(names) < 2 or names[0] != "time" or bounds not in ([], ["low", "high"]):  # noqa: PLR2004 - time and value
        raise UsageError("the heading is not that of hours", f"{path}:1", _FIX)
    scale = parse(f"1 {names[1]}", "carbon intensity", f"{path}:1") * _TO_GRAMS_A_KWH
    found = []
    for number, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        where = f"{path}:{number}"
        if len(cells) != len(names):
            raise UsageError("a row has more or fewer columns than the heading", where, _FIX)
        try:
            start = instants.read(cells[0])
        except ValueError:
            what = f'"{cells[0]}" is no time with an offset'
            fix = "write it as 2026-11-24T10:00Z or 2026-11-24T11:00+01:00"
            raise UsageError(what, where, fix) from None
        found.append(_row(start, cells[1:], scale, where))
    return sorted(found, key=lambda each: each.start)


def _row(start: int, cells: list[str], scale: float, where: str) -> Stretch:
    if not cells[0]:
        return Stretch(start, start, math.nan, math.nan, math.nan)
    try:
        value, *ends = (float(cell) * scale for cell in cells)
    except ValueError:
        raise UsageError("an intensity is no number", where, _FIX) from None
    low, high = ends or (value, value)
    if not all(map(math.isfinite, (low, value, high))) or not 0 <= low <= value <= high:
        what = f"an intensity of {value:g} {UNIT} from {low:g} to {high:g} cannot be"
        raise UsageError(what, where, "an intensity is at least 0, and between its ends")
    return Stretch(start, start, value, low, high)


def _lasting(rows: list[Stretch], path: Path) -> tuple[Stretch, ...]:
    """Give each row its end, one step later: that of the two rows that are closest."""
    starts = [each.start for each in rows]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    if 0 in gaps:
        where = f"{path}, {instants.short(starts[gaps.index(0)])}"
        raise UsageError("two rows are for the same time", where, "leave one of them out")
    if gaps and min(gaps) > instants.HOUR:
        fix = "give hours, or state one value for the whole with --grid"
        raise UsageError("the rows are further apart than an hour", str(path), fix)
    step = min([*gaps, instants.HOUR])
    return tuple(
        each._replace(end=each.start + step) for each in rows if not math.isnan(each.value)
    )
