"""The account at the end of a run: what it comes to, on one screen; the whole of it on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.cli.render.statement import (
    DIGITS,
    PLAINLY,
    figures,
    how,
    per_unit,
    place_words,
    way,
)
from submeter.quantities.digits import column, part, phrase
from submeter.quantities.estimate import Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from submeter.accounting.statement import Statement
    from submeter.quantities.estimate import Estimate
    from submeter.workloads.activity import Activity

NOTES = 4
"""At most so many things that happened are told in full: with them, and a count of the others,
the account still fits on a screen of 24 lines of 80 columns."""

_ROUTINE = {*PLAINLY, "grid", "embodied"}
"""What is often left out or fallen back on, whatever the work: named here, told in the whole."""


def print_short(out: Console, activity: Activity, statement: Statement, ledger: str) -> None:
    """Print what an entry comes to, what happened, what is missing, and how to see the rest."""
    heading(out, activity)
    out.print(_totals(statement))
    if parts := _parts(statement):
        indented(out, f"of it: {parts}", 0, "dim")
    if statement.per_unit is not None and statement.unit.count not in (None, 1.0):
        indented(out, per_unit(statement), 0)
    indented(out, place_words(statement), 0)
    if statement.widest:
        first = statement.widest[0]
        what = "carbon" if statement.carbon.total is not None else "energy"
        by = f"{first.factor} ({first.share:.0%}): {first.hint}{way(first)}"
        indented(out, f"the {what} is widened most by {by}", 0)
    _doubts(out, activity, statement)
    if statement.overhead is not None:
        over = statement.overhead
        value, _ = phrase(over.value, over.low, over.high, over.unit)
        told = f"meanwhile metering drew about {value} more, not counted"
        out.print(Text(told, style="dim"))
    out.print(Text(f"recorded as {activity.id} in {ledger}"), soft_wrap=True)
    whole = f"all of it: submeter account {activity.id}"
    if not {"region", "grid"} & activity.place.keys():
        whole = f"all of it, and where it ran: submeter account {activity.id} --region FR"
    out.print(Text(whole), soft_wrap=True)


def heading(out: Console, activity: Activity) -> None:
    """Print what was metered, how long it took, and how it ended."""
    told = f"{activity.name}: {activity.seconds:.2f} s"
    if activity.exit_code:
        told += f", exit code {activity.exit_code}"
    out.print()
    out.rule(Text(f"submeter  {told}", style="bold"), align="left", style="dim")


def _totals(statement: Statement) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("how")
    for name, total in _lines(statement).items():
        if total is None:
            table.add_row(Text(name, style="bold"), "not known", "", "")
            continue
        value, interval = figures(total)
        row = (Text(name, style="bold"), Text(value, style="bold"), interval)
        table.add_row(*row, how(statement, total))
    return table


def _lines(statement: Statement) -> dict[str, Estimate | None]:
    return {
        "energy": statement.energy.total,
        f"carbon ({statement.carbon.basis}-based)": statement.carbon.total,
        f"water ({statement.water.basis})".replace(" ()", ""): statement.water.total,
    }


def _parts(statement: Statement) -> str:
    """Write what the totals are made of: central values, to their totals' decimal places."""
    energy, carbon = statement.energy, statement.carbon
    told = _shares(energy.total, energy.by_component)
    hardware = _shares(carbon.total, {"making of the hardware": carbon.embodied})
    return "; ".join(filter(None, (told, hardware)))


def _shares(total: Estimate | None, parts: Mapping[str, Estimate | None]) -> str:
    if total is None:
        return ""
    above = column(total.value, total.low, total.high, total.unit, DIGITS)
    told = [
        f"{name} {part(each.value, each.low, each.high, above)[0].partition(' ')[0]}"
        for name, each in parts.items() if each is not None
    ]  # fmt: skip
    return f"{', '.join(told)} {above.unit}" if told else ""


def _doubts(out: Console, activity: Activity, statement: Statement) -> None:
    """Tell what happened in full, and name what is left out of every account like this one."""
    if not any(each.tier == Tier.MEASURED.value for each in activity.bookings):
        out.print("no sensor answered, so all of it is modelled: submeter doctor tells why")
    usual = dict.fromkeys(
        PLAINLY.get(name, name)
        for name in (each.partition(": ")[0] for each in statement.missing)
        if name in _ROUTINE
    )
    notes = [each for each in statement.missing if each.partition(": ")[0] not in _ROUTINE]
    for each in notes[:NOTES]:
        indented(out, f"left out: {each}", 0)
    if notes[NOTES:]:
        out.print(Text(f"left out: and {len(notes) - NOTES} more"))
    if usual:
        indented(out, f"left out or fallen back on: {', '.join(usual)}", 0, "dim")
