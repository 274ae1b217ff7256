"""``submeter factors live``: what a provider tells of a grid, hour by hour."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.cli.output import console, write_json
from submeter.errors import UsageError
from submeter.quantities.digits import ends, rounded, significant
from submeter.reference.live import instants
from submeter.reference.live.hourly import UNIT
from submeter.reference.live.lookup import Found
from submeter.runs.hours import forecast, hours
from submeter.runs.settings import load

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from submeter.reference.live.hourly import Hourly, Mean

LIVE = (
    ("provider", "NAME", "whom to ask: electricity-maps, entsoe, uk-carbon-intensity, watttime"),
    ("zone", "ZONE", "the zone in the provider's words, such as FR, GB or CAISO_NORTH"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    for name, metavar, meaning in LIVE:
        parser.add_argument(f"--{name}", metavar=metavar, help=f"live: {meaning}")
    moment = "2026-11-24T10:00Z"
    parser.add_argument("--from", metavar="TIME", dest="start", help=f"live: since when, {moment}")
    parser.add_argument("--to", metavar="TIME", dest="end", help="live: until when; now by default")
    parser.add_argument("--forecast", action="store_true", help="live: what is expected instead")


def run(args: argparse.Namespace) -> int:
    """Show the hours; 1 if none is known."""
    settings = load({"provider": args.provider, "zone": args.zone})
    now = time.time_ns()
    if args.forecast:
        if args.start or args.end:
            raise UsageError("a forecast begins now", "--from, --to", "leave them out")
        hourly = forecast(settings, now)
        found = Found(hourly if hourly.stretches else None, hourly.notes)
    else:
        found = hours(settings, _span(args, now), now)
    if args.json:
        write_json(as_dict(found), args.json)
    else:
        _print(console(), found)
    return 0 if found.hourly is not None else 1


def _span(args: argparse.Namespace, now: int) -> tuple[int, int]:
    """Give the stretch of time that was asked for [ns UTC]; the last 24 hours by default."""
    end = _instant(args.end, "--to") if args.end else now
    start = (
        _instant(args.start, "--from") if args.start else end - end % instants.HOUR - instants.DAY
    )
    if start >= min(end, now):
        what = f"from {instants.short(start)} to {instants.short(end)} there is no past"
        raise UsageError(what, "--from, --to", "--forecast shows what is expected")
    return start, end


def _instant(text: str, where: str) -> int:
    try:
        return instants.read(text)
    except ValueError:
        fix = "write it as 2026-11-24T10:00Z or 2026-11-24T11:00+01:00"
        raise UsageError(f'"{text}" is no time with an offset', where, fix) from None


def as_dict(found: Found) -> dict[str, Any]:
    """Give the hours as a JSON object."""
    hourly = found.hourly
    if hourly is None:
        return {"hours": [], "mean": None, "unit": UNIT, "notes": list(found.notes)}
    return {
        "id": hourly.id, "zone": hourly.zone, "basis": hourly.basis, "unit": UNIT,
        "fetched": instants.write(hourly.fetched),
        "source": {"id": hourly.source.id, "citation": hourly.source.citation,
                   "licence": hourly.source.licence},
        "hours": [
            {"start": instants.write(start), **_numbers(mean)} for start, mean in hourly.by_hour()
        ],
        "mean": _numbers(_whole(hourly)),
        "notes": list(found.notes),
    }  # fmt: skip


def _numbers(mean: Mean | None) -> dict[str, float | None]:
    """Give the numbers of a mean; those of an hour that is not known are null."""
    if mean is None:
        return {"value": None, "low": None, "high": None, "coverage": 0.0}
    factor = mean.factor
    return {
        "value": factor.value, "low": factor.low, "high": factor.high, "coverage": mean.coverage,
    }  # fmt: skip


def _whole(hourly: Hourly) -> Mean | None:
    return hourly.mean(hourly.stretches[0].start, hourly.stretches[-1].end)


def _print(out: Console, found: Found) -> None:
    if found.hourly is not None:
        out.print(Text(f"{found.hourly.id}: {found.hourly.basis}, {UNIT}", style="bold"))
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("hour (UTC)", "value", "95 % interval", "seen"):
            table.add_column(column)
        for start, mean in found.hourly.by_hour():
            table.add_row(instants.short(start), *_cells(mean))
        table.add_row("mean", *_cells(_whole(found.hourly)), style="bold")
        out.print(table)
        source = found.hourly.source
        out.print(Text(f"{source.citation} [{source.licence}]", style="dim"))
    else:
        out.print("no hour is known; accounts take the yearly table (submeter factors find grid)")
    for note in found.notes:
        out.print(Text(note))


def _cells(mean: Mean | None) -> tuple[str, str, str]:
    if mean is None:
        return "-", "not known", "0 %"
    factor = mean.factor
    value = rounded(factor.value, significant(factor.value, factor.low, factor.high))
    return value, ends(value, factor.low, factor.high), f"{mean.coverage:.0%}"
