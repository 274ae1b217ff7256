"""``submeter doctor``: which sensors answer here, which do not, and how to mend it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.table import Table
from rich.text import Text

from submeter.cli.output import console, elided, indented, write_json
from submeter.cli.parser import json_flag
from submeter.cli.render import provider
from submeter.quantities.clock import Span
from submeter.quantities.digits import phrase, rounded
from submeter.quantities.estimate import Tier
from submeter.runs.calibration import keep, measure_all
from submeter.runs.rig import Rig
from submeter.runs.settings import load
from submeter.runs.sight import draws, measured_share
from submeter.sensing.devices.pci import accelerators
from submeter.sensing.metering.meter import SystemClock
from submeter.sensing.metering.reader import Needed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.quantities.estimate import Estimate
    from submeter.runs.sight import Draw
    from submeter.sensing.discovery import Refusal
    from submeter.sensing.metering.calibration import Calibration

_WATCH = 1.0
"""How long the machine's power is watched [s]."""


class Findings(NamedTuple):
    """What the doctor found."""

    rig: Rig
    draws: list[Draw]
    share: Estimate | None
    calibrations: dict[str, Calibration]
    kept: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    json_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Examine this machine; takes a second or a few, and some more where a GPU is."""
    findings = examine()
    if args.json:
        write_json(as_dict(findings), args.json)
    else:
        _print(console(), findings)
    return 0


def examine() -> Findings:
    """Read every sensor for a moment, and calibrate it."""
    settings = load({})
    clock = SystemClock()
    rig = Rig(settings, clock, None, lambda: Needed((), 0), {})
    rig.meter.start()
    rig.meter.wait(rig.meter.mark(), 2.0)
    start = clock.now()
    calibrations = measure_all(rig.found.sensors)
    kept = keep(settings, calibrations)
    time.sleep(max(0.0, _WATCH - (clock.now() - start) / 1e9))
    mark = rig.meter.mark()
    rig.meter.wait(mark, 2.0)
    span = Span(start, mark.instant)
    seen = rig.evidence(span)
    found = draws(seen.traces, span)
    share = measured_share(found, draws(rig.models(span), span))
    rig.close()
    return Findings(rig, found, share, calibrations, kept)


def as_dict(findings: Findings) -> dict[str, Any]:
    """Give the findings as a JSON object."""
    rig = findings.rig
    return {
        "machine": {
            "name": rig.host.name, "system": rig.host.system, "virtual": rig.host.virtual,
            "processor": rig.host.processor, "threads": rig.host.capacity.threads,
            "memory_bytes": rig.host.capacity.memory,
        },
        "domains": [
            {
                "domain": each.domain, "component": each.component, "inside": each.inside,
                "sensor": each.sensor, "power": each.power.as_dict(),
                "refresh_seconds": _refresh(findings, each.domain),
                "read_seconds": _read(findings, each.domain),
            }
            for each in findings.draws
        ],
        "refusals": [
            {"sensor": each.name, "reason": each.reason, "fix": each.fix} for each in rig.refusals
        ],
        "measured_share": findings.share.as_dict() if findings.share is not None else None,
        "accelerators_plugged_in": accelerators(),
        "calibration_kept": findings.kept,
        "grid_by_the_hour": provider.line(load({})),
    }  # fmt: skip


def _refresh(findings: Findings, domain: str) -> float | None:
    found = findings.calibrations.get(domain)
    return found.refresh if found is not None else None


def _read(findings: Findings, domain: str) -> float | None:
    found = findings.calibrations.get(domain)
    return found.read_cost if found is not None else None


def _print(out: Console, findings: Findings) -> None:
    rig = findings.rig
    capacity = rig.host.capacity
    kind = "virtual machine" if rig.host.virtual else "bare metal"
    out.print(Text(
        f"{rig.host.name}: {kind}, {rig.host.processor or 'processor not told'}, "
        f"{capacity.threads} threads, {capacity.memory / 2**30:.1f} GiB, {rig.host.system}",
        style="bold",
    ))  # fmt: skip
    out.print("\nwhat is seen", style="bold")
    out.print(_domains(findings, out.width))
    _print_refusals(
        out,
        [each for each in rig.refusals if each.name != "replay" or "replay" in rig.roots],
    )
    for vendor, count in accelerators().items():
        if not any(each.component == "gpu" for each in findings.draws):
            out.print(Text(f"\n  {count} accelerator(s) from {vendor} plugged in, none metered"))
    for draw in findings.draws:
        if draw.power.tier is Tier.MEASURED and draw.power.value == 0:
            out.print(Text(
                f"\n  {draw.domain} did not move while it was watched: its counter is stuck, or "
                "masked by a container or a hypervisor; do not rely on it", style="yellow",
            ))  # fmt: skip
    for name, calibration in findings.calibrations.items():
        check = calibration.check
        if check is not None and not check.agrees:
            then = (
                "the counter stands still, and accounts book its power"
                if check.stands_still
                else "accounts widen its interval to hold both"
            )
            told = f"\n  {name}: {check}; {then}"
            out.print(Text(told, style="yellow"))
    out.print()
    out.print(Text(_verdict(findings)))
    out.print(Text(provider.line(load({}))))


_NOT_NAMED = "none was named"
"""The reason of a sensor that asks nobody until an address is named."""
_NOT_HERE = "none needed here"
"""The remedy of a sensor that is of another system."""


def _print_refusals(out: Console, refusals: Sequence[Refusal]) -> None:
    """Print first what should answer and does not, then what could be named, then the rest."""
    elsewhere = [each for each in refusals if each.fix == _NOT_HERE]
    unnamed = [each for each in refusals if each.reason == _NOT_NAMED]
    amiss = [each for each in refusals if each not in (*elsewhere, *unnamed)]
    if amiss:
        out.print("\nwhat does not answer", style="bold")
    for each in amiss:
        indented(out, f"{each.name}: {each.reason}")
        if each.fix:
            indented(out, each.fix, 6, "green")
    if unnamed:
        out.print("\nwhat is asked only where it is named", style="bold")
    for each in unnamed:
        indented(out, f"{each.name}: {each.fix}")
    if elsewhere:
        names = ", ".join(f"{each.name} ({each.reason})" for each in elsewhere)
        out.print(Text(f"\nnot for this machine: {names}", style="dim"))


_HEADS = ("domain", "power", "95 %", "how", "by")
_TIMED = ("refresh", "a read")
_LEAST = 14
"""Columns of a domain's name that are shown at least."""


