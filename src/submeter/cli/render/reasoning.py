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
    heads = ("effort", "tokens out", "reasoning", "J a query", "times off", "J a correct answer",
             "quality", "cut short")  # fmt: skip
    for head in heads:
        table.add_column(head, overflow="fold")
    for each in rows:
        table.add_row(
            Text(each.effort or "as it is"),
            Text(_count(each.tokens)),
            Text(_count(each.reasoning)),
            Text(_joules(each.energy)),
            Text("-" if each.times is None else f"{each.times:.3g}"),
            Text("-" if each.correct is None else _joules(each.correct)),
            Text(_quality(each.quality)),
            Text("-" if each.cut_short is None else f"{each.cut_short:.0%}"),
        )
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
    return f"{told['metric']} {told['value']:.3f}" + (f" ({' to '.join(ends)})" if ends else "")
