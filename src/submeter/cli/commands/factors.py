"""``submeter factors find TEXT``: a published number and its source; ``live``: a grid's hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli import live
from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag
from submeter.errors import UsageError
from submeter.quantities.digits import rounded, significant
from submeter.reference.factors.registry import shipped

if TYPE_CHECKING:
    import argparse

    from submeter.quantities.factor import Factor


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
        raise UsageError("there is nothing to look for", "factors find", "such as: find France")
    return _find(args)


def _find(args: argparse.Namespace) -> int:
    registry = shipped()
    found = registry.find(" ".join(args.text), limit=args.limit)
    if args.json:
        write_json({"factors": [as_dict(each) for each in found]}, args.json)
        return 0 if registry.matches(" ".join(args.text)) else 1
    out = console()
    if not found:
        out.print(f'no factor matches "{" ".join(args.text)}"; try a country, a device, or pue')
        return 1
    words = " ".join(args.text)
    is_near = not registry.matches(words)
    if is_near:
        out.print(f'nothing is called "{words}"; spelt much like it are:', markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    for column in ("value", "95 % interval", "unit"):
        table.add_column(column, no_wrap=True)
    for column in ("year", "basis", "source"):
        table.add_column(column, overflow="fold")
    for each in found:
        digits = significant(each.value, each.low, each.high)
        ends = f"{rounded(each.low, 2)} to {rounded(each.high, 2)}"
        table.add_row(
            each.id, rounded(each.value, digits), ends if each.low < each.high else "exact",
            each.unit, each.period, each.basis, each.source.id,
        )  # fmt: skip
    out.print(table)
    out.print()
    for source in {each.source.id: each.source for each in found}.values():
        line = f"{source.id}: {source.citation} [{source.licence}]"
        out.print(Text(line, style="dim"))
    return 1 if is_near else 0


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
