"""One case on the virtual clock: real sensors, real metering, real books; hours in no time."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.estimation import cpu
from submeter.lab.clock import VirtualClock
from submeter.lab.drive import drive
from submeter.lab.peers.booked import figures, told
from submeter.lab.peers.meter import MICROJOULES
from submeter.lab.scenes import OTHERS, OWN, SUM, Site
from submeter.lab.stage import Answer
from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.runs.books import Evidence, book
from submeter.runs.charges import charged
from submeter.runs.metered import Modelled, first_come, load_shape, read
from submeter.sensing.metering.naps import Naps
from submeter.sensing.metering.probing import ProbeSource
from submeter.sensing.metering.source import SensorSource
from submeter.traces.remainder import parted
from submeter.workloads.usage import Capacity, at_least, used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.lab.case import Case
    from submeter.lab.scenes import PutUp, Scene
    from submeter.workloads.activity import Booking
    from submeter.workloads.usage import UsageTrace

_MEMORY = 16 * 2**30


def rehearse(case: Case, scene: Scene, version: str) -> Answer:
    """Ask Submeter about a case on the virtual clock.

    Parameters
    ----------
    case : Case
        The case.
    scene : Scene
        Its hardware.
    version : str
        Submeter's, for the answer.
    """
    clock = VirtualClock()
    begin = clock.now() + round(case.warm * NANOSECONDS_PER_SECOND)
    spans = _spans(case, begin)
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="submeter-lab-"))
        rig = _Rig(scene.put_up(Site(Path(made), clock, begin, stack)), clock)
        stack.callback(rig.close)
        rig.drive(clock, [edge for span in spans for edge in span], case.every)
        ranks = [[rig.window(span, rank) for span in spans] for rank in range(rig.ranks)]
    return Answer(ranks, version)


def _spans(case: Case, begin: int) -> list[Span]:
    found, at = [], begin
    for pause, seconds in case.windows:
        start = at + round(pause * NANOSECONDS_PER_SECOND)
        at = start + round(seconds * NANOSECONDS_PER_SECOND)
        found.append(Span(start, at))
    return found


class _Rig:
    """Sources over what was put up, and books made of what they read."""

    def __init__(self, put_up: PutUp, clock: VirtualClock) -> None:
        self._sensors = put_up.sensors
        self._sources = first_come(SensorSource(each, {}) for each in put_up.sensors)
        self._naps = Naps(clock.asleep)
        self._machine: ProbeSource | None = None
        self._own: list[ProbeSource] = []
        self._threads = 0
        if put_up.usage is not None:
            self._machine = machine = ProbeSource(put_up.usage.machine)
            self._own = [ProbeSource(each, machine) for each in put_up.usage.ranks]
            self._threads = put_up.usage.threads

    @property
    def ranks(self) -> int:
        """How many measure."""
        return max(1, len(self._own))

    def drive(self, clock: VirtualClock, edges: Sequence[int], period: float) -> None:
        """Read all until the last edge is settled."""
        machine = [self._machine] if self._machine is not None else []
        drive([self._naps, *self._sources, *machine, *self._own], clock, edges, period)

    def close(self) -> None:
        """Let go of sensors and probes."""
        for each in self._sensors:
            each.close()
        if self._machine is not None:
            self._machine.probe.close()

    def window(self, span: Span, rank: int) -> dict[str, Any]:
        """Answer a window as a meter in a process of its own does."""
        seen = self._evidence(span, rank)
        bookings = book(seen, span)
        answer = told(bookings, lambda each: figures(each, "device"))
        if seen.own is not None and seen.machine is not None:
            answer |= _accounts(bookings, span, seen.machine, self._threads)
        return {"outer": list(span), "inner": list(span), "cpu": 0.0, "told": answer}

    def _evidence(self, span: Span, rank: int) -> Evidence:
        traces = parted(read(self._sources, span, self._naps.found))
        capacity = Capacity(self._threads, _MEMORY)
        machine = own = shape = None
        if self._machine is not None:
            own = self._own[rank].usage(span)
            machine = at_least(self._machine.usage(span), own)
            curves = (cpu.ESTIMATOR.power_trace, cpu.ESTIMATOR.idle_trace)
            whole, idle = (each(machine, capacity, is_virtual=False) for each in curves)
            shape = load_shape([Modelled(whole, idle)]) if whole is not None else None
        return Evidence(traces, {}, machine, own, {}, capacity, shape)


def _accounts(
    bookings: Sequence[Booking], span: Span, machine: UsageTrace, threads: int
) -> dict[str, dict[str, float]]:
    """Tell who is charged with what, and that nothing is lost between them."""
    busy = used(machine, span).cpu / (threads * span.nanoseconds)
    mirrored = [
        replace(
            each, workload=each.others, others=each.workload, share=max(0.0, busy - each.share)
        )
        for each in bookings
    ]  # fmt: skip
    found = {}
    for name, books in ((OWN, bookings), (OTHERS, mirrored)):
        sums = charged(books)
        if sums is not None:
            keys = ("energy", "low", "high")
            found[name] = {key: each / MICROJOULES for key, each in zip(keys, sums, strict=False)}
            found[name]["coverage"] = sums[3]
    for each in bookings:
        energy, low, high, coverage = figures(each, "device")
        kept = each.workload + each.others + each.idle + each.unattributed
        ends = {"low": low / MICROJOULES, "high": high / MICROJOULES, "coverage": coverage}
        found[SUM] = {"energy": (kept - each.meter + energy) / MICROJOULES, **ends}
    return found
