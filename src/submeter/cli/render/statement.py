"""A statement on the terminal: the answer first, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.cli.render.books import SEEN
from submeter.quantities.digits import column, ends, part, phrase, plain, rounded, significant
from submeter.quantities.estimate import Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from submeter.accounting.statement import Statement
    from submeter.accounting.widest import Widener
    from submeter.quantities.estimate import Estimate
    from submeter.quantities.factor import Factor

NO_LICENCE = "not applicable"
"""The licence of what is no published work: a reading, a statement of the user's."""

PLAINLY = {
    "pue": "facility (PUE)", "wue": "water on site (WUE)", "on_site": "water on site",
    "ewif": "water of electricity", "adpe": "minerals of electricity", "resources": "minerals",
    "primary": "primary energy", "primary_energy": "primary energy", "money": "price",
    "idle": "idle energy", "embodied_water": "water of hardware", "mix": "mix of the electricity",
}  # fmt: skip
"""What the fields of a statement are called where people read them."""

_OWN_ACCOUNTS = {"idle", "facility"}

DIGITS = 2
"""Shown of a total at least, so that its parts can be seen to add up to it."""

_STYLE = {"measured": "green", "modelled": "yellow", "assumed": "yellow", "mixed": "yellow"}


def print_figures(out: Console, statement: Statement) -> None:
    """Print what a statement says: every figure with its interval and how it came about."""
    indented(out, place_words(statement), 0)
    out.print(_lines(statement))
    if statement.per_unit is not None and statement.unit.count not in (None, 1.0):
        indented(out, per_unit(statement), 0)


def place_words(statement: Statement) -> str:
    """Write where it is accounted for, and the factors that follow from that."""
    words = statement.place.words
    told = [f"{words.get('name', 'place not known')} ({words.get('from', 'nobody stated it')})"]
    place = statement.place
    for name, factor in (("grid", place.grid), ("contract", place.market), ("PUE", place.pue)):
        if factor is not None:
            when = f" of {factor.period}" if factor.period else ""
            told.append(f"{name} {_factor(factor)} {factor.unit}".rstrip() + when)
    return "where: " + ", ".join(told)


def _factor(factor: Factor) -> str:
    if factor.low == factor.high:
        return plain(factor.value)
    value = rounded(factor.value, significant(factor.value, factor.low, factor.high))
    return f"{value} ({ends(value, factor.low, factor.high)})"


class _Sheet(NamedTuple):
    """The table in the making, and the statement."""

    table: Table
    statement: Statement


def _lines(statement: Statement) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("")
    table.add_column("value", justify="right")
    table.add_column("95 % interval", justify="left")
    table.add_column("how", justify="left")
    sheet = _Sheet(table, statement)
    energy, carbon, water = statement.energy, statement.carbon, statement.water
    _block(sheet, "energy", energy.total, energy.by_component)
    parts = {name: getattr(carbon, name) for name in ("operational", "idle", "embodied")}
    _block(sheet, f"carbon ({carbon.basis}-based)", carbon.total, parts)
    parts = {"on site": water.on_site, "electricity": water.electricity, "hardware": water.embodied}
    _block(sheet, f"water ({water.basis})" if water.basis else "water", water.total, parts)
    _row(sheet, "minerals (ADPe)", statement.resources)
    _row(sheet, "primary energy", statement.primary_energy)
    _row(sheet, "price of the electricity", statement.money)
    return table


def _block(
    sheet: _Sheet, name: str, total: Estimate | None, parts: Mapping[str, Estimate | None]
) -> None:
    """Add a total and its parts, to the total's decimal place; one that is not known says so."""
    if total is None:
        sheet.table.add_row(Text(name, style="bold"), "not known", "", "")
    _row(sheet, name, total, style="bold")
    for each, amount in parts.items():
        _row(sheet, f"  {each}", amount, whole=total)


