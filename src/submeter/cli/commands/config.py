"""``submeter config``: each setting and where it came from."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from submeter.cli.output import console, tell, write_json
from submeter.cli.parser import HARDWARE, LEDGER, PLACE, WORK, given, json_flag, settings_flags
from submeter.errors import RecordError
from submeter.ledger.location import home, ledger_folder
from submeter.runs.check import faults, strays
from submeter.runs.settings import KNOWN, load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from rich.console import Console

    from submeter.runs.settings import Settings

_SECRET = re.compile(r"(?<=://)[^/]*(?=@)|(?<=\?).*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    settings_flags(parser, (*PLACE, *HARDWARE, *WORK, LEDGER))
    parser.add_argument("--method", metavar="ID", help="accounting method; see submeter methods")
    parser.add_argument("--period", metavar="TIME", help='heartbeat of the meter ("1 s")')
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Print the settings in force; 2 if one of them cannot be used."""
    settings = load(given(args))
    wrong = {fault.name: fault.error for fault in faults(settings)}
    rows = [
        {"name": name, "value": _shown(name, value.text), "from": value.origin,
         "meaning": KNOWN[name].meaning if name in KNOWN else "root of the sensor",
         "problem": str(wrong[name]) if name in wrong else ""}
        for name, value in sorted(settings.values.items())
    ]  # fmt: skip
    if args.json:
        write_json(
            {"settings": rows, "file": settings.file, "places": _places(settings)}, args.json
        )
    else:
        _print(console(), settings, rows)
    sys.stdout.flush()
    for line in strays(settings):
        sys.stderr.write(f"warning: {line}\n")
    for error in wrong.values():
        tell(error)
    return 2 if wrong else 0


def _print(out: Console, settings: Settings, rows: Iterable[Mapping[str, str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("setting", "value", "from", "meaning"):
        table.add_column(column, overflow="fold")
    for row in rows:
        value = Text(row["value"] or "-")
        if row["problem"]:
            value = Text(f"{row['value']} (cannot be used)", style="red")
        table.add_row(row["name"], value, Text(row["from"]), row["meaning"])
    out.print(table)
    out.print()
    for name, place in _places(settings).items():
        out.print(f"{name}: {place}", markup=False, soft_wrap=True)
    out.print(
        f"settings file: {settings.file or 'none (submeter.toml here or above)'}",
        markup=False, soft_wrap=True,
    )  # fmt: skip


def _shown(name: str, text: str) -> str:
    """Give a value as it may be shown: an address without its user, password and query."""
    return _SECRET.sub("…", text) if name.startswith("sensor.") else text


def _places(settings: Settings) -> dict[str, str]:
    try:
        return {
            "state": str(home(settings.environ)),
            "ledger": str(ledger_folder(settings["ledger"] or None, settings.environ)),
        }
    except RecordError as error:
        return {"state": error.line()}
