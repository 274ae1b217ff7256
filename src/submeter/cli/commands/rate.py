"""``submeter rate FILE…``: stars on a named scale, with how sure they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.imports.files import read_results
from submeter.benchmarks.imports.hints import Hints
from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag, meant
from submeter.cli.render.rating import (
    as_rows,
    print_defects,
    print_explanation,
    print_ratings,
)
from submeter.errors import UsageError
from submeter.ratings.ranks import ranks
from submeter.sensing.discovery import entry_points

if TYPE_CHECKING:
    import argparse

    from submeter.ratings.rating import Scale
_TOLD = 3
"""Defects that are told where there is nothing else to tell."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="bundles, CSV with task, model, gpu_energy_wh_per_1000, or files of AI Energy Score, "
        "optimum-benchmark, ML.ENERGY or CodeCarbon",
    )  # fmt: skip
    parser.add_argument(
        "--scale", default="submeter-v1", metavar="NAME",
        help="submeter-v1 (frozen anchors), or aies-v1 (AI Energy Score's first rule)",
    )  # fmt: skip
    parser.add_argument("--task", default="", help="the task, where the file tells none")
    parser.add_argument("--model", default="", metavar="NAME", help="the model, likewise")
    parser.add_argument(
        "--queries", type=int, metavar="N", help="how many a run had, where the file counts none"
    )
    parser.add_argument(
        "--explain", action="store_true",
        help="where each star changes and why, and what the scale is worth on these results",
    )  # fmt: skip
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Rate, and print the stars."""
    scale = find(args.scale, scales())
    if args.queries is not None and args.queries < 1:
        raise UsageError("a run has 1 query or more", "--queries", "say as many as it had")
    hints = Hints(args.task, args.model, args.queries)
    tables = [read_results(Path(each), hints) for each in args.files]
    results = [each for table in tables for each in table.results]
    defects = [each for table in tables for each in table.defects]
    if not results:
        fix = "; ".join(defects[:_TOLD]) or "see their rows"
        raise UsageError("there is nothing to rate", ", ".join(args.files), fix)
    ratings = scale.rate(results)
    placed = ranks(results)
    if args.json:
        write_json(as_rows(ratings, placed), args.json)
        if args.json == "-":
            print_defects(console(sys.stderr), defects)
            return 0
    out = console()
    print_ratings(out, scale, ratings, placed, defects)
    if args.explain:
        print_explanation(out, scale, ratings, scales())
    return 0


def scales() -> list[Scale]:
    """Give every scale that is installed, built-in or not; one that is broken is named."""
    found: list[Scale] = []
    for point in entry_points("submeter.scales"):
        try:
            found.append(point.load())
        except Exception as error:
            fix = "reinstall or remove the package that brings it"
            raise UsageError(f"the scale cannot be loaded: {error!r}", point.name, fix) from error
    return found


def find(name: str, known: list[Scale]) -> Scale:
    """Give the scale of that id.

    Raises
    ------
    UsageError
        If there is none.
    """
    for each in known:
        if each.id == name:
            return each
    ids = [each.id for each in known]
    raise UsageError(f'there is no scale "{name}"', "--scale", meant(name, ids) or ", ".join(ids))
