"""Benchmarks for people: how far a run has come, and what a bundle says."""

from __future__ import annotations

import math
from typing import IO, TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from submeter.benchmarks.front import boundary_of
from submeter.benchmarks.latency_bounds import broken
from submeter.benchmarks.metrics import NONE
from submeter.benchmarks.plan import load_of
from submeter.benchmarks.summary import OVERHEAD
from submeter.benchmarks.surroundings import throttled
from submeter.cli.output import indented
from submeter.cli.render.workload import (
    percentiles,
    seconds,
    workload_energy,
    workload_notes,
    workload_rows,
)
from submeter.quantities.digits import phrase, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from submeter.benchmarks.backend import Backend
    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.desk import Progress
    from submeter.benchmarks.front import Standing
    from submeter.benchmarks.task import Task

_VOWELS = "aeio"
_BUSY = 0.1
"""Of a machine that did this part of its work for others, figures are less sure."""


class ProgressLine:
    """One line on a terminal, written anew at each step; silent elsewhere.

    Parameters
    ----------
    stream : file
        Where it is shown.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._shows = stream.isatty()

    def __call__(self, progress: Progress) -> None:
        """Show how far a run has come."""
        if not self._shows:
            return
        width = progress.half_width
        known = f"±{width:.1%}" if math.isfinite(width) else "not known yet"
        left = f"{progress.seconds_left:.0f} s left at most"
        self._stream.write(f"\r\x1b[K{progress.done} queries, energy a query {known}, {left}")
        self._stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._shows:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def progress_line(stream: IO[str]) -> ProgressLine:
    """Give a line that shows progress on `stream`, if it is a terminal."""
    return ProgressLine(stream)


def print_bundle(out: Console, bundle: Bundle, name: str) -> None:
    """Print what a bundle says."""
    told = bundle.told
    model, summary, environment = told["model"], told["summary"], told["environment"]
    work = "" if "workload" in told["summary"] else f"{told['task']['id']}, "
    out.print(Text(f"{model['name']}: {work}{load_of(bundle.plan)}", style="bold"))
    what = [model["engine"], model["precision"], model["device"], "random weights" * model["dummy"]]
    indented(out, ", ".join(each for each in what if each), style="dim")
    where = environment["accelerators"] or [environment["machine"]]
    indented(out, f"on {', '.join(where)}, {environment['threads']} threads", style="dim")
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column(overflow="fold")
    is_replayed = "workload" in summary
    rows = [*(workload_energy(summary) if is_replayed else []), *_energy_rows(summary)]
    rows += _other_rows(summary, len(told["sittings"]))
    rows += workload_rows(summary) if is_replayed else []
    for label, text in rows:
        table.add_row(Text(label), text)
    out.print(table)
    for each in _notes(bundle):
        indented(out, each, 0, "yellow")
    for each in told["missing"]:
        indented(out, f"missing: {each}", 0, "dim")
    indented(out, f"{name}: submeter verify {name}; submeter rate {name}", 0, "dim")


def _energy_rows(summary: Mapping[str, object]) -> list[tuple[str, Text]]:
    rows = []
    energy = summary["energy"]
    assert isinstance(energy, dict)  # noqa: S101 - as the form of a bundle has it
    for boundary, figures in energy.items():
        for unit, each in figures["per"].items():
            text = Text(f"{_joules(each)}, {each['tier']}")
            article = "an" if unit[0] in _VOWELS else "a"
            rows.append((f"{boundary} energy {article} {unit.replace('_', ' ')}", text))
    return rows or [("energy", Text("not seen", style="yellow"))]


def _joules(each: Mapping[str, Any]) -> str:
    value, low, high = each["value"], each["low"], each["high"]
    if low is None or high is None:
        # Of a run shorter than the meter can tell nothing bounds the energy.
        return f"{phrase(value, value, value, 'J')[0]} (too short to be sure)"
    shown, interval = phrase(value, low, high, "J")
    return f"{shown} ({interval})"


def _other_rows(summary: Mapping[str, object], sittings: int) -> list[tuple[str, Text]]:
    rows = []
    quality, speed, statistics = (summary[name] for name in ("quality", "speed", "statistics"))
    if isinstance(quality, dict):
        ends = [f"{quality[end]:.3f}" for end in ("low", "high") if quality[end] is not None]
        told = f" ({' to '.join(ends)})" if ends else ""
        items = f", {quality['items']} items"
        rows.append((quality["metric"], Text(f"{quality['value']:.3f}{told}{items}")))
    assert isinstance(speed, dict)  # noqa: S101 - as above
    assert isinstance(statistics, dict)  # noqa: S101 - as above
    if speed["latency"] is not None:
        rows.append(("latency", Text(percentiles(speed["latency"]))))
    rates = ", ".join(
        f"{_number(rate)} {'queries' if unit == 'query' else unit.replace('_', ' ') + 's'}"
        for unit, rate in speed["per_second"].items()
    )
    rows.append(("in a second", Text(rates)))
    rows.append(("queries", Text(_counted(statistics, sittings))))
    rows += _prepared(summary["stages"])
    phases = summary.get("phases", {})
    assert isinstance(phases, dict)  # noqa: S101 - as above
    rows += _phased(phases)
    overhead = summary["overhead"]
    assert isinstance(overhead, dict)  # noqa: S101 - as above
    if overhead["part"] is not None:
        cost = f"{overhead['part']:.2%} of a core, {overhead['cpu_seconds']:.2g} s of CPU time"
        rows.append(("metering took", Text(cost)))
    return rows


def _prepared(stages: object) -> list[tuple[str, Text]]:
    """Tell what it took to make a corpus ready, of tasks that have one."""
    told = stages.get("prepare") if isinstance(stages, dict) else None
    if told is None:
        return []
    energy = told["energy"]
    drawn = "energy not seen"
    if energy is not None:
        drawn = phrase(energy["value"], energy["low"], energy["high"], "J")[0]
    return [("corpus made ready", Text(f"{drawn}, in {told['seconds']:.3g} s"))]


def _phased(phases: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """Tell how long the first tokens took, and what until then was drawn, and after."""
    rows = []
    for name, told in phases.items():
        energy = told["energy"]
        drawn = ", too short for readings to tell its energy"
        if energy is not None:
            shown, ends = phrase(energy["value"], energy["low"], energy["high"], "J")
            drawn = f", {shown} ({ends})"
        rows.append((name, Text(f"{told['seconds']:.3g} s in all{drawn}")))
    return rows


def _number(value: float) -> str:
    """Write a rate with three digits and no exponent, thousands apart."""
    text = rounded(value, 3)
    return f"{float(text):,.0f}" if "." not in text else text


def _counted(statistics: Mapping[str, object], sittings: int) -> str:
    width = statistics["half_width"]
    known = f", energy a query to ±{width:.1%}" if isinstance(width, float) else ""
    saved = statistics["saved"]
    fewer = f"; {saved} fewer than 1,000" if saved else ""
    # A run that was broken off and gone on with has several.
    again = f", in {sittings} sittings" if sittings > 1 else ""
    return f"{statistics['queries']}, {statistics['warm_up']} of them warm-up{again}{known}{fewer}"


def _notes(bundle: Bundle) -> list[str]:
    """Tell what makes the figures less than they look."""
    summary = bundle.told["summary"]
    told = []
    if not summary["stretches"]:
        told.append(
            "too short: nothing of it is steady, so that no energy is told; allow more --queries "
            "or --time"
        )
    elif summary["statistics"]["half_width"] is None and "workload" not in summary:
        told.append(
            "too short: how much queries differ is not known, so that no interval is told; allow "
            "more --queries"
        )
    work = sum(each["workload"] for each in summary["books"])
    others = sum(each["others"] for each in summary["books"] if each["component"] != "memory")
    if others > _BUSY * (work + others):
        part = others / (work + others)
        told.append(f"busy: other work drew {part:.0%} of what was above idle; measure it alone")
    if held := throttled(bundle.sittings):
        told.append(f"throttled: {held}; compare it with runs that were held back alike")
    part = summary["overhead"]["part"]
    if part is not None and part > OVERHEAD:
        told.append(
            f"metering took {part:.1%} of a core, more than {OVERHEAD:.0%}: let it read more "
            "seldom (--period 1s), or measure for longer"
        )
    told += [f"it misses its bound: {each}" for each in broken(summary)]
    if bundle.told["model"]["dummy"]:
        told.append("random weights: the energy of the shape; no quality, no stars")
    if "workload" in summary:
        told += workload_notes(summary)
    cut = summary["statistics"]["cut_short"]
    if cut and bundle.plan.scenario == "reasoning":
        told.append(f"{cut:.0%} of the answers ended at their limit, not by themselves")
    return told


def print_comparison(
    out: Console,
    bundles: Sequence[tuple[str, Bundle]],
    found: Sequence[Standing],
    unit: str,
) -> None:
    """Print bundles beside one another, the least energy first."""
    table = Table(box=None, pad_edge=False)
    boundary = boundary_of([bundle for _, bundle in bundles], unit)
    for name in (
        "bundle",
        f"{boundary} J a {unit}",
        "quality",
        "latency",
        "a second",
        "on the front",
    ):
        table.add_column(name, overflow="fold")

    def energy(pair: tuple[tuple[str, Bundle], Standing]) -> float:
        value = pair[0][1].told["summary"]["energy"][boundary]["per"][unit]["value"]
        return float(value)

    for (name, bundle), standing in sorted(zip(bundles, found, strict=True), key=energy):
        summary = bundle.told["summary"]
        per = summary["energy"][boundary]["per"][unit]
        quality, latency = summary["quality"], summary["speed"]["latency"]
        table.add_row(
            Text(name),
            Text(_joules(per)),
            Text("-" if quality is None else f"{quality['metric']} {quality['value']:.3f}"),
            Text("-" if latency is None else seconds(latency["p50"])),
            Text(_number(summary["speed"]["per_second"].get(unit, 0))),
            Text(_stands(standing)),
        )
    out.print(table)
    told = (
        "on the front: no other has less energy, better answers and less latency; beats it: in all"
    )
    indented(out, f"{told} of them; the intervals hold the meter's error and the run's", 0, "dim")


def _stands(standing: Standing) -> str:
    place = "yes" if standing.is_on_front else "no"
    chance = f"{standing.dominated:.0%}"
    if not standing.by or chance == "0%":
        return place
    return f"{place}; {chance} that {standing.by} beats it"


def print_choice(
    out: Console, tasks: Sequence[Task], backends: Sequence[Backend], scenarios: Mapping[str, str]
) -> None:
    """Print tasks, backends and scenarios."""
    out.print(Text("tasks", style="bold"))
    for task in tasks:
        needs = f"; pip install {task.extra}" if task.extra else ""
        marked = "not marked" if task.metric is NONE else task.metric.name
        indented(out, f"{task.id}: {task.title} ({task.ability}, {marked}{needs})")
    out.print(Text("backends", style="bold"))
    for backend in backends:
        needs = f"; pip install {backend.extra}" if backend.extra else ""
        indented(out, f"{backend.name}: {backend.title}{needs}")
        indented(out, f"can {', '.join(sorted(backend.abilities))}", 4, "dim")
        for name, meaning in backend.options.items():
            indented(out, f"--option {name}=…  {meaning}", 4, "dim")
    out.print(Text("scenarios", style="bold"))
    for name, told in scenarios.items():
        indented(out, f"{name}: {told}")
