"""Efforts of reasoning for people: a table for each length, so that only like is beside like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from rich.console import Console

    from submeter.benchmarks.efforts import Row


def print_efforts(out: Console, rows: Sequence[Row], notes: Sequence[str]) -> None:
    """Print what each effort costs, and what must be known of it."""
    for model, length in dict.fromkeys((each.model, each.length) for each in rows):
        own = [each for each in rows if (each.model, each.length) == (model, length)]
        out.print(Text(f"{model}, {length}", style="bold"))
        out.print(_table(own))
    for each in notes:
        indented(out, each, 0, "yellow")
    told = "times off is told at one length only; the interval of a correct answer holds that of"
    indented(out, f"{told} how many are correct", 0, "dim")


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    columns = {
        "effort": [each.effort or "as it is" for each in rows],
        "tokens out": [_count(each.tokens) for each in rows],
        "reasoning": [_count(each.reasoning) for each in rows],
        "a query": [_joules(each.energy) for each in rows],
        "times off": ["-" if each.times is None else f"{each.times:.3g}" for each in rows],
        "a correct answer": [
            "-" if each.correct is None else _joules(each.correct) for each in rows
        ],
        next((each.quality["metric"] for each in rows if each.quality), "quality"): [
            _quality(each.quality) for each in rows
        ],
        "cut short": ["-" if each.cut_short is None else f"{each.cut_short:.0%}" for each in rows],
    }
    # What is told of no row takes no room from the others.
    shown = {name: cells for name, cells in columns.items() if set(cells) - {"-", "not told"}}
    for head in shown:
        table.add_column(head, overflow="fold")
    for cells in zip(*shown.values(), strict=True):
        table.add_row(*map(Text, cells))
    return table


def _count(tokens: float | None) -> str:
    return "not told" if tokens is None else f"{tokens:.4g}"


def _joules(told: Mapping[str, Any]) -> str:
    if told["low"] is None or told["high"] is None:
        return f"{told['value']:.3g} J"
    value, interval = phrase(told["value"], told["low"], told["high"], "J")
    return f"{value} ({interval})"


def _quality(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return "-"
    ends = [f"{told[end]:.3f}" for end in ("low", "high") if told[end] is not None]
    return f"{told['value']:.3f}" + (f" ({' to '.join(ends)})" if ends else "")
