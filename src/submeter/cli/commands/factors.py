"""``submeter factors find TEXT``: a published number and its source; ``live``: a grid's hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli import live
from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import json_flag
from submeter.errors import UsageError
from submeter.quantities.digits import plain, rounded, significant
from submeter.reference.factors.registry import shipped

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from submeter.quantities.factor import Factor


_WIDE = 120
"""Columns that a table with bases and sources needs."""
_FIGURES = 46
"""Columns that values, intervals, units and years take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    meaning = "find: search by id, name or place; live: ask a provider for a grid's hours"
    parser.add_argument("action", choices=("find", "live"), help=meaning)
    parser.add_argument("text", nargs="*", help="what to look for, such as France or H100")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most N (20)")
    live.add_arguments(parser)
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Search the factors, or show a grid's hours; 1 if none is found."""
    if args.action == "live":
        if args.text:
            raise UsageError("live takes no text", " ".join(args.text), "name it: --zone ZONE")
        return live.run(args)
    if not args.text:
        raise UsageError("there is nothing to look for", fix="submeter factors find France")
    return _find(args)


def _find(args: argparse.Namespace) -> int:
    registry, words = shipped(), " ".join(args.text)
    if args.limit < 1:
        raise UsageError(f"a limit of {args.limit} shows nothing", "--limit", "choose 1 or more")
    rows = registry.find(words, limit=args.limit + 1)
    found, more = rows[: args.limit], len(rows) > args.limit
    if args.json:
        write_json({"factors": [as_dict(each) for each in found]}, args.json)
        return 0 if registry.matches(words) else 1
    out = console()
    if not found:
        told = f'no factor matches "{words}"; try a country, a device, or pue'
        out.print(told, markup=False)
        return 1
    is_near = not registry.matches(words)
    if is_near:
        out.print(f'nothing is called "{words}"; spelt much like it are:', markup=False)
    out.print(_table(found, out.width, whole=out.soft_wrap or out.width >= _WIDE))
    if more:
        told = f"there are more than {args.limit}: say more of its name, or a higher --limit"
        out.print(told, style="dim")
    out.print()
    for source in {each.source.id: each.source for each in found}.values():
        indented(out, f"{source.id}: {source.citation} [{source.licence}]", 0, "dim")
    return 1 if is_near else 0


def _table(found: Sequence[Factor], width: int, *, whole: bool) -> Table:
    """Give factors as a table: what each is and whence on a line of its own where it is narrow."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    most = max(*(len(each.id) for each in found), width - _FIGURES)
    table.add_column("id", no_wrap=True, overflow="ellipsis", max_width=most)
    for column in ("value", "95 % interval", "unit"):
        table.add_column(column, no_wrap=True)
    table.add_column("year")
    if whole:
        for column in ("basis", "source"):
            table.add_column(column, overflow="fold")
    for each in found:
        exact = each.low == each.high
        digits = significant(each.value, each.low, each.high)
        table.add_row(
            each.id if whole else Text.assemble(each.id, (f"\n  {_basis(each)}", "dim")),
            plain(each.value) if exact else rounded(each.value, digits),
            "exact" if exact else f"{rounded(each.low, 2)} to {rounded(each.high, 2)}",
            each.unit, each.period, *((each.basis, each.source.id) if whole else ()),
        )  # fmt: skip
    return table


def _basis(factor: Factor) -> str:
    return ", ".join(filter(None, (factor.basis, factor.source.id)))


def as_dict(factor: Factor) -> dict[str, object]:
    """Give a factor as a JSON object."""
    return {
        "id": factor.id, "value": factor.value, "low": factor.low, "high": factor.high,
        "unit": factor.unit, "spread": factor.spread.value, "tier": factor.tier.value,
        "period": factor.period, "basis": factor.basis, "note": factor.note,
        "source": {
            "id": factor.source.id, "citation": factor.source.citation,
            "licence": factor.source.licence,
        },
    }  # fmt: skip
