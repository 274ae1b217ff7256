"""``submeter leaderboard build | check``: a static site that anybody can verify, and its door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from submeter.benchmarks.signature import needed
from submeter.cli.commands.rate import find, scales
from submeter.cli.commands.verify import demanded, signer_flag
from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import json_flag
from submeter.errors import UsageError
from submeter.web.leaderboard import build
from submeter.web.modelled import read_modelled
from submeter.web.submissions import CHECKS, ERROR, NOTE, WARNING, Demands, check

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from submeter.web.submissions import Finding

_STYLES = {ERROR: "bold red", WARNING: "yellow", NOTE: "dim"}
_HASH = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "what", choices=("build", "check"),
        help="build the site, or check what somebody wants on it",
    )  # fmt: skip
    parser.add_argument("bundles", nargs="+", metavar="BUNDLE", help="each must verify")
    parser.add_argument("--out", metavar="FOLDER", help="the site's folder, of build")
    parser.add_argument("--scale", default="submeter-v1", metavar="NAME", help="submeter-v1")
    parser.add_argument(
        "--modelled", metavar="FILE",
        help="CSV of entries that nobody measured, shown as such: as rate reads it, with low, "
        "high, tier and source",
    )  # fmt: skip
    parser.add_argument("--signed", action="store_true", help="check: each must be signed")
    signer_flag(parser)
    parser.add_argument(
        "--data", action="append", default=[], metavar="SHA256",
        help="check: a data set that is taken (repeated: one of them)",
    )  # fmt: skip
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Build it, or check what is to go onto it; the answer is no if anything is an error."""
    modelled = read_modelled(Path(args.modelled)) if args.modelled else []
    if args.what == "check":
        return _check(args)
    if not args.out:
        raise UsageError("--out is missing", "submeter leaderboard build", "name a new folder")
    scale = find(args.scale, scales())
    count = build(list(map(Path, args.bundles)), Path(args.out), scale, modelled)
    if args.json:
        write_json({"out": args.out, "results": count}, args.json)
    if args.json != "-":
        told = f"{args.out}: {count} results; look at it: python3 -m http.server -d {args.out} 8000"
        console().print(told, markup=False, soft_wrap=True)
    return 0


def _check(args: argparse.Namespace) -> int:
    if args.signed:
        needed()
    wrong = [each for each in args.data if len(each) != _HASH or not set(each) <= set(_DIGITS)]
    if wrong:
        raise UsageError(f'"{wrong[0]}" is no SHA-256', "--data", "64 hexadecimal digits")
    demands = Demands(args.signed, demanded(args), frozenset(each.lower() for each in args.data))
    found = check(list(map(Path, args.bundles)), demands)
    errors = sum(1 for each in found if each.severity is ERROR)
    if args.json:
        rows = [each.as_dict() for each in found]
        write_json({"bundles": len(args.bundles), "errors": errors, "findings": rows}, args.json)
    if args.json != "-":
        _print(found, len(args.bundles), errors)
    return 1 if errors else 0


_DIGITS = "0123456789abcdefABCDEF"


def _print(found: Sequence[Finding], count: int, errors: int) -> None:
    out = console()
    for each in found:
        told = f"{each.number} {each.severity.value}: {each.bundle}: {CHECKS[each.number][1]}"
        out.print(Text(told, style=_STYLES[each.severity]))
        indented(out, each.what)
    style = "bold red" if errors else "green"
    out.print(Text(f"{count} bundles, {errors} errors: {'no' if errors else 'yes'}", style=style))
