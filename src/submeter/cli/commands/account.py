"""``submeter account``: the statement of an entry, a job or an account file, by any method."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.statement import state
from submeter.accounting.viewpoint import viewpoint
from submeter.accounts.account_file import account_file
from submeter.accounts.document import FORMATS, read_document
from submeter.cli.asked import Asked
from submeter.cli.output import console, write_json
from submeter.cli.parser import HARDWARE, LEDGER, PLACE, json_flag, settings_flags
from submeter.cli.render.comparison import show
from submeter.cli.render.report import print_whole
from submeter.cli.render.scopes import check_books, scopes_of, with_scopes
from submeter.cli.render.statement_csv import write as write_csv
from submeter.errors import QuantityError, UsageError
from submeter.ledger.book import Ledger
from submeter.ledger.liveness import is_alive, standing
from submeter.ledger.location import ledger_folder
from submeter.quantities.parsing import parse
from submeter.runs.joint import account_jointly, joined
from submeter.runs.methods import all_methods
from submeter.runs.restatement import by_itself, changes, last_issued
from submeter.runs.settings import load
from submeter.workloads.activity import State

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from submeter.accounting.scopes import Scopes
    from submeter.accounting.statement import Statement
    from submeter.accounts.account_file import AccountFile
    from submeter.runs.joint import Joint
    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity, Booking


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("id", nargs="?", help="an id, its beginning, last, or an account file")
    parser.add_argument("--job", metavar="ID", help="all entries of a job: slurm:123, torchrun:ID")
    parser.add_argument("--method", metavar="ID", help="accounting method; see submeter methods")
    settings_flags(parser, (*PLACE, *HARDWARE, LEDGER))
    parser.add_argument(
        "--role", metavar="ROLE",
        help="whose books: operator, buyer, seller; or whose score: consumer, provider",
    )  # fmt: skip
    parser.add_argument(
        "--expected", metavar="UNITS", type=_units, help="what a seller's model will deliver"
    )
    parser.add_argument(
        "--compare", action="store_true", help="the last statement on record beside the new one"
    )
    json_flag(parser)
    parser.add_argument("--csv", metavar="FILE", help="append the account to a CSV file")


def run(args: argparse.Namespace) -> int:
    """Account for an entry of the ledger, which is not changed, for a job, or for a file."""
    if args.job is None and args.id is not None and Path(args.id).exists():
        return _account_for_file(args)
    if args.job is None and args.id is not None and _is_path(args.id):
        fix = "check its path: ls; an entry is named by its id: submeter ledger list"
        raise UsageError("there is no such account file", args.id, fix)
    side = viewpoint(args.role or "", args.method or "", "--role")
    settings = load({"ledger": args.ledger, "method": side.method or args.method})
    ledger = Ledger(ledger_folder(settings["ledger"] or None, settings.environ))
    if args.job is not None:
        return _account_for_job(args, settings, ledger)
    entry = ledger.get(args.id or "last")
    asked = Asked.of(args, settings)
    if args.compare:
        return _compare(args, entry, asked, side.method or args.method)
    rules = find(settings["method"], all_methods())
    check_books(rules.id, side.reporter, args.role, args.expected)
    inventory = asked.inventory(entry, rules)
    statement = state(inventory, rules, Draws())
    if args.csv:
        write_csv(statement, entry, args.csv)
    scopes = scopes_of(statement, (inventory,), side.reporter, args.expected)
    if args.json:
        write_json(with_scopes(statement, scopes), args.json)
        return 0
    stands = standing(entry, is_alive)
    told = "" if stands == State.FINAL.value else f", {stands}: seen so far"
    title = f"{entry.id}  {entry.name}: {entry.seconds:.2f} s{told}"
    _print(title, statement, entry.bookings, scopes)
    return 0


def _is_path(name: str) -> bool:
    """Tell whether a name is meant for a file's: no entry's id has a folder or an ending in it."""
    return os.sep in name or Path(name).suffix.lower() in FORMATS


def _units(text: str) -> float:
    """Read a number of units that was typed."""
    with suppress(QuantityError):
        if (units := parse(text, "ratio")) > 0:
            return units
    fix = 'write how many it will deliver over its life, such as "1e9"'
    raise UsageError(f'"{text}" is no number of units', "--expected", fix)


def _account_for_file(args: argparse.Namespace) -> int:
    """Account for work that was not metered here."""
    asked = Asked.of(args, load({"factors": args.factors}))
    path = Path(args.id)
    told = account_file(read_document(path), asked.of_files(), path.parent)
    side = viewpoint(args.role or "", args.method or "", "--role")
    rules = find(side.method or args.method or told.method, all_methods())
    statement = state(told.inventory, rules, Draws())
    if args.compare:
        return _compare_file(args, told, statement)
    reporter = side.reporter if args.role else told.reporter
    check_books(rules.id, reporter, args.role, args.expected)
    over_life = told.over_life if args.expected is None else args.expected
    scopes = scopes_of(statement, (told.inventory,), reporter, over_life)
    if args.json:
        write_json(with_scopes(statement, scopes), args.json)
        return 0
    _print(f"{args.id}  {told.inventory.name}", statement, scopes=scopes)
    return 0


def _compare_file(args: argparse.Namespace, told: AccountFile, now: Statement) -> int:
    """Show what a file says by itself beside what was asked for."""
    path = Path(args.id)
    configured = {"factors": load({})["factors"]}
    own = account_file(read_document(path), configured, path.parent)
    method = find(own.method, all_methods())
    before = state(own.inventory, method, Draws())
    rules = find(args.method or told.method, all_methods())
    found = changes(own.inventory, told.inventory, (method, rules))
    return show(args, before.as_dict(), now.as_dict(), found, again=None)


def _compare(args: argparse.Namespace, entry: Activity, asked: Asked, method: str | None) -> int:
    """Show the last statement on record of an entry beside the new one, by its own method."""
    settings = asked.settings
    folder = ledger_folder(settings["ledger"] or None, settings.environ)
    issued = last_issued(folder, entry.id) or by_itself(entry, settings["factors"])
    own = issued.method.id if issued.on_record else settings["method"]
    rules = find(method or own, all_methods())
    inventory = asked.inventory(entry, rules)
    now = state(inventory, rules, Draws())
    found = changes(issued.inventory, inventory, (issued.method, rules))
    return show(
        args,
        issued.statement,
        now.as_dict(),
        found,
        again=issued.recomputed() if issued.on_record else None,
    )


def _account_for_job(args: argparse.Namespace, settings: Settings, ledger: Ledger) -> int:
    """Account for all entries of a job as one."""
    if args.id is not None:
        what = "both an entry and a job are named"
        raise UsageError(what, f"{args.id}, --job {args.job}", "name one of them")
    reporter = viewpoint(args.role or "").reporter
    check_books(settings["method"], reporter, args.role, args.expected)
    joint = joined(args.job, list(ledger.activities()))
    asked = Asked.of(args, settings)
    statement, inventories = account_jointly(
        joint, settings["method"], asked.typed, asked.configured, asked.in_time
    )
    scopes = scopes_of(statement, inventories, reporter, args.expected)
    for each in ledger.damage().damage:
        sys.stderr.write(f"warning: {each.path} is damaged: entries of the job may be missing\n")
    if args.csv:
        write_csv(statement, joint.summary, args.csv)
    if args.json:
        write_json({**with_scopes(statement, scopes), "job": joint.as_dict()}, args.json)
        return 0
    _print(_heading(joint), statement, scopes=scopes)
    return 0


def _heading(joint: Joint) -> str:
    """Say of what a job's account is made."""
    counts = {
        "entry": len(joint.entries), "rank": joint.ranks, "machine": joint.machines,
        "retry": joint.retries, "part left out": len(joint.parts),
    }  # fmt: skip
    plural = {"entry": "entries", "retry": "retries", "part left out": "parts left out"}
    words = [
        f"{count} {word if count == 1 else plural.get(word, f'{word}s')}"
        for word, count in counts.items() if count
    ]  # fmt: skip
    return f"{joint.job}  {joint.summary.name}: {', '.join(words)}; {joint.summary.seconds:.2f} s"


def _print(
    title: str,
    statement: Statement,
    bookings: Sequence[Booking] = (),
    scopes: Scopes | None = None,
) -> None:
    out = console()
    out.print(Text(title, style="bold"), soft_wrap=True)
    print_whole(out, statement, bookings, scopes)
