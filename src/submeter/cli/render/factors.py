"""Published factors as tables, as one in full, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.quantities.digits import ends, plain, rounded, significant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from submeter.quantities.factor import Factor

_WIDE = 120
"""Columns that a table with bases and sources needs."""
_MOST = 4
"""Users of a factor that are named; more are counted."""


def print_factors(out: Console, found: Sequence[Factor], *, beside: bool = False) -> None:
    """Print factors as a table, with the published digits where they stand side by side."""
    value = _published if beside else _value
    if out.soft_wrap or out.width >= _WIDE:
        out.print(_table(found, value))
    else:
        _print_narrow(out, found, value)


def print_sources(out: Console, found: Sequence[Factor]) -> None:
    """Print who published them."""
    for source in {each.source.id: each.source for each in found}.values():
        indented(out, f"{source.id}: {source.citation} [{source.licence}]", 0, "dim")


_HEADS = ("id", "value", "95 % interval", "unit", "year")


def _cells(factor: Factor, value: Callable[[Factor], str]) -> tuple[str, ...]:
    return factor.id, value(factor), _ends(factor), factor.unit, factor.period


def _table(found: Sequence[Factor], value: Callable[[Factor], str]) -> Table:
    """Give factors as a table, with what each is and whence beside it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _HEADS:
        table.add_column(column, no_wrap=True)
    for column in ("basis", "source"):
        table.add_column(column, overflow="fold")
    for each in found:
        table.add_row(*_cells(each, value), each.basis, each.source.id)
    return table


def _print_narrow(out: Console, found: Sequence[Factor], value: Callable[[Factor], str]) -> None:
    """Print factors with what each is and whence on a line of its own."""
    rows = [_HEADS, *(_cells(each, value) for each in found)]
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(_HEADS))]
    for row, each in zip(rows, (None, *found), strict=True):
        line = "  ".join(set_cell_size(cell, wide) for cell, wide in zip(row, widths, strict=True))
        out.print(Text(line.rstrip(), style="" if each else "bold"), soft_wrap=True)
        if each is not None:
            indented(out, _basis(each), 2, "dim")


def _published(factor: Factor) -> str:
    return plain(factor.value)


def _value(factor: Factor) -> str:
    if factor.low == factor.high:
        return plain(factor.value)
    return rounded(factor.value, significant(factor.value, factor.low, factor.high))


def _ends(factor: Factor) -> str:
    if factor.low == factor.high:
        return "exact"
    return ends(_value(factor), factor.low, factor.high)


def _basis(factor: Factor) -> str:
    source = "" if factor.id.endswith(f"/{factor.source.id}") else factor.source.id
    return ", ".join(filter(None, (factor.basis, source)))


def print_card(
    out: Console, factor: Factor, name: str, age: int | None, users: Sequence[str]
) -> None:
    """Print one factor in full: what it says, how old it is, whose account takes it.

    Parameters
    ----------
    out : Console
        Where to.
    factor : Factor
        It.
    name : str
        What people call it.
    age : int or None
        Years since the time that it describes; None if it is of no time.
    users : sequence of str
        The cloud regions that draw from it.
    """
    out.print(Text(factor.id, style="bold"), Text(name))
    years = "" if age is None else f", {age} year{'' if age == 1 else 's'} ago"
    more = f" and {len(users) - _MOST} more" if len(users) > _MOST else ""
    interval = _ends(factor)
    rows = (
        ("value", f"{_value(factor)} {factor.unit}".rstrip()),
        (
            "95 % interval",
            interval if interval == "exact" else f"{interval}, {factor.spread.value}",
        ),
        ("describes", f"{factor.period}{years}" if factor.period else "no year of its own"),
        ("basis", factor.basis),
        ("how", factor.tier.value),
        ("source", f"{factor.source.citation} [{factor.source.licence}]"),
        ("note", factor.note),
        ("taken by", ", ".join(users[:_MOST]) + more),
    )
    for heading, text in rows:
        if text:
            indented(out, f"{heading}: {text}")


def as_dict(factor: Factor) -> dict[str, object]:
    """Give a factor as a JSON object."""
    return {
        "id": factor.id, "value": factor.value, "low": factor.low, "high": factor.high,
        "unit": factor.unit, "spread": factor.spread.value, "tier": factor.tier.value,
        "period": factor.period, "basis": factor.basis, "note": factor.note,
        "source": {
            "id": factor.source.id, "citation": factor.source.citation,
            "licence": factor.source.licence,
        },
    }  # fmt: skip
