"""Tables for the terminal, for people (Markdown) and for programs (JSON)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.table import Limit, Table

WIDTH = 100


def show(table: Table) -> None:
    """Print one table."""
    console = Console(width=WIDTH)
    grid = Grid(title=escape(f"{table.title} [{table.unit}]"), title_justify="left", expand=False)
    for number, head in enumerate(table.columns):
        grid.add_column(head, overflow="fold", justify="left" if number == 0 else "right")
    for row in table.rows:
        grid.add_row(*map(escape, row))
    console.print(grid)
    for note in table.notes:
        console.print(escape(note), style="dim")
    console.print()


def show_limits(limits: Sequence[Limit], facts: Mapping[str, str]) -> None:
    """Print what Submeter set itself and what was seen, with the machine's load."""
    console = Console(width=WIDTH)
    for limit in limits:
        console.print(escape(limit.text()), style="green" if limit.seen < limit.limit else "red")
    console.print(f"load before {facts['load before']}, after {facts['load after']}", style="dim")


def markdown(tables: Sequence[Table], facts: Mapping[str, str], command: str) -> str:
    """Write everything as a page."""
    lines = [
        f"# Metering beside other meters, {facts['date'][:10]}",
        "",
        (
            "Submeter, CodeCarbon and Zeus, installed alike in one environment and run in turn "
            "in one run, on a machine that others use at the same time: read the ratios and the "
            "spreads, not the last digit. Nothing is left out because it looks bad for Submeter."
        ),
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in facts.items()),
        "",
        "## What Submeter sets itself",
        "",
        *(f"- {limit.text()}" for table in tables for limit in table.limits),
    ]
    for table in tables:
        lines += ["", f"## {table.title}", "", f"In {table.unit}.", ""]
        lines += [_line(table.columns), _line(["---"] * len(table.columns))]
        lines += [_line(row) for row in table.rows]
        lines += [""] * bool(table.notes) + [f"- {note}" for note in table.notes]
    lines += [
        "",
        "## To repeat it",
        "",
        (
            f"`{command}` in a checkout (`make bench` sets up the environment and runs all of it;"
            " `--quick` takes two to three minutes, `--only CASE` runs one part). The raw "
            "numbers are in the JSON file of the same name."
        ),
        "",
    ]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write(folder: Path, tables: Sequence[Table], facts: Mapping[str, str], command: str) -> Path:
    """Write ``metering-<date>.md`` and ``.json``; gives the first."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"metering-{facts['date'][:10]}.md"
    page.write_text(markdown(tables, facts, command), encoding="utf-8")
    raw = {
        "facts": dict(facts),
        "limits": [limit._asdict() for table in tables for limit in table.limits],
        "cases": {table.title: _rounded(table.data) for table in tables},
    }
    page.with_suffix(".json").write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    return page


def _rounded(data: object) -> object:
    """Keep six digits: more are noise, and make a page of every list."""
    if isinstance(data, float):
        return float(f"{data:.6g}")
    if isinstance(data, dict):
        return {name: _rounded(each) for name, each in data.items()}
    return [_rounded(each) for each in data] if isinstance(data, (list, tuple)) else data
