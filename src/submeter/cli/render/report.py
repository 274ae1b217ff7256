"""The account of one piece of work on the terminal: short where it can be asked for, else whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

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


def print_report(
    out: Console,
    activity: Activity,
    statement: Statement,
    ledger: str,
    scopes: Scopes | None = None,
) -> None:
    """Print the account of an entry: all of it where nobody could ask for it again."""
    unwritten = [each for each in activity.missing if each.startswith(_RECORD)]
    if ledger and not unwritten:
        print_short(out, activity, statement, ledger)
        return
    heading(out, activity)
    print_whole(out, statement, activity.bookings, scopes)
    why = unwritten[0].removeprefix(_RECORD) if unwritten else "record=no"
    out.print(Text(f"\nnot recorded: {why}"))


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
