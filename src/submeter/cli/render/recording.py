"""What a recording shows, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.cli.output import elided
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.quantities.digits import phrase
from submeter.traces.reading import Kind

if TYPE_CHECKING:
    from rich.console import Console

    from submeter.lab.changes import Known
    from submeter.lab.shown import Report, Shown

SCHEMA = "submeter.recording-report/1"

_COLUMNS = (
    "domain", "number", "refresh", "looks over", "lag", "energy", "95 %", "of counter's",
)  # fmt: skip

_WHOLE = ("domain", "number", "refresh", "lag", "energy", "95 %")
"""Columns whose cells are never broken."""
_NAME = 21
"""Columns of a domain's name that are shown at most."""

_LEGEND = (
    "95 %: what edges and looks leave unsure, the gain left out. Looks over: the time before each "
    "refresh that goes into a number. Lag: behind the counter, to half its refresh."
)

_SURE = 0.01
"""A refresh known better than to this part is told without its interval."""

_TOLD = ("machine", "system", "virtual", "date", "load", "every", "stand_in", "sensors")


def as_dict(report: Report) -> dict[str, Any]:
    """Give what a recording shows as a JSON object; energies in J, times in s, powers in W."""
    return {
        "schema": SCHEMA,
        **{name: report.header[name] for name in _TOLD if name in report.header},
        "seconds": report.seconds,
        "phases": [
            {
                "name": each.name,
                "start": each.span.start / NANOSECONDS_PER_SECOND,
                "end": each.span.end / NANOSECONDS_PER_SECOND,
            }
            for each in report.phases
        ],
        "numbers": [_number(each) for each in report.shown],
    }


def _number(each: Shown) -> dict[str, Any]:
    drawn = each.drawn
    energy = drawn and {
        "value": drawn.energy / 1e6, "low": drawn.low / 1e6, "high": drawn.high / 1e6,
        "coverage": drawn.coverage, "seconds": each.span.nanoseconds / NANOSECONDS_PER_SECOND,
    }  # fmt: skip
    return {
        "domain": each.domain.domain.id,
        "component": each.domain.domain.component,
        "device": each.domain.domain.device,
        "number": each.number,
        "readings": each.readings,
        "gap_seconds": each.gap,
        "refresh_is_at_most_the_gap": each.quick,
        "refresh_seconds": _interval(each.refresh),
        "looks_seconds": _interval(each.looks),
        "part_time": each.part_time,
        "lag_seconds": each.lag,
        "energy": energy,
        "ratio_to_counter": _interval(each.ratio),
        "disagrees": each.disagrees,
        "power_by_phase": dict(each.phases),
    }


def _interval(known: Known | None) -> dict[str, float] | None:
    return known._asdict() if known is not None else None


def print_report(out: Console, report: Report) -> None:
    """Print it: one line a number, and below what stands out."""
    header = report.header
    out.print(Text(f"{header.get('machine', '')}, {header.get('date', '')}", style="bold"))
    if header.get("stand_in"):
        out.print(Text(f"Recorded of a {header['stand_in']}.", style="bold yellow"))
    out.print(Text(f"{report.seconds:.1f} s, {_load(header)}; {_sensors(header)}"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in _COLUMNS:
        table.add_column(column, no_wrap=column in _WHOLE)
    bare = [each for each in report.shown if all(cell == "-" for cell in _cells(each))]
    for each in report.shown:
        if each not in bare:
            table.add_row(elided(each.domain.domain.id, _NAME), each.number, *_cells(each))
    out.print(table)
    for each in bare:
        name = f"{each.domain.domain.id} {each.number}"
        out.print(Text(f"{name} is on the recording, and nothing of the above follows from it"))
    for each in report.shown:
        for told in findings(each):
            out.print(Text(told))
    out.print(_LEGEND, style="dim", markup=False)


def _cells(each: Shown) -> tuple[str, ...]:
    """Write what is known of a number; a dash stands for what it does not tell."""
    energy, interval = "-", "-"
    if each.drawn is not None:
        drawn = each.drawn
        energy, interval = phrase(drawn.energy / 1e6, drawn.low / 1e6, drawn.high / 1e6, "J")
    lag = f"{each.lag * 1e3:.3g} ms" if each.lag is not None else "-"
    ratio = _ratio(each.ratio)
    return _refresh(each), _time(each.looks), lag, energy, interval, ratio


def findings(each: Shown) -> list[str]:
    """Tell in words what stands out of a number."""
    name = f"{each.domain.domain.id} {each.number}"
    told = []
    if each.part_time and each.looks and each.refresh:
        part = each.looks.value / each.refresh.value
        told.append(f"{name} looks at about {part:.0%} of the time")
    if each.disagrees and each.ratio:
        told.append(
            f"{name} and the counter disagree by {each.ratio.value - 1:+.1%}, more than their "
            "edges and looks explain: the gain of one of them is off"
        )
    if each.phases and each.number in tuple(Kind):
        powers = ", ".join(f"{phase} {watts:.4g} W" for phase, watts in each.phases.items())
        told.append(f"{name}: {powers}")
    return told


def _load(header: Any) -> str:  # noqa: ANN401 - as it was written
    load = header.get("load")
    load = load if isinstance(load, dict) else {}
    return " ".join(str(load[key]) for key in ("kind", "name") if key in load) or "load not told"


def _sensors(header: Any) -> str:  # noqa: ANN401 - as it was written
    found = header.get("sensors")
    told = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return ", ".join(
        " ".join(str(each[key]) for key in ("name", "driver") if key in each) for each in told
    )


def _refresh(each: Shown) -> str:
    found = each.refresh
    if found is None:
        return f"at most {each.gap * 1e3:.3g} ms" if each.quick else "-"
    if found.high - found.low < _SURE * found.value:
        return f"{found.value * 1e3:.3g} ms"
    return _time(found)


def _time(known: Known | None) -> str:
    if known is None:
        return "-"
    # A time is not below zero; what differs from it by a float's last digit is.
    low = max(0.0, known.low)
    value, interval = phrase(known.value * 1e3, low * 1e3, known.high * 1e3, "ms")
    return f"{value} ({interval})"


def _ratio(known: Known | None) -> str:
    if known is None:
        return "-"
    value, interval = phrase(*known, "")
    return f"{value.strip()} ({interval})"
