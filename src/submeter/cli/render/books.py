"""The books on the terminal: meter = this work + others + idle + unattributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from submeter.quantities.digits import phrase, scaled
from submeter.runs.drawn import energy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.workloads.activity import Booking


SEEN = 0.995
"""Coverage above it is not worth a word."""


def energy_words(bookings: Sequence[Booking]) -> str:
    """Write the energy charged to the work with its interval and tier."""
    energy = energy_of(bookings)
    if energy is None:
        return "not seen"
    value, interval = phrase(energy.value / 3.6e6, energy.low / 3.6e6, energy.high / 3.6e6, "kWh")
    seen = "" if energy.coverage > SEEN else f", {energy.coverage:.0%} of the time seen"
    return f"{value} ({interval}) {energy.tier.value}{seen}"


def books_table(bookings: Sequence[Booking]) -> Table:
    """Give a table of every domain's books in one unit."""
    largest = max((each.meter for each in bookings), default=0) / 1e6
    factor, unit = scaled(largest, "J")
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("domain", overflow="fold")
    columns = ("meter", "= this work", "+ others", "+ idle", "+ unattributed")
    for column in columns:
        table.add_column(f"{column} [{unit}]".replace("[", r"\["), justify="right")
    for column in ("seen", "how", "rule"):
        table.add_column(column, overflow="fold")
    for each in bookings:
        amounts = (each.meter, each.workload, each.others, each.idle, each.unattributed)
        name = f"{each.domain} (in {each.inside})" if each.inside else each.domain
        table.add_row(
            name, *(f"{amount / 1e6 * factor:.3f}" for amount in amounts),
            f"{each.coverage:.1%}", f"{each.tier}, {each.method}", each.rule,
        )  # fmt: skip
    return table
