"""``submeter run -- CMD…``: meter any command and account for it."""

from __future__ import annotations

import os
import sys
from argparse import REMAINDER
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.cli.output import tell, tell_at_a_terminal
from submeter.cli.parser import HARDWARE, LEDGER, PLACE, WORK, given, json_flag, settings_flags
from submeter.cli.report import account_for
from submeter.errors import SubmeterError, UsageError
from submeter.runs.check import check
from submeter.runs.command import run as run_command
from submeter.runs.relay import CutShort
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.usage = "submeter run [options] -- CMD [ARGUMENTS…]"
    parser.add_argument("--name", help="what to call it")
    settings_flags(parser, (*PLACE, *HARDWARE, *WORK, LEDGER))
    parser.add_argument("--method", metavar="ID", help="accounting method")
    parser.add_argument("--period", metavar="TIME", help='heartbeat of the meter ("1 s")')
    json_flag(parser, stdout=False)
    parser.add_argument("--csv", metavar="FILE", help="append the account to a CSV file")
    parser.add_argument("command", nargs=REMAINDER, metavar="CMD")


def run(args: argparse.Namespace) -> int:
    """Run the command; the account goes to standard error, the exit code is the command's."""
    words = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not words:
        fix = "write the command after --: submeter run -- python train.py"
        raise UsageError("there is no command to run", fix=fix)
    if args.json == "-":
        fix = "name a file: standard output is the command's"
        raise UsageError("--json - cannot be used with run", fix=fix)
    for target in filter(None, (args.json, args.csv)):
        if not os.access(Path(target).absolute().parent, os.W_OK):
            fix = "name a file that can be written; the command was not started"
            raise UsageError("the account could not be written there", target, fix)
    settings = load(given(args))
    check(settings)
    outcome = run_command(words, settings, args.name or "", tell_at_a_terminal)
    try:
        account_for(outcome.activity, settings, args)
    except SubmeterError as error:
        tell(error)
    except KeyboardInterrupt as cut:
        if settings.records:
            told = f"cut short; the account is on record: submeter account {outcome.activity.id}"
            sys.stderr.write(f"\n{told}\n")
        return int(cut.args[0]) if isinstance(cut, CutShort) else 130
    return outcome.exit_code
