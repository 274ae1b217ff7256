"""The books on the terminal: meter = this work + others + idle + unattributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from submeter.quantities.digits import phrase, scaled
from submeter.quantities.energy import to_kwh
from submeter.runs.drawn import energy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.workloads.activity import Booking, Phase

SEEN = 0.995
"""Coverage above it is not worth a word."""


def energy_columns(bookings: Sequence[Booking]) -> tuple[str, str, str]:
    """Write the energy charged to the work: value, interval, and how it came about."""
    energy = energy_of(bookings)
    if energy is None:
        return "not seen", "", ""
    kwh, low, high = (number / 3.6e6 for number in (energy.value, energy.low, energy.high))
    value, interval = phrase(kwh, low, high, "kWh")
    seen = "" if energy.coverage > SEEN else f", {energy.coverage:.0%} seen"
    return value, interval, f"{energy.tier.value}{seen}"


def phase_lines(phases: Sequence[Phase]) -> list[str]:
    """Write each named part: its time, its energy, and the energy per unit that it counted."""
    lines = []
    for phase in phases:
        energy = energy_of(phase.bookings)
        words = f"{phase.name}: {phase.seconds:.2f} s, {energy_words(phase.bookings)}"
        for unit, amount in phase.counts.items():
            if energy is not None and amount:
                ends = (energy.value / amount, energy.low / amount, energy.high / amount)
                value, interval = phrase(*ends, energy.unit)
                words += f"; {value} ({interval}) for each of {amount:g} {unit}"
        lines.append(words)
    return lines


def energy_words(bookings: Sequence[Booking]) -> str:
    """Write the energy charged to the work in one phrase."""
    value, interval, how = energy_columns(bookings)
    return f"{value} ({interval}) {how}" if interval else value


def books_table(bookings: Sequence[Booking]) -> Group:
    """Give a table of every domain's books in one unit, and by which rule each was shared out."""
    largest = max((to_kwh(each.meter) for each in bookings), default=0.0)
    factor, unit = scaled(largest, "kWh")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(f"  {unit}")
    for column in ("meter", "= this work", "+ others", "+ idle", "+ unattributed", "time seen"):
        table.add_column(column, justify="right", no_wrap=True)
    rules = []
    for each in bookings:
        amounts = (each.meter, each.workload, each.others, each.idle, each.unattributed)
        name = f"  {each.domain} (in {each.inside})" if each.inside else f"  {each.domain}"
        shown = (f"{to_kwh(amount) * factor:.3f}" for amount in amounts)
        table.add_row(name, *shown, f"{each.coverage:.1%}")
        rules.append(f"  {each.domain}: {each.tier} by {each.method}, shared by {each.rule}")
    return Group(table, Text("\n".join(rules), style="dim"))
