"""``submeter schema NAME``: the JSON Schema of a result."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import TYPE_CHECKING

from submeter.cli.parser import meant
from submeter.errors import UsageError

if TYPE_CHECKING:
    import argparse

SCHEMAS = {
    "statement": ("submeter.accounting", "schema/statement-1.json"),
    "account": ("submeter.accounts", "schema/account-1.json"),
    "life": ("submeter.decisions", "schema/life-1.json"),
    "workload": ("submeter.benchmarks", "schema/workload-1.json"),
}
"""Each schema's package and file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("name", help=f"one of {', '.join(SCHEMAS)}")


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    if args.name not in SCHEMAS:
        fix = meant(args.name, SCHEMAS) or f"choose one of {', '.join(SCHEMAS)}"
        raise UsageError(f'there is no schema "{args.name}"', fix=fix)
    package, file = SCHEMAS[args.name]
    sys.stdout.write((files(package) / file).read_text(encoding="utf-8"))
    return 0
