"""``submeter rate FILE…``: stars on a named scale, with how sure they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.bundle import is_bundle, read_bundle
from submeter.benchmarks.results import result_of
from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag, meant
from submeter.cli.render.rating import as_rows, print_explanation, print_ratings
from submeter.errors import UsageError
from submeter.ratings.ranks import ranks
from submeter.ratings.table import Read, read_table
from submeter.sensing.discovery import entry_points

if TYPE_CHECKING:
    import argparse

    from submeter.ratings.rating import Scale

_MOST = 256 * 1024 * 1024
"""More bytes than any table of results has."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="bundles, or CSV with task, model_class, model, gpu_energy_wh_per_1000",
    )  # fmt: skip
    parser.add_argument(
        "--scale", default="submeter-v1", metavar="NAME",
        help="submeter-v1 (frozen anchors), or aies-v1 (AI Energy Score's first rule)",
    )  # fmt: skip
    parser.add_argument("--task", default="", help="the task, where no column tells it")
    parser.add_argument(
        "--explain", action="store_true",
        help="where each star changes and why, and what the scale is worth on these results",
    )  # fmt: skip
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Rate, and print the stars."""
    scale = find(args.scale, scales())
    tables = [_read(Path(each), args.task) for each in args.files]
    results = [each for table in tables for each in table.results]
    if not results:
        raise UsageError("there is nothing to rate", ", ".join(args.files), "see their rows")
    ratings = scale.rate(results)
    placed = ranks(results)
    if args.json:
        write_json(as_rows(ratings, placed), args.json)
        if args.json == "-":
            return 0
    out = console()
    print_ratings(out, scale, ratings, placed, [each for table in tables for each in table.defects])
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


def _read(path: Path, task: str) -> Read:
    try:
        if is_bundle(path):
            return Read((result_of(read_bundle(path), path.name),), ())
        if path.stat().st_size > _MOST:
            raise UsageError("too large for a table of results", str(path), "rate it in parts")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        fix = "see that it is there, and readable"
        raise UsageError(f"it cannot be read: {error.strerror}", str(path), fix) from error
    except UnicodeDecodeError as error:
        raise UsageError("it is no text in UTF-8", str(path), "save it as CSV in UTF-8") from error
    return read_table(text, path.name, task)
