"""What the machine draws now, and which processes draw it: the books of the last moments."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.attribution.apportion import apportion
from submeter.attribution.attribution import attribute
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.runs.books import rule_for
from submeter.runs.rig import Rig
from submeter.runs.sight import draws
from submeter.sensing.devices import procfs
from submeter.sensing.metering.meter import SystemClock
from submeter.sensing.metering.reader import Needed
from submeter.workloads.usage import UsageTrace, used

if TYPE_CHECKING:
    from submeter.runs.books import Evidence
    from submeter.runs.settings import Settings
    from submeter.runs.sight import Draw
    from submeter.traces.trace import PowerTrace


class Consumer(NamedTuple):
    """A process and what it drew: id, name, CPU time [ns], energy above idle [µJ]."""

    pid: int
    name: str
    cpu: int
    energy: int


class Moment(NamedTuple):
    """A stretch of time, looked at.

    Parameters
    ----------
    span : Span
        The stretch [ns].
    draws : list of Draw
        Power of every domain.
    consumers : list of Consumer
        Processes by energy, most first.
    idle, rest : int
        Energy [µJ] that nothing caused; that processes caused which were gone before they
        could be seen, and the kernel itself.
    domain : str
        The domain that was shared out: idle + rest + the consumers' is all of it.
    """

    span: Span
    draws: list[Draw]
    consumers: list[Consumer]
    idle: int
    rest: int
    domain: str


class Watch:
    """Looks at the machine again and again.

    Parameters
    ----------
    settings : Settings
        Settings in force.
    """

    def __init__(self, settings: Settings) -> None:
        self._clock = SystemClock()
        self._start = self._clock.now()
        self.rig = Rig(settings, self._clock, None, self._needed, {})
        self.rig.meter.start()
        self.rig.meter.wait(self.rig.meter.mark(), 2.0)
        self._cpu = _cpu_times()
        self._start = self._clock.now()

    def _needed(self) -> Needed:
        return Needed((self._start,), self._start)

    def look(self, seconds: float) -> Moment:
        """Watch for `seconds` [s] and tell what happened."""
        time.sleep(seconds)
        mark = self.rig.meter.mark()
        self.rig.meter.wait(mark, 2.0)
        cpu = _cpu_times()
        span = Span(self._start, mark.instant)
        seen = self.rig.evidence(span)
        moment = self._share(seen, span, cpu)
        self._cpu, self._start = cpu, mark.instant
        return moment

    def _share(self, seen: Evidence, span: Span, cpu: dict[tuple[int, int], int]) -> Moment:
        found = draws(seen.traces, span)
        trace = _processor(seen)
        if trace is None or seen.machine is None:
            return Moment(span, found, [], 0, 0, "")
        nobody = UsageTrace("nobody", Cumulative((), ()), Cumulative((), ()))
        alone = replace(seen, own=nobody)
        shares = attribute(trace, span, rule_for(trace, alone)).shares
        busy = used(seen.machine, span).cpu
        spent = {key: total - self._cpu.get(key, 0) for key, total in cpu.items()}
        rows = [(key, amount) for key, amount in spent.items() if amount > 0]
        known = sum(amount for _, amount in rows)
        weights = [*(amount for _, amount in rows), max(0, busy - known)]
        parts = apportion(shares.others, weights)
        consumers = [
            Consumer(key[0], _name(key[0]), amount, part)
            for (key, amount), part in zip(rows, parts, strict=False)
        ]
        consumers.sort(key=lambda each: -each.energy)
        rest = parts[-1] + shares.unattributed
        return Moment(span, found, consumers, shares.idle, rest, trace.domain.id)

    def close(self) -> None:
        """End it."""
        self.rig.close()


def _processor(seen: Evidence) -> PowerTrace | None:
    """Give the domain whose energy follows CPU time: the processor's, else the machine's."""
    for component in ("cpu", "machine"):
        for trace in seen.traces:
            if trace.domain.component == component and trace.energy.times:
                return trace
    return None


def _cpu_times() -> dict[tuple[int, int], int]:
    """Give the CPU time [ns] of every process, its children's left out, by id and start."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                times = procfs.process_times(int(name))
            except (OSError, ValueError):
                continue
            found[times.pid, times.start] = times.alone
    return found


def _name(pid: int) -> str:
    try:
        return procfs.read(f"/proc/{pid}/comm").strip()
    except OSError:
        return "(ended)"
