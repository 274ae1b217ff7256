"""``submeter lab``: synthetic hardware whose draw is known exactly, against any meter."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.cli import recordings
from submeter.cli.output import console, write_json
from submeter.cli.parser import json_flag, meant
from submeter.errors import UsageError
from submeter.lab.cases import CASES
from submeter.lab.peers import METERS
from submeter.lab.score import ALONE, score
from submeter.lab.stage import Entrant

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

_METERS = [name for name in METERS if name != "none"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("action", choices=["list", "score", "record", "show"], help="what to do")
    parser.add_argument(
        "--case", action="append", metavar="NAME", help="this case only; can be repeated"
    )
    parser.add_argument(
        "--only", action="append", metavar="METER",
        help=f"score: only this meter, of {', '.join(_METERS)}; can be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--python", metavar="PATH", help="score: the Python that has the other meters (this one)"
    )
    recordings.add_arguments(parser)
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """List the cases, or score (1 if Submeter left its interval anywhere); record, or show."""
    if args.action in ("record", "show"):
        return recordings.run(args)
    recordings.refuse(args)
    return _benches(args)


def _benches(args: argparse.Namespace) -> int:
    from submeter.cli.render import lab  # noqa: PLC0415 - rich, after what was typed is checked

    for name in args.case or ():
        _check(name, CASES, "--case", "submeter lab list names them")
    for name in args.only or ():
        _check(name, _METERS, "--only", f"known are {', '.join(_METERS)}")
    cases = [CASES[name] for name in args.case or CASES]
    if args.action == "list":
        if args.json:
            write_json(lab.list_as_dict(cases), args.json)
        else:
            lab.print_cases(console(), cases)
        return 0
    outcomes = score(cases, entrants(args.only or _METERS, args.python), _progress)
    if args.json:
        write_json(lab.as_dict(cases, outcomes), args.json)
    if args.json != "-":
        lab.show(console(), cases, outcomes)
    own = [each for each in outcomes if each.meter.startswith(ALONE)]
    return 1 if any(each.failed for each in own) else 0


def _check(name: str, known: Iterable[str], flag: str, fix: str) -> None:
    if name not in known:
        raise UsageError(f'there is no "{name}"', flag, meant(name, known) or fix)


def entrants(meters: Iterable[str], python: str | None) -> list[Entrant]:
    """Give the meters with their Pythons; Submeter is always the one that runs here."""
    theirs = shutil.which(python) if python else sys.executable
    if theirs is None:
        raise UsageError("there is no such program", "--python", "name a Python interpreter")
    # Meters run in folders of their own; a virtual environment is known by its unresolved path.
    theirs = str(Path(theirs).absolute())
    found = []
    for name in dict.fromkeys(meters):
        found.append(Entrant(name, sys.executable if name == ALONE else theirs))
        if name == ALONE:
            found.append(Entrant(name, sys.executable, "run"))
    return found


def _progress(case: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{case} is over\n")
