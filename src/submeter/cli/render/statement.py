"""A statement on the terminal: the answer first, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.render.books import SEEN
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from rich.console import Console

    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate

_STYLE = {"measured": "green", "modelled": "yellow", "assumed": "yellow", "mixed": "yellow"}


def print_figures(out: Console, statement: Statement) -> None:
    """Print what a statement says: every figure with its interval and how it came about."""
    out.print(_lines(statement))
    if statement.per_unit is not None and statement.unit.count not in (None, 1.0):
        out.print(_per_unit(statement))


def _lines(statement: Statement) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("")
    table.add_column("value", justify="right")
    table.add_column("95 % interval", justify="left")
    table.add_column("how", justify="left")
    energy = statement.energy
    _row(table, "energy", energy.total, bold=True)
    for name, part in energy.by_component.items():
        _row(table, f"  {name}", part)
    carbon = statement.carbon
    _row(table, f"carbon ({carbon.basis}-based)", carbon.total, bold=True)
    for name in ("operational", "idle", "embodied"):
        _row(table, f"  {name}", getattr(carbon, name))
    water = statement.water
    _row(table, f"water ({water.basis})" if water.basis else "water", water.total, bold=True)
    for name in ("on_site", "electricity"):
        _row(table, f"  {name.replace('_', ' ')}", getattr(water, name))
    _row(table, "minerals (ADPe)", statement.resources)
    _row(table, "primary energy", statement.primary_energy)
    _row(table, "price of the electricity", statement.money)
    return table


def _row(table: Table, name: str, amount: Estimate | None, *, bold: bool = False) -> None:
    style = "bold" if bold else ""
    if amount is None:
        if bold:
            table.add_row(Text(name, style=style), "not known", "", "")
        return
    value, interval = phrase(amount.value, amount.low, amount.high, amount.unit)
    seen = "" if amount.coverage > SEEN else f", {amount.coverage:.0%} of the time seen"
    how = Text(f"{amount.tier.value}{seen}", style=_STYLE[amount.tier.value])
    table.add_row(Text(name, style=style), Text(value, style=style), interval, how)


def _per_unit(statement: Statement) -> Text:
    per = statement.per_unit
    parts = []
    for amount in (per.energy, per.carbon, per.water) if per is not None else ():
        if amount is not None:
            value, interval = phrase(amount.value, amount.low, amount.high, amount.unit)
            parts.append(f"{value} ({interval})")
    count = statement.unit.count or 0
    return Text(f"\nper {statement.unit.name} ({count:g} counted): " + "; ".join(parts))


def print_grounds(out: Console, statement: Statement) -> None:
    """Print what a statement rests on: what it leaves out, what widens it, its sources."""
    if statement.missing:
        out.print("\nleft out or fallen back on", style="bold")
        for each in statement.missing:
            out.print(Text(f"  {each}"))
    if statement.widest:
        what = "carbon" if statement.carbon.total is not None else "energy"
        out.print(f"\nwhat most widens the {what}", style="bold")
        for widener in statement.widest[:3]:
            line = f"  {widener.share:4.0%}  {widener.factor}: {widener.hint}"
            out.print(Text(line))
    out.print("\nsources", style="bold")
    for source in statement.sources:
        out.print(Text(f"  {source.id}: {source.citation} [{source.licence}]", style="dim"))
    out.print(Text(f"\nmethod {statement.method}, version {statement.recipe.method_version}"))
    if statement.overhead is not None:
        over = statement.overhead
        value, _ = phrase(over.value, over.low, over.high, over.unit)
        out.print(Text(f"metering it drew about {value} more, not counted above"))