def _domains(findings: Findings, width: int) -> Table:
    """Give a line for each domain; on a narrow terminal names are shortened, and never figures."""
    timed = any(_refresh(findings, each.domain) is not None for each in findings.draws)
    heads = (*_HEADS, *(_TIMED if timed else ()))
    rows = []
    for each in findings.draws:
        value, interval = phrase(each.power.value, each.power.low, each.power.high, "W")
        name = f"{each.domain} (in {each.inside})" if each.inside else each.domain
        row = [name, value, interval, each.power.tier.value, each.sensor]
        if timed:
            refresh, cost = _refresh(findings, each.domain), _read(findings, each.domain)
            row += [_time(refresh, 1e3, "ms"), _time(cost, 1e6, "µs")]
        rows.append(row)
    others = sum(max(map(len, column)) + 2 for column in list(zip(heads, *rows, strict=True))[1:])
    most = max(_LEAST, width - others)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in heads:
        table.add_column(head, overflow="fold")
    for name, *cells in rows:
        table.add_row(elided(name, most), *cells)
    return table


def _time(seconds: float | None, scale: float, unit: str) -> str:
    return f"{rounded(seconds * scale, 3)} {unit}" if seconds is not None else "-"


def _verdict(findings: Findings) -> str:
    share = findings.share
    if share is None:
        return "Neither a sensor nor a model answers here: nothing is seen of this machine's draw."
    if share.value == 0:
        return (
            "No sensor answers: all of this machine's draw is modelled from published server "
            "measurements, with the intervals above. Nothing here is measured."
        )
    if share.tier is Tier.MEASURED:
        return "A meter sees the whole machine."
    return (
        f"Sensors see about {share.value:.0%} of what this machine is modelled to draw "
        f"({share.low:.0%} to {share.high:.0%}); the rest is modelled or named as left out."
    )
