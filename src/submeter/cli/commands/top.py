"""``submeter top``: watch live what this machine draws, and who."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from submeter.cli.output import console, elided, write_json
from submeter.cli.parser import PLACE, json_flag, seconds, settings_flags
from submeter.errors import UsageError
from submeter.quantities.digits import phrase
from submeter.runs.check import check
from submeter.runs.emission_rate import emission_rate
from submeter.runs.place import FILES, of_record
from submeter.runs.settings import load
from submeter.runs.watch import Watch

if TYPE_CHECKING:
    import argparse

    from submeter.reference.factors.places import Place
    from submeter.runs.settings import Settings
    from submeter.runs.watch import Moment

_OF_POWER = ("region", "grid", "pue", "factors")
_PLACE = tuple(flag for flag in PLACE if flag[0] in _OF_POWER)
"""What is asked of a place: what a power emits there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "--interval", type=seconds, default=2.0, metavar="TIME", help="between two looks (2 s)"
    )
    parser.add_argument("--once", action="store_true", help="look once and end")
    parser.add_argument("--rows", type=int, default=15, metavar="N", help="processes shown (15)")
    settings_flags(parser, _PLACE)
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Watch until Ctrl-C; once only where the output is no terminal."""
    if not 0.1 <= args.interval <= 3600:  # noqa: PLR2004 - from the meter's own rhythm to an hour
        fix = "choose between 0.1 and 3600 seconds"
        raise UsageError(f"an interval of {args.interval:g} s", "--interval", fix)
    if args.rows < 0:
        raise UsageError(f"{args.rows} rows", "--rows", "choose 0 or more")
    settings = load({name: getattr(args, name) for name, _, _ in _PLACE})
    check(settings)
    here = _here(settings)
    watch = Watch(settings)
    try:
        if args.json:
            write_json(as_dict(watch.look(args.interval), here), args.json)
        elif args.once or not sys.stdout.isatty():
            console().print(screen(watch.look(args.interval), args.rows, here))
        else:
            _live(watch, args, here)
    finally:
        watch.close()
    return 0


def _here(settings: Settings) -> Place | None:
    """Give the place that is stated; of none nothing is told: its width would say nothing."""
    told = {name: settings[name] for name in _OF_POWER[:3]}
    if not (told["region"] or told["grid"]):
        return None
    whole = {**told, "from": settings.origin("region" if told["region"] else "grid")}
    return of_record({**whole, FILES: settings[FILES]}, datetime.now(UTC).year)


def _live(watch: Watch, args: argparse.Namespace, here: Place | None) -> None:
    first = screen(watch.look(min(1.0, args.interval)), args.rows, here)
    with Live(first, console=console(), screen=True, auto_refresh=False) as live:
        try:
            while True:
                live.update(screen(watch.look(args.interval), args.rows, here), refresh=True)
        except KeyboardInterrupt:
            return


def as_dict(moment: Moment, here: Place | None = None) -> dict[str, Any]:
    """Give a moment as a JSON object; energies in µJ add up to the shared domain's."""
    emitted = [emission_rate(each.power, here) if here else None for each in moment.draws]
    return {
        "seconds": moment.span.seconds,
        "domains": [
            {"domain": each.domain, "component": each.component, "inside": each.inside,
             "sensor": each.sensor, "power": each.power.as_dict(),
             "emission_rate": rate.as_dict() if rate else None}
            for each, rate in zip(moment.draws, emitted, strict=True)
        ],
        "shared_domain": moment.domain,
        "idle_microjoules": moment.idle,
        "rest_microjoules": moment.rest,
        "processes": [
            {"pid": each.pid, "name": each.name, "cpu_seconds": each.cpu / 1e9,
             "microjoules": each.energy}
            for each in moment.consumers
        ],
    }  # fmt: skip


_NAME = 26
"""Columns of a domain's name that are shown at most: a terminal of 80 has room for them."""


def screen(moment: Moment, rows: int, here: Place | None = None) -> Group:
    """Give what is shown; where a place is stated, what each domain emits there too."""
    domains = Table(box=None, pad_edge=False, header_style="dim")
    emitting = ("gCO2e/h", "95 %") if here else ()
    for column in ("domain", "power", "95 %", *emitting, "how", "by"):
        domains.add_column(column)
    for each in moment.draws:
        value, interval = phrase(each.power.value, each.power.low, each.power.high, "W")
        name = f"{each.domain} (in {each.inside})" if each.inside else each.domain
        shown = [elided(name, _NAME), value, interval]
        if here is not None:
            rate = emission_rate(each.power, here)
            shown += phrase(rate.value, rate.low, rate.high, "")
        domains.add_row(*shown, each.power.tier.value, each.sensor)
    lasted = max(moment.span.seconds, 1e-9)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("pid", justify="right")
    table.add_column("process", overflow="ellipsis", no_wrap=True, max_width=32)
    table.add_column("cores", justify="right")
    table.add_column("W above idle", justify="right")
    for consumer in moment.consumers[:rows]:
        cores = consumer.cpu / 1e9 / lasted
        watts = consumer.energy / 1e6 / lasted
        table.add_row(str(consumer.pid), Text(consumer.name), f"{cores:.2f}", f"{watts:.2f}")
    hidden = sum(each.energy for each in moment.consumers[rows:])
    left = [(f"{len(moment.consumers) - rows} more", hidden)] if hidden else []
    left += [("seen too briefly, and the kernel", moment.rest), ("idle", moment.idle)]
    for label, energy in left:
        table.add_row("", Text(label, style="dim"), "", f"{energy / 1e6 / lasted:.2f}")
    title = Text(f"submeter top  {moment.span.seconds:.1f} s", style="bold")
    if here is not None:
        where = "the stated grid" if here.code == "world" else here.name
        title.append(f"  carbon: {where}, with its facility", style="dim")
    below = Text(f"\n{moment.domain} shared out by CPU time", style="bold") if moment.domain else ""
    return Group(title, domains, below, table)
