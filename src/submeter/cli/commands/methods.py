"""``submeter methods [ID]``: the accounting methods, and the rules of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.accounting.method import find
from submeter.accounting.rules import in_words
from submeter.cli.output import console, indented, write_json
from submeter.cli.parser import json_flag
from submeter.runs.methods import all_methods

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from submeter.accounting.method import Method


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("id", nargs="?", help="a method; without it, one line for each")
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Print one line a method, or all that one says."""
    methods = all_methods()
    chosen = [find(args.id, methods)] if args.id else methods
    if args.json:
        rows = [
            {**each.as_dict(), "hash": each.hash(), "in_words": in_words(each)} for each in chosen
        ]
        write_json(rows[0] if args.id else {"methods": rows}, args.json)
    elif args.id:
        _print_one(console(), chosen[0])
    else:
        _print_all(console(), chosen)
    return 0


def _print_all(out: Console, methods: list[Method]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("id", no_wrap=True)
    table.add_column("title", no_wrap=True)
    for method in methods:
        table.add_row(Text(method.id, style="bold"), Text(method.title))
    out.print(table)
    out.print("\nthe rules of one, and why: submeter methods bloom-2022")


def _print_one(out: Console, method: Method) -> None:
    out.print(Text(f"{method.id}, version {method.version}: {method.title}", style="bold"))
    indented(out, method.why)
    out.print()
    for about, text in in_words(method).items():
        indented(out, f"{about}: {text}")
    out.print()
    indented(out, method.citation, style="dim")
    indented(out, f"hash {method.hash()[:16]}", style="dim")
    indented(out, f"try: submeter account last --method {method.id}")
    example = _EXAMPLES.get(method.id)
    if example:
        indented(out, f"as it was published: submeter reproduce {example}")


_EXAMPLES = {
    "ml-co2-impact-2019": "mlco2_tpuv3_us_central1",
    "strubell-2019": "strubell_transformer_big_energy",
    "patterson-2021": "patterson_meena_gross",
    "bloom-2022": "bloom_total_lifecycle",
    "olmo-2025": "olmo_t1_13b_dev_co2",
    "google-2025": "gemini_energy_sum",
    "ghg-market": "patterson_gshard600b_net",
}
"""By method, a published case that is worked out by it."""
