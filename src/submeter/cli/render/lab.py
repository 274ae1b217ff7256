"""The lab's tables: what is asked, and how far each meter was off."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.lab.case import Asked
from submeter.lab.score import ALONE, held, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, JustifyMethod

    from submeter.lab.case import Case
    from submeter.lab.score import Outcome

SCHEMA = "submeter.lab/1"


def print_cases(out: Console, cases: Sequence[Case]) -> None:
    """Print the cases; on a narrow terminal what is asked, and how long, stands below each."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    wide = out.width >= _WIDE
    for column in ("case", "what it is", "asked", "windows") if wide else ("case", "what it is"):
        table.add_column(column)
    for each in cases:
        count = len(each.windows)
        seconds = f"{round(each.seconds, 1):g} s"
        windows = f"{count} in {seconds}" if count > 1 else seconds
        whose = "" if each.asked is Asked.DEVICE else f" ({each.asked})"
        asked = f"{', '.join(each.parts)}{whose}"
        if wide:
            table.add_row(each.name, each.title, asked, windows)
        else:
            table.add_row(each.name, Text.assemble(each.title, (f"\n{asked}; {windows}", "dim")))
    out.print(table)


_WIDE = 100
"""Columns that a table of all of it needs."""


def list_as_dict(cases: Sequence[Case]) -> dict[str, Any]:
    """Give the cases as JSON."""
    return {"schema": SCHEMA, "cases": [_case(each) for each in cases]}


def as_dict(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give cases and outcomes as JSON."""
    system = os.uname()
    machine = {
        "submeter": version("submeter"), "python": platform.python_version(),
        "system": f"{system.sysname} {system.release} {system.machine}",
        "threads": os.cpu_count(),
    }  # fmt: skip
    rows = [each.as_dict() for each in outcomes]
    return {**list_as_dict(cases), "machine": machine, "outcomes": rows}


def _case(case: Case) -> dict[str, Any]:
    return {
        "name": case.name, "title": case.title, "asked": case.asked.value,
        "parts": list(case.parts), "ranks": case.ranks,
        "limit": case.limit or None,
        "windows": [each.seconds for each in case.windows],
    }  # fmt: skip


def show(out: Console, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> None:
    """Print the table of errors and what must be said of it."""
    if not outcomes:
        out.print(Text(f"Nobody was asked: {VIRTUAL}"))
        return
    for rows in tables(cases, outcomes):
        out.print(_table(rows))
        out.print()
    out.print(Text(READ, style="dim"))
    for note in notes(cases, outcomes):
        out.print(Text(note))
    own, kept = counted(outcomes)
    if own:
        style = "green" if kept == own else "bold red"
        told = f"Submeter's intervals held the truth in {kept} of {own} cases."
        out.print(Text(told, style=style))


_LABELS = 2
_FEW = 4
VIRTUAL = (
    "cases on the virtual clock ask Submeter alone (its sensors, metering and books): no process, "
    "and so no other meter, can be put on that clock"
)
_ALL_SEEN = 0.95
_FAR = 0.1
"""An error above this is said to be within the meter's own interval, where it is."""
_TIMES = 10.0
"""An error from this on is told in times and not in percent."""
READ = (
    "Error of the worst window, over what the device drew (the whole device's energy where a "
    "process is asked for); x: so many times that. (!): the interval does not hold the truth; "
    "held: far off, as the interval says that it may be; absent: told as not seen, as it is. Where "
    "a device fails, or a meter is just starting, one that tells how much of the time it saw is "
    "judged by what was drawn in that; any other by all of it."
)


def _table(rows: Sequence[Sequence[str]]) -> Table:
    """Lay out the heads and the rows; a case that has several is named once."""
    # With few meters there is room for a gap, and "submeter run" is one head and not two.
    tight = len(rows[0]) > _FEW
    table = Table(box=None, pad_edge=False, collapse_padding=tight, header_style="dim")
    for place, head in enumerate(rows[0]):
        justify: JustifyMethod = "left" if place < _LABELS else "right"
        least = max(map(len, head.split()))
        table.add_column(
            head, justify=justify, no_wrap=place < _LABELS, overflow="fold", min_width=least
        )
    before = ""
    for name, *row in rows[1:]:
        table.add_row(*map(Text, ["" if name == before else name, *row]))
        before = name
    return table


def is_absent(meter: str, outcomes: Sequence[Outcome]) -> bool:
    """Tell whether a meter is not installed."""
    return all(each.silent == "not installed" for each in outcomes if each.meter == meter)


def absent(outcomes: Sequence[Outcome]) -> list[str]:
    """Give the meters that are not installed."""
    meters = dict.fromkeys(each.meter for each in outcomes)
    return [name for name in meters if is_absent(name, outcomes)]


def tables(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[list[list[str]]]:
    """Give a table of all meters, and one of the cases in which there is Submeter alone.

    Each has its heads, and a row for each part of each case.
    """
    gone = absent(outcomes)
    found = []
    for virtual in (False, True):
        some = [each for each in cases if (each.scene is not None) is virtual]
        names = {each.name for each in some}
        meters = dict.fromkeys(each.meter for each in outcomes if each.case in names)
        asked = [name for name in meters if name not in gone]
        if asked:
            found.append(_errors(some, outcomes, asked))
    return found


def _errors(
    cases: Sequence[Case], outcomes: Sequence[Outcome], meters: Sequence[str]
) -> list[list[str]]:
    by_place = {(each.case, each.meter): each for each in outcomes}
    rows = [["case", "of", *meters]]
    for case in cases:
        for part in case.parts:
            cells = [cell(by_place.get((case.name, name)), part) for name in meters]
            rows.append([case.name, part, *cells])
    return rows


def counted(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """Give in how many cases Submeter was asked, limits left out, and in how many it held."""
    own = [
        each for each in outcomes
        if each.meter.startswith(ALONE) and not each.skipped and not each.limit
    ]  # fmt: skip
    return len(own), sum(not each.failed for each in own)


def notes(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Say which meters were not asked or told nothing, and which cases are limits."""
    gone = absent(outcomes)
    found = [f"{name}: not installed" for name in gone]
    meters = {each.meter.partition(" ")[0] for each in outcomes}
    if meters - {ALONE} and any(each.scene is not None for each in cases):
        found.append(VIRTUAL)
    found += [
        f"{each.name}: a limit, counted for nobody: {each.limit}" for each in cases if each.limit
    ]
    found += [
        f"{each.meter}, {each.case}: {each.silent}"
        for each in outcomes
        if each.silent and each.meter not in gone
    ]
    return found


def cell(outcome: Outcome | None, part: str) -> str:
    """Write what came out for one part."""
    if outcome is None:
        return ""
    if outcome.silent:
        return outcome.silent.partition(":")[0].partition(",")[0]
    verdicts = outcome.of(part)
    error = worst(verdicts)
    kept = held(verdicts)
    if error is None:
        return "absent" if kept else "no figure"
    # Adding 0 takes the minus from a zero, which would read as if it meant something.
    percent = round(error * 100, 1) + 0.0
    told = f"{error:+,.0f} x" if abs(error) >= _TIMES else f"{percent:+.1f} %"
    seen = min((each.coverage for each in verdicts if each.coverage is not None), default=1.0)
    told += f", {seen * 100:.0f} % seen" if seen < _ALL_SEEN else ""
    told += ", held" if kept and abs(error) > _FAR else ""
    return f"{told} (!)" if kept is False else told
