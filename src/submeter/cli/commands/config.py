"""``submeter config``: each setting and where it came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.table import Table

from submeter.cli.output import console, write_json
from submeter.cli.parser import HARDWARE, LEDGER, PLACE, WORK, given, json_flag, settings_flags
from submeter.errors import RecordError
from submeter.ledger.location import home, ledger_folder
from submeter.runs.settings import KNOWN, load

if TYPE_CHECKING:
    import argparse

    from submeter.runs.settings import Settings

_SECRET = re.compile(r"(?<=://)[^/]*(?=@)|(?<=\?).*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    settings_flags(parser, (*PLACE, *HARDWARE, *WORK, LEDGER))
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Print the settings in force."""
    settings = load(given(args))
    rows = [
        {"name": name, "value": _shown(name, value.text), "from": value.origin,
         "meaning": KNOWN[name].meaning if name in KNOWN else "root of the sensor"}
        for name, value in sorted(settings.values.items())
    ]  # fmt: skip
    if args.json:
        write_json(
            {"settings": rows, "file": settings.file, "places": _places(settings)}, args.json
        )
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("setting", "value", "from", "meaning"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(row["name"], row["value"] or "-", row["from"], row["meaning"])
    out = console()
    out.print(table)
    out.print()
    for name, place in _places(settings).items():
        out.print(f"{name}: {place}", markup=False)
    out.print(
        f"settings file: {settings.file or 'none (submeter.toml here or above)'}", markup=False
    )
    return 0


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
