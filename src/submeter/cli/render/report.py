"""The account of one piece of work on the terminal: short where it can be asked for, else whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.cli.output import indented
from submeter.cli.render.books import books_table
from submeter.cli.render.scopes import print_scopes
from submeter.cli.render.short import heading, print_short
from submeter.cli.render.statement import print_doubts, print_figures, print_sources
from submeter.quantities.estimate import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.accounting.scopes import Scopes
    from submeter.accounting.statement import Statement
    from submeter.workloads.activity import Activity, Booking

_RECORD = "record: "
_NOT_ENTERED = "not entered in the ledger: "


def unwritten(activity: Activity) -> str:
    """Tell why an entry is not in the ledger; empty if it is, or was not meant to be."""
    told = next((each for each in activity.missing if each.startswith(_RECORD)), "")
    return told.removeprefix(_RECORD).removeprefix(_NOT_ENTERED)


def print_report(
    out: Console,
    activity: Activity,
    statement: Statement,
    ledger: str,
    scopes: Scopes | None = None,
) -> None:
    """Print the account of an entry: all of it where nobody could ask for it again."""
    why = unwritten(activity)
    if ledger and not why:
        print_short(out, activity, statement, ledger)
        return
    heading(out, activity)
    print_whole(out, statement, activity.bookings, scopes)
    out.print()
    indented(out, f"not recorded: {why or 'record=no'}", 0)


def print_whole(
    out: Console,
    statement: Statement,
    bookings: Sequence[Booking],
    scopes: Scopes | None = None,
) -> None:
    """Print all of a statement: its figures, scopes and books below them, doubts, and sources."""
    print_figures(out, statement)
    if scopes is not None:
        print_scopes(out, scopes)
    if bookings:
        out.print("\nthe books: meter = this work + others + idle + unattributed", style="bold")
        out.print(books_table(bookings))
        if not any(each.tier == Tier.MEASURED.value for each in bookings):
            told = "no sensor answered, so all of it is modelled: submeter doctor tells why"
            out.print(f"\n{told}")
    print_doubts(out, statement)
    print_sources(out, statement)
