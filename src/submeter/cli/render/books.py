"""The books on the terminal: meter = this work + others + idle + unattributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.attribution.apportion import apportion
from submeter.cli.output import Hanging, elided
from submeter.quantities.digits import phrase, scaled
from submeter.quantities.energy import to_kwh
from submeter.runs.drawn import energy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

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


def books_table(bookings: Sequence[Booking]) -> Books:
    """Give a table of every domain's books in one unit, and by which rule each was shared out."""
    return Books(bookings)


class Books:
    """The books, as wide as the terminal allows; parts are rounded so that they add up."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        self._bookings = bookings

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the table, and the rules below it."""
        bookings = self._bookings
        largest = max((to_kwh(each.meter) for each in bookings), default=0.0)
        factor, unit = scaled(largest, "kWh")
        rows = [[*_amounts(each, factor), f"{each.coverage:.1%}"] for each in bookings]
        others = sum(max(map(len, column)) + 2 for column in zip(_ACCOUNTS, *rows, strict=True))
        most = max(_LEAST, options.max_width - others - _SET_IN)
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        table.add_column(f"  {unit}", no_wrap=True)
        for head in _ACCOUNTS:
            table.add_column(head, justify="right", no_wrap=True)
        for each, row in zip(bookings, rows, strict=True):
            inside = f" (in {each.inside})" if each.inside else ""
            table.add_row(Text(f"  {elided(f'{each.domain}{inside}', most)}"), *row)
        yield table
        for how, names in _rules(bookings).items():
            yield Hanging(Text(f"{', '.join(names)}: {how}", style="dim"), 2)


_ACCOUNTS = ("meter", "= this work", "+ others", "+ idle", "+ unattributed", "seen")
_SET_IN = 2
"""Columns before a domain's name."""
_LEAST = 9
"""Columns of a domain's name that are shown at least."""
_SHORT = 21
"""And at most, where it is told once more below."""


def _amounts(booking: Booking, factor: float) -> list[str]:
    """Write a domain's books with three decimals; the accounts add up to the meter as shown."""
    accounts = (booking.workload, booking.others, booking.idle, booking.unattributed)
    whole = round(to_kwh(booking.meter) * factor * 1000)
    return [f"{each / 1000:.3f}" for each in (whole, *apportion(whole, accounts))]


def _rules(bookings: Sequence[Booking]) -> dict[str, list[str]]:
    """Give by what rules and methods domains were shared out and read, and which they are."""
    short = [elided(each.domain, _SHORT) for each in bookings]
    found: dict[str, list[str]] = {}
    for each, name in zip(bookings, short, strict=True):
        how = f"{each.tier} by {each.method}, shared by {each.rule}"
        found.setdefault(how, []).append(name if short.count(name) == 1 else each.domain)
    return found
