"""The account of one piece of work on the terminal: heading, statement, books, where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from submeter.cli.render.books import books_table
from submeter.cli.render.statement import print_doubts, print_figures, print_method
from submeter.quantities.estimate import Tier

if TYPE_CHECKING:
    from rich.console import Console

    from submeter.accounting.statement import Statement
    from submeter.workloads.activity import Activity

_RECORD = "record: "


def print_report(out: Console, activity: Activity, statement: Statement, ledger: str) -> None:
    """Print the account of an entry."""
    heading = f"{activity.name}: {activity.seconds:.2f} s"
    if activity.exit_code:
        heading += f", exit code {activity.exit_code}"
    out.print()
    out.rule(Text(f"submeter  {heading}", style="bold"), align="left", style="dim")
    print_figures(out, statement)
    if activity.bookings:
        out.print("\nthe books: meter = this work + others + idle + unattributed", style="bold")
        out.print(books_table(activity.bookings))
    if not any(each.tier == Tier.MEASURED.value for each in activity.bookings):
        out.print("\nno sensor answers here, so all of it is modelled: submeter doctor tells why")
    print_doubts(out, statement)
    names = ", ".join(source.id for source in statement.sources)
    cites = f"\nsources: {names}; submeter account {activity.id[:10]} cites them"
    out.print(Text(cites, style="dim"))
    print_method(out, statement)
    unwritten = [each for each in activity.missing if each.startswith(_RECORD)]
    if unwritten or not ledger:
        why = unwritten[0].removeprefix(_RECORD) if unwritten else "record=no"
        out.print(Text(f"\nnot recorded: {why}"))
        return
    out.print(Text(f"\nrecorded as {activity.id} in {ledger}"), soft_wrap=True)
    if "region" in activity.place or "grid" in activity.place:
        out.print(Text(f"next: submeter ledger show {activity.id[:10]}"))
    else:
        out.print(Text(f"next: submeter account {activity.id} --region FR   (say where it ran)"))
