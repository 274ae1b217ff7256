"""What `run` and `attach` do once the work is over: account, print, write files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from submeter.cli.output import console, tell, write_json
from submeter.errors import RecordError, UsageError
from submeter.ledger.location import ledger_folder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.accounting.statement import Statement
    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity


def account_for(activity: Activity, settings: Settings, args: argparse.Namespace) -> None:
    """Account for an entry: to standard error, and to the files that were asked for.

    Raises
    ------
    UsageError
        If a file cannot be written; the account was printed, and the other file written.
    """
    # Brought in only now: numpy and rich must not hold up the start of the work.
    from submeter.accounting.draws import Draws  # noqa: PLC0415
    from submeter.accounting.method import find  # noqa: PLC0415
    from submeter.accounting.statement import state  # noqa: PLC0415
    from submeter.cli.render.report import print_report, unwritten  # noqa: PLC0415
    from submeter.cli.render.scopes import scopes_of, with_scopes  # noqa: PLC0415
    from submeter.cli.render.statement_csv import write as write_csv  # noqa: PLC0415
    from submeter.runs.account import inventory_of  # noqa: PLC0415
    from submeter.runs.methods import all_methods  # noqa: PLC0415

    inventory = inventory_of(activity, {"factors": settings["factors"]})
    rules = find(settings["method"], all_methods())
    statement = state(inventory, rules, Draws())
    scopes = scopes_of(statement, (inventory,))
    if settings.records and not unwritten(activity):
        _keep(statement, inventory, rules, activity.revision, settings)
    try:
        ledger = str(ledger_folder(settings["ledger"] or None, settings.environ))
    except RecordError:
        ledger = ""
    try:
        ledger = ledger if settings.records else ""
        print_report(console(sys.stderr), activity, statement, ledger, scopes)
        sys.stderr.flush()
    except OSError:  # closed, or full: nobody reads it, and the work's own result stands
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    faults = []
    if args.json:
        faults += _fault(lambda: write_json(with_scopes(statement, scopes), args.json))
    if args.csv:
        faults += _fault(lambda: write_csv(statement, activity, args.csv))
    for each in faults[1:]:
        tell(each)
    if faults:
        raise faults[0]


def _keep(
    statement: Statement, inventory: Inventory, method: Method, revision: int, settings: Settings
) -> None:
    """Put a statement on record beside the ledger; one that can't be is told and still shown."""
    from submeter.runs.restatement import record  # noqa: PLC0415 - as the rest of the account

    try:
        folder = ledger_folder(settings["ledger"] or None, settings.environ)
        record(folder, statement, inventory, method, revision)
    except RecordError as error:
        sys.stderr.write(f"warning: {error}\n")


def _fault(write: Callable[[], None]) -> list[UsageError]:
    """Write one file; gives what went wrong, so that the other is written all the same."""
    try:
        write()
    except UsageError as error:
        return [error]
    return []
