"""``submeter verify BUNDLE…``: every figure, worked out anew from the readings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.verification import figures, verify
from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import json_flag

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("bundles", nargs="+", metavar="BUNDLE", help="made by submeter bench run")
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Verify; the answer is no if a figure does not follow from the readings."""
    rows = []
    for name in args.bundles:
        bundle = read_bundle(Path(name))
        found = verify(bundle)
        rows.append(
            {
                "bundle": name,
                "sha256": bundle.sha256,
                "figures": figures(bundle.told["summary"]),
                "differences": [each._asdict() for each in found],
            }
        )
        if args.json != "-":
            _print(name, bundle.sha256, figures(bundle.told["summary"]), rows[-1]["differences"])
    if args.json:
        write_json({"bundles": rows}, args.json)
    return 1 if any(row["differences"] for row in rows) else 0


def _print(name: str, digest: str, count: int, differences: object) -> None:
    out = console()
    assert isinstance(differences, list)  # noqa: S101 - as it was made above
    if not differences:
        out.print(Text(f"{name}: all {count} figures follow from its readings", style="green"))
        indented(out, f"sha256 {digest}", style="dim")
        told = "it proves that the figures were worked out from these readings, not who took them"
        indented(out, told, style="dim")
        return
    out.print(Text(f"{name}: {len(differences)} figures do not follow from it", style="bold red"))
    for each in differences:
        indented(out, f"{each['where']}: told {each['told']}, follows {each['follows']}")
