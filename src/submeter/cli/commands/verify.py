"""``submeter verify BUNDLE…``: every figure worked out anew from the readings, and who signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.rules import RULES
from submeter.benchmarks.signature import EXTRA, needed, signatures, signers
from submeter.benchmarks.verification import NotRecomputed, figures, verify
from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import json_flag

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from submeter.benchmarks.bundle import Bundle

_VALID = {True: "valid", False: "not its signature of this bundle", None: f"not checked: {EXTRA}"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("bundles", nargs="+", metavar="BUNDLE", help="made by submeter bench run")
    signer_flag(parser)
    json_flag(parser)


def signer_flag(parser: argparse.ArgumentParser) -> None:
    """Add ``--signer``."""
    parser.add_argument(
        "--signer", action="append", default=[], metavar="KEY",
        help="demand a signature by this key: its fingerprint, its file, or a file of fingerprints "
        "(repeated: by one of them)",
    )  # fmt: skip


def demanded(args: argparse.Namespace) -> frozenset[str]:
    """Give the fingerprints one of which must have signed; empty where no signature is demanded.

    Raises
    ------
    UsageError
        If a key cannot be read, or nothing is installed to check a signature.
    """
    if args.signer:
        needed()
    return frozenset().union(*(signers(each, Path(each)) for each in args.signer))


def run(args: argparse.Namespace) -> int:
    """Verify; the answer is no if a figure does not follow, or a signature does not hold."""
    wanted = demanded(args)
    rows = []
    for name in args.bundles:
        rows.append(_row(name, read_bundle(Path(name)), wanted))
        if args.json != "-":
            _print(console(), rows[-1])
    if args.json:
        write_json({"bundles": rows}, args.json)
    return 0 if all(_holds(each) for each in rows) else 1


def _row(name: str, bundle: Bundle, wanted: frozenset[str]) -> dict[str, Any]:
    signed = signatures(bundle.sums, bundle.signatures)
    by = {each.signer for each in signed if each.holds}
    row: dict[str, Any] = {
        "bundle": name,
        "sha256": bundle.sha256,
        "rules": bundle.rules,
        "signatures": [{"signer": each.signer, "valid": each.holds} for each in signed],
        "demanded": None if not wanted else bool(by & wanted),
        "figures": figures(bundle.told["summary"]),
        "recomputed": True,
        "differences": [],
    }
    try:
        row["differences"] = [
            {"where": each.where, "told": _finite(each.told), "follows": _finite(each.follows)}
            for each in verify(bundle)
        ]
    except NotRecomputed as error:
        row |= {"recomputed": False, "why": str(error)}
    return row


def _finite(value: object) -> object:
    """Give a value that JSON can hold: what follows from altered readings may be endless."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return str(value)
    return value


def _holds(row: dict[str, Any]) -> bool:
    return row["recomputed"] and row["demanded"] is not False and not row["differences"]


def _print(out: Console, row: dict[str, Any]) -> None:
    name, wrong = row["bundle"], row["differences"]
    if not row["recomputed"]:
        out.print(Text(f"{name}: not verified, and not said to be altered", style="bold yellow"))
        indented(out, row["why"])
    elif wrong:
        out.print(Text(f"{name}: {len(wrong)} of what it tells does not hold", style="bold red"))
        for each in wrong:
            indented(out, f"{each['where']}: told {each['told']}, follows {each['follows']}")
        if not row["rules"]:
            told = "it tells no version of its rules: it may be older than they are, not altered"
            indented(out, told, style="yellow")
    else:
        told = f"{name}: all {row['figures']} figures follow from its readings"
        out.print(Text(told, style="green"))
    for each in row["signatures"]:
        style = "green" if each["valid"] else "yellow" if each["valid"] is None else "bold red"
        indented(out, f"signed by {each['signer'] or '?'}: {_VALID[each['valid']]}", style=style)
    if not row["signatures"]:
        indented(out, "unsigned: nobody stands behind it", style="dim")
    if row["demanded"] is False:
        indented(out, "no signer who was demanded has signed it", style="bold red")
    indented(out, f"sha256 {row['sha256']}", style="dim")
    if row["rules"] != RULES:
        told = f"its figures follow rules {row['rules']}; bundles made now follow {RULES}"
        indented(out, told, style="dim")
    told = "it proves that the figures were worked out from these readings, not who took them"
    indented(out, told, style="dim")
