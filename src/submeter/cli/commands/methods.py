"""``submeter methods``: the accounting methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import json_flag
from submeter.runs.methods import all_methods

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Print every method with its rules and its source."""
    if args.json:
        rows = [{**method.as_dict(), "hash": method.hash()} for method in all_methods()]
        write_json({"methods": rows}, args.json)
        return 0
    out = console()
    for method in all_methods():
        out.print(f"{method.id} (version {method.version}): {method.title}", style="bold")
        parts = ", ".join(part.value for part in method.parts) or "nothing"
        components = ", ".join(method.components) or "all"
        rules = (
            f"components {components}; idle energy {method.idle.value}; "
            f"{method.basis.value}-based; beside the components: {parts}"
        )
        indented(out, rules)
        indented(out, method.why)
        indented(out, method.citation, style="dim")
        out.print()
    return 0
