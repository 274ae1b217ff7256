"""``submeter life MODEL``: what making a model and running it came to, and when one overtook."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounts.account_file import account_file
from submeter.accounts.document import read_document
from submeter.cli.asked import Asked
from submeter.cli.output import console, write_json
from submeter.cli.parser import HARDWARE, LEDGER, PLACE, json_flag, settings_flags
from submeter.cli.render.life import print_life
from submeter.decisions.life import life
from submeter.decisions.record import gather
from submeter.errors import UsageError
from submeter.ledger.book import Ledger
from submeter.ledger.location import ledger_folder
from submeter.runs.methods import all_methods
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from submeter.accounting.inventory import Inventory
    from submeter.accounts.account_file import AccountFile
    from submeter.workloads.activity import Activity


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("model", help="name of the model, as run --model gave it")
    parser.add_argument("files", nargs="*", help="account files of work that was not metered here")
    parser.add_argument("--method", metavar="ID", help="accounting method; see submeter methods")
    parser.add_argument(
        "--share", metavar="MODEL=PART", action="append", default=[],
        help="part of the making of its teacher or base that goes with it: teacher=0.25",
    )  # fmt: skip
    settings_flags(parser, (*PLACE, *HARDWARE, LEDGER))
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Add up a model's life; the ledger is not changed."""
    settings = load({"ledger": args.ledger, "method": args.method, "factors": args.factors})
    rules = find(settings["method"], all_methods())
    asked = Asked.of(args, settings)

    def inventory_for(entry: Activity) -> Inventory:
        return asked.inventory(entry, rules)

    ledger = Ledger(ledger_folder(settings["ledger"] or None, settings.environ))
    files = _read(args.files, asked.of_files())
    record = gather(args.model, list(ledger.activities()), files, inventory_for)
    draws = Draws()
    found = life(args.model, record.pieces, rules, draws, _shares(args.share))
    found = replace(found, missing=(*record.missing, *found.missing))
    for each in ledger.damage().damage:
        sys.stderr.write(f"warning: {each.path} is damaged: some of its life may be missing\n")
    if args.json:
        write_json({**found.as_dict(), "seed": draws.seed, "draws": draws.count}, args.json)
    else:
        print_life(console(), found)
    return 0


def _read(paths: Iterable[str], asked: dict[str, str]) -> list[AccountFile]:
    return [
        account_file(read_document(path), asked, path.parent) for path in map(Path, paths)
    ]  # fmt: skip


def _shares(told: Iterable[str]) -> dict[str, float]:
    """Read ``MODEL=PART``; names of models may hold an equals sign, parts may not."""
    found = {}
    for text in told:
        model, _, part = text.rpartition("=")
        try:
            share = float(part)
        except ValueError:
            share = -1.0
        if not model or not 0 <= share <= 1:
            fix = "write it as MODEL=PART, such as teacher=0.25"
            raise UsageError(f'"{text}" is no share of a making', "--share", fix)
        found[model] = share
    return found
