"""``submeter explain A [B]``: where a number comes from; why two differ."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.accounting.differences import conditions
from submeter.accounting.draws import Draws
from submeter.accounting.gap import QUANTITIES, gap
from submeter.accounting.statement import state_together
from submeter.cli.asked import Asked
from submeter.cli.output import console, write_json
from submeter.cli.parser import HARDWARE, LEDGER, PLACE, json_flag, settings_flags
from submeter.cli.render.words import told
from submeter.cli.subjects import subject
from submeter.quantities.digits import phrase
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse

    from submeter.accounting.gap import Gap, Side
    from submeter.cli.subjects import Subject


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("first", metavar="A", help="an entry's or a job's id, a file, a case")
    parser.add_argument("second", metavar="B", nargs="?", help="another, to tell why they differ")
    parser.add_argument("--of", choices=tuple(QUANTITIES), help="which figures to compare")
    parser.add_argument(
        "--through", metavar="FILE", action="append", default=[],
        help="a figure between the two, to tell causes apart; can be given several times",
    )  # fmt: skip
    parser.add_argument("--method", metavar="ID", help="account for both by this method")
    settings_flags(parser, (*PLACE, *HARDWARE, LEDGER))
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Explain one account, or split the gap between two."""
    settings = load({"ledger": args.ledger, "method": args.method, "factors": args.factors})
    asked = Asked.of(args, settings)
    method = args.method or ""
    first = subject(args.first, asked, method)
    if args.second is None:
        return _explain(args, first)
    others = [subject(each, asked, method) for each in (*args.through, args.second)]
    sides = [each.side() for each in (first, *others)]
    gaps = [gap(one, other, args.of or "") for one, other in pairwise(sides)]
    if args.json:
        write_json({"steps": [_plain(each, sides[n : n + 2]) for n, each in enumerate(gaps)]},
                   args.json)  # fmt: skip
        return 0
    for number, each in enumerate(gaps):
        _print(each, sides[number], sides[number + 1])
    if len(gaps) > 1:
        whole = gaps[-1].second - gaps[0].first
        console().print(f"in all {_signed(whole, gaps[0].unit)}, the sum of the steps")
    told = "central values, so that the parts add up; submeter explain A tells how sure one is"
    console().print(Text(told, style="dim"))
    return 0


def _explain(args: argparse.Namespace, of: Subject) -> int:
    statement = state_together(of.inventories, of.method, Draws(), of.heading)
    lines = told(statement, of.method)
    if args.json:
        write_json({"statement": statement.as_dict(), "words": lines}, args.json)
        return 0
    out = console()
    for line in lines:
        out.print(Text(line), soft_wrap=False)
    return 0


def _plain(each: Gap, sides: list[Side]) -> dict[str, object]:
    return {
        "first": {"name": sides[0].name, "value": each.first},
        "second": {"name": sides[1].name, "value": each.second},
        "quantity": each.quantity,
        "unit": each.unit,
        "causes": [
            {**cause._asdict(), "factor": None if math.isnan(cause.factor) else cause.factor}
            for cause in each.causes
        ],
    }


def _print(each: Gap, first: Side, second: Side) -> None:
    out = console()
    units = {side.inventory.unit.name for side in (first, second)}
    per = f" per {' or '.join(sorted(units))}"
    for side, figure in ((first, each.first), (second, each.second)):
        text, _ = phrase(figure, figure, figure, each.unit)
        out.print(Text(f"{text}{per}  {side.name}", style="bold"))
    table = Table(box=None, pad_edge=False)
    table.add_column("because of")
    table.add_column("adds", justify="right")
    table.add_column("times", justify="right")
    table.add_column("what differs")
    for cause in each.causes:
        times = "" if math.isnan(cause.factor) else f"×{cause.factor:.3g}"
        table.add_row(cause.aspect, _signed(cause.effect, each.unit), times, cause.words)
    out.print(table)
    if not each.causes:
        out.print("they do not differ")
    together = list(conditions(first, second))
    if len(together) > 1:
        names = f"{', '.join(together[:-1])} and {together[-1]}"
        out.print(f"{names} differ at once, and nothing here tells them apart: put a figure "
                  f"between the two that differs in one of them, with --through FILE")  # fmt: skip
    out.print()


def _signed(effect: float, unit: str) -> str:
    """Write a part of a gap with its sign."""
    adds, _ = phrase(abs(effect), abs(effect), abs(effect), unit)
    return f"{'−' if effect < 0 else '+'}{adds}"
