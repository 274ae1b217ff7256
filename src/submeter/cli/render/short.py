"""The account at the end of a run: what it comes to, in a few lines; the whole of it on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.cli.render.statement import (
    PLAINLY,
    figures,
    how,
    per_unit,
    place_words,
)
from submeter.quantities.digits import phrase
from submeter.quantities.estimate import Tier

if TYPE_CHECKING:
    from rich.console import Console

    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate
    from submeter.workloads.activity import Activity

NOTES = 4
"""At most so many things that happened are told in full; the others are counted."""

_ROUTINE = {*PLAINLY, "grid", "embodied"}
"""What is often left out or fallen back on, whatever the work: told in the whole alone."""


def print_short(out: Console, activity: Activity, statement: Statement, ledger: str) -> None:
    """Print what an entry comes to, what happened, and how to see the rest."""
    heading(out, activity)
    out.print(_totals(statement))
    if statement.per_unit is not None and statement.unit.count not in (None, 1.0):
        indented(out, per_unit(statement), 0)
    indented(out, place_words(statement), 0)
    _doubts(out, activity, statement)
    if statement.overhead is not None:
        over = statement.overhead
        value, _ = phrase(over.value, over.low, over.high, over.unit)
        told = f"meanwhile metering drew about {value} more, not counted"
        out.print(Text(told, style="dim"))
    out.print(Text(f"recorded as {activity.id} in {ledger}"), soft_wrap=True)
    whole = f"submeter account {activity.id}"
    if not {"region", "grid"} & activity.place.keys():
        whole += " --region FR"
    out.print(Text(f"what it leaves out and rests on: {whole}"), soft_wrap=True)


def heading(out: Console, activity: Activity) -> None:
    """Print what was metered, how long it took, and how it ended."""
    told = f"{activity.name}: {activity.seconds:.2f} s"
    if activity.exit_code:
        told += f", exit code {activity.exit_code}"
    out.print()
    out.rule(Text(f"submeter  {told}", style="bold"), align="left", style="dim")


def _totals(statement: Statement) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("how")
    for name, total in _lines(statement).items():
        if total is None:
            table.add_row(Text(name, style="bold"), "not known", "", "")
            continue
        value, interval = figures(total)
        ends = f"{interval} (95 %)" if total.low < total.high else interval
        row = (Text(name, style="bold"), Text(value, style="bold"), ends)
        table.add_row(*row, how(statement, total))
    return table


def _lines(statement: Statement) -> dict[str, Estimate | None]:
    return {
        "energy": statement.energy.total,
        f"carbon ({statement.carbon.basis}-based)": statement.carbon.total,
    }


def _doubts(out: Console, activity: Activity, statement: Statement) -> None:
    """Tell what happened; what is left out of every account like this one is told on demand."""
    if not any(each.tier == Tier.MEASURED.value for each in activity.bookings):
        out.print("no sensor answered, so all of it is modelled: submeter doctor tells why")
    notes = [each for each in statement.missing if each.partition(": ")[0] not in _ROUTINE]
    for each in notes[:NOTES]:
        indented(out, f"left out: {each}", 0)
    if notes[NOTES:]:
        out.print(Text(f"left out: and {len(notes) - NOTES} more"))
