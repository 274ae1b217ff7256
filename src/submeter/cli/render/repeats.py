"""Runs of one plan, joined, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from submeter.cli.output import indented
from submeter.quantities.digits import phrase, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.benchmarks.repeats import Joined


def print_joined(out: Console, groups: Sequence[Joined], unit: str) -> None:
    """Print what runs of one plan come to together."""
    for each in groups:
        if each.low is None or each.high is None:
            told = f"{rounded(each.value, 3)} J, no interval: a run of them was too short"
        else:
            value, interval = phrase(each.value, each.low, each.high, "J")
            told = f"{value} ({interval})"
        out.print(Text(f"{len(each.names)} runs of one plan: {told} a {unit}", style="bold"))
        indented(out, f"runs differ by {each.between:.1%} (standard deviation over the mean)")
        for one, other in each.apart:
            told = f"the intervals of {one} and {other} do not overlap: more than chance differed"
            indented(out, told, style="yellow")
        if not each.apart:
            indented(out, "their own intervals overlap", style="dim")
