"""``submeter account ID``: work out a statement anew, by any method, for any place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from submeter.cli.output import console, write_json
from submeter.cli.parser import LEDGER, PLACE, json_flag, settings_flags
from submeter.cli.render.statement import print_doubts, print_figures, print_sources
from submeter.cli.render.statement_csv import write as write_csv
from submeter.errors import UsageError
from submeter.ledger.book import Ledger
from submeter.ledger.location import ledger_folder
from submeter.runs.account import account
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("id", nargs="?", default="last", help="an id, its beginning, or last")
    parser.add_argument("--method", metavar="ID", help="accounting method; see submeter methods")
    settings_flags(parser, (*PLACE, LEDGER))
    json_flag(parser)
    parser.add_argument("--csv", metavar="FILE", help="append the account to a CSV file")


def run(args: argparse.Namespace) -> int:
    """Account for an entry of the ledger; the entry is not changed."""
    settings = load({"ledger": args.ledger, "method": args.method})
    if Path(args.id).exists():
        what = "account files are not read yet"
        raise UsageError(what, args.id, "give the id of an entry: submeter ledger list")
    entry = Ledger(ledger_folder(settings["ledger"] or None, settings.environ)).get(args.id)
    place = {name: getattr(args, name) or "" for name, *_ in PLACE}
    if not entry.place and not any(place.values()):
        place = {name: settings[name] for name in place}
    statement = account(entry, settings["method"], place)
    if args.csv:
        write_csv(statement, entry, args.csv)
    if args.json:
        write_json(statement.as_dict(), args.json)
        return 0
    out = console()
    out.print(Text(f"{entry.id}  {entry.name}: {entry.seconds:.2f} s", style="bold"))
    print_figures(out, statement)
    print_doubts(out, statement)
    print_sources(out, statement)
    return 0
