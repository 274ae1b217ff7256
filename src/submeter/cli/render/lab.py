"""The lab's tables: what is asked, and how far each meter was off."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.lab.score import ALONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.lab.cases import Case
    from submeter.lab.score import Outcome

SCHEMA = "submeter.lab/1"


def cases_table(cases: Sequence[Case]) -> Table:
    """Give the cases as a table."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("case", "what it is", "asked", "windows"):
        table.add_column(column, overflow="fold")
    for each in cases:
        count = len(each.windows)
        windows = f"{count} in {each.seconds:.3g} s" if count > 1 else f"{each.seconds:.3g} s"
        table.add_row(each.name, each.title, f"{', '.join(each.parts)} ({each.asked})", windows)
    return table


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
        "windows": [each.seconds for each in case.windows],
    }  # fmt: skip


def show(out: Console, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> None:
    """Print the table of errors and what must be said of it."""
    meters = list(dict.fromkeys(each.meter for each in outcomes))
    by_place = {(each.case, each.meter): each for each in outcomes}
    absent = [
        name for name in meters
        if all(each.silent == "not installed" for each in outcomes if each.meter == name)
    ]  # fmt: skip
    shown = [name for name in meters if name not in absent]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("case", overflow="fold")
    for name in shown:
        table.add_column(name, justify="right", overflow="fold")
    for case in cases:
        cells = [by_place.get((case.name, name)) for name in shown]
        table.add_row(case.name, *map(cell, cells))
    out.print(table)
    out.print(Text(
        "\nError of the worst window, over what the device drew (the whole device's energy where "
        "a process is asked for). (!): the interval does not hold the truth.", style="dim",
    ))  # fmt: skip
    for name in absent:
        out.print(Text(f"{name}: not installed"))
    for each in outcomes:
        if each.silent and each.meter not in absent:
            out.print(Text(f"{each.meter}, {each.case}: {each.silent}"))
    own = [each for each in outcomes if each.meter.startswith(ALONE) and not each.skipped]
    held = sum(not each.failed for each in own)
    if own:
        style = "green" if held == len(own) else "bold red"
        told = f"Submeter's intervals held the truth in {held} of {len(own)} cases."
        out.print(Text(told, style=style))


def cell(outcome: Outcome | None) -> Text:
    """Write one outcome."""
    if outcome is None:
        return Text("")
    if outcome.silent:
        return Text(outcome.silent.partition(":")[0].partition(",")[0], style="dim")
    error = outcome.error
    told = "no figure" if error is None else f"{error * 100:+.1f} %"
    if outcome.held is False:
        return Text(f"{told} (!)", style="bold red")
    return Text(told)