def _row(
    sheet: _Sheet,
    name: str,
    amount: Estimate | None,
    *,
    style: str = "",
    whole: Estimate | None = None,
) -> None:
    if amount is None:
        return
    value, interval = figures(amount, whole)
    told = how(sheet.statement, amount)
    sheet.table.add_row(Text(name, style=style), Text(value, style=style), interval, told)


def how(statement: Statement, amount: Estimate) -> Text:
    """Write how a figure came about, and how much of the time was seen."""
    seen = "" if amount.coverage > SEEN else f", {amount.coverage:.0%} of the time seen"
    words = amount.tier.value
    if amount.tier is Tier.MIXED:
        words = "modelled, assumed" if is_modelled(statement, amount) else "partly measured"
    return Text(f"{words}{seen}", style=_STYLE[amount.tier.value])


def is_modelled(statement: Statement, amount: Estimate) -> bool:
    """Tell whether a figure of several tiers has none in it that was measured."""
    # One component's energy is mixed only where a meter told it and a model what was idle.
    return amount.tier is Tier.MIXED and not any(
        each.tier in (Tier.MEASURED, Tier.MIXED)
        for name, each in statement.energy.by_component.items()
        if name not in _OWN_ACCOUNTS
    )


def figures(amount: Estimate, whole: Estimate | None = None) -> tuple[str, str]:
    """Write a value and its interval: two digits at least, a part as far as its whole goes."""
    if whole is None:
        return phrase(amount.value, amount.low, amount.high, amount.unit, DIGITS)
    above = column(whole.value, whole.low, whole.high, whole.unit, DIGITS)
    return part(amount.value, amount.low, amount.high, above)


def per_unit(statement: Statement) -> str:
    """Write what each unit of work comes to."""
    per = statement.per_unit
    parts = []
    for amount in (per.energy, per.carbon, per.water) if per is not None else ():
        if amount is not None:
            value, interval = phrase(amount.value, amount.low, amount.high, amount.unit)
            parts.append(f"{value} ({interval})")
    count = statement.unit.count or 0
    return f"per {statement.unit.name} ({count:,.10g} counted): " + "; ".join(parts)


def plainly(note: str) -> str:
    """Write a note of what is missing, its part called as people read it."""
    part, colon, reason = note.partition(": ")
    return f"{PLAINLY.get(part, part)}{colon}{reason}"


def print_doubts(out: Console, statement: Statement) -> None:
    """Print what a statement leaves out, and what most widens it."""
    if statement.missing:
        out.print("\nleft out or fallen back on", style="bold")
        for each in statement.missing:
            indented(out, plainly(each))
    if statement.widest:
        what = "carbon" if statement.carbon.total is not None else "energy"
        out.print(f"\nwhat most widens the {what}", style="bold")
        for widener in statement.widest[:3]:
            hint = f"{widener.factor}: {widener.hint}{way(widener)}"
            indented(out, f"{widener.share:4.0%}  {hint}")


_WAYS = {
    "grid": "--region", "pue": "--pue", "wue": "--wue", "lifetime": "--lifetime",
    "utilisation": "--utilisation",
}  # fmt: skip


def way(widener: Widener) -> str:
    """Give the option by which a factor can be stated, where there is one."""
    kind, _, name = widener.factor.partition("/")
    flag = "--grid" if kind == "grid" and name != "world" else _WAYS.get(kind)
    return f" ({flag})" if flag else ""


def print_sources(out: Console, statement: Statement) -> None:
    """Print where every factor of a statement comes from, and by which method it was used."""
    out.print("\nsources", style="bold")
    for source in statement.sources:
        licence = "" if source.licence == NO_LICENCE else f" [{source.licence}]"
        indented(out, f"{source.id}: {source.citation}{licence}", style="dim")
    print_method(out, statement)


def print_method(out: Console, statement: Statement) -> None:
    """Print by which method a statement was made, and what metering cost."""
    out.print(Text(f"\nmethod {statement.method}, version {statement.recipe.method_version}"))
    over = statement.overhead
    if over is not None and over.value:
        value, _ = phrase(over.value, over.low, over.high, over.unit)
        out.print(Text(f"meanwhile metering drew about {value} more, not counted above"))
