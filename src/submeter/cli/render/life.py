"""A model's life on the terminal: its stages, their sum, and when running it overtook making it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import indented
from submeter.cli.render.statement import NO_LICENCE, figures, plainly
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from rich.console import Console

    from submeter.decisions.life import Life
    from submeter.decisions.line import Line
    from submeter.decisions.overtaking import Overtaken
    from submeter.quantities.estimate import Estimate


_EXACT = 1e-9


def print_life(out: Console, found: Life) -> None:
    """Print a life: the answer first, then what it rests on."""
    title = f"the life of {found.model}, by {found.method.id}, version {found.method.version}"
    out.print(Text(title, style="bold"))
    out.print(_table(found))
    out.print()
    for quantity, each in found.overtaken.items():
        indented(out, f"by {quantity}: {_overtaken(each, found.ratio(quantity))}", 0)
    if found.made_from_it:
        out.print("\nmade from it, in lives of their own and not counted here", style="bold")
        for line in found.made_from_it:
            told = "; ".join(filter(None, (_value(line, name) for name in ("energy", "carbon"))))
            indented(out, f"{line.model}: {_pieces(line)}{', ' if told else ''}{told}")
    if found.missing:
        out.print("\nleft out or fallen back on", style="bold")
        for note in found.missing:
            indented(out, plainly(note))
    out.print("\nsources", style="bold")
    for source in found.sources:
        licence = "" if source.licence == NO_LICENCE else f" [{source.licence}]"
        indented(out, f"{source.id}: {source.citation}{licence}", style="dim")


def _table(found: Life) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("", overflow="fold")
    table.add_column("work", justify="right", no_wrap=True)
    for name in ("energy", "carbon"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("water", justify="right", no_wrap=True)
    for line in found.lines:
        share = "" if line.share == 1 else f" ({line.share:.3g} of its making)"
        table.add_row(*_row(line, f"{line.name}{share}", found.whole))
    whole = _row(found.whole, "all of it", found.whole)
    table.add_row(*(Text(each, style="bold") for each in whole))
    return table


def _row(line: Line, name: str, whole: Line) -> tuple[str, ...]:
    """Write a line to the decimal place of the whole, so that it can be seen to add up."""
    cells = []
    for quantity in ("energy", "carbon", "water"):
        amount = line.estimate(quantity)
        above = None if line is whole else whole.estimate(quantity)
        cells.append(("not known", "") if amount is None else figures(amount, above))
    (energy, _), (carbon, interval), (water, _) = cells
    return name, str(len(line.works)), energy, carbon, interval, water


def _value(line: Line, quantity: str) -> str:
    amount = line.estimate(quantity)
    if amount is None:
        return ""
    return phrase(amount.value, amount.low, amount.high, amount.unit, 2)[0]


def _pieces(line: Line) -> str:
    count = len(line.works)
    return f"{count} piece{'' if count == 1 else 's'} of work"


def _overtaken(found: Overtaken, ratio: Estimate | None) -> str:
    """Write when inference overtook the making, or how far it has come."""
    if found.reached is None:
        return f"when inference overtook the making is not known: {found.note}"
    so_far = ""
    if ratio is not None:
        value, ends = phrase(ratio.value, ratio.low, ratio.high, "", 2)
        # What both rest on cancels; what is left of it is a last digit of binary arithmetic.
        exact = ratio.high - ratio.low <= _EXACT * ratio.value
        shown = value.strip() if exact else f"{value.strip()} ({ends})"
        so_far = f"; inference is {shown} times the making by {found.last}"
    note = f" ({found.note})" if found.note else ""
    if found.day is None:
        early = f", at the earliest on {found.earliest}" if found.earliest else ""
        return f"inference had not overtaken the making by {found.last}{early}{note}{so_far}"
    late = str(found.latest) if found.latest else f"not by {found.last}"
    between = "" if found.earliest == found.latest else f" ({found.earliest} to {late})"
    return f"inference overtook the making on {found.day}{between}{note}{so_far}"
