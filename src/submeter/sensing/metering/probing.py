"""A probe with the series that it fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.sensing.metering.inbox import Inbox
from submeter.sensing.metering.series import ALWAYS, Series
from submeter.workloads.usage import UsageTrace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from submeter.quantities.clock import Clock, Span
    from submeter.sensing.probes.probe import Probe, Use

AT_ONCE = 1_000_000
"""Two probes read within this time [ns] are read at one instant: books need not tell apart what
lies between them."""


class ProbeSource:
    """Reads one probe into its CPU and memory series.

    Parameters
    ----------
    probe : Probe
        Who is probed.
    beside : ProbeSource or None
        One that is read just before it: both are stamped with one instant.
    """

    group = ""
    beat = 0.0
    lags: Collection[float] = ()

    def __init__(self, probe: Probe, beside: ProbeSource | None = None) -> None:
        self.probe = probe
        self._beside = beside
        self.failure = ""
        self.instant = 0
        """When it was last read [ns]; 0 if never."""
        self._inbox: Inbox[tuple[int, Sequence[Use]]] = Inbox(self._work_out)
        self._series = {"cpu": Series(), "memory": Series()}

    @property
    def name(self) -> str:
        """Who is probed."""
        return self.probe.who

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Read once; a workload that is gone uses nothing more."""
        instant = clock.now()
        if self._beside is not None and 0 <= instant - self._beside.instant <= AT_ONCE:
            instant = self._beside.instant
        try:
            uses = self.probe.sample(edge=edge)
        except (OSError, ValueError, KeyError) as error:
            self.failure = f"{self.name}: {error}"
            return
        self.take(instant, uses)

    def take(self, instant: int, uses: Sequence[Use]) -> None:
        """Take in what was read at `instant` [ns]."""
        self.instant = instant
        self._inbox.put((instant, uses))

    def _work_out(self, told: tuple[int, Sequence[Use]]) -> None:
        instant, uses = told
        for track, value in uses:
            series = self._series[track]
            if track == "memory":
                series.rate(instant, value)
            else:
                series.counter(instant, value)

    def shown(self, instant: int) -> bool:
        """Tell whether it has told what was used by `instant` [ns]: it tells that at once."""
        return self.instant >= instant

    def finish(self, instant: int, cpu: int) -> None:
        """Book the CPU time [ns] that a tree had used when it ended, and its memory until then."""
        self._inbox.settle()
        self._series["cpu"].counter(instant, cpu)
        self._series["memory"].hold(instant)

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory."""
        self._inbox.settle()
        for series in self._series.values():
            series.forget(before)
            series.thin(pinned)

    def restart(self) -> None:
        """Begin anew, after a pause."""
        self._inbox.drop()
        for series in self._series.values():
            series.restart()

    @property
    def last(self) -> int:
        """When all that it tells had last been read [ns]; 0 if nothing was."""
        self._inbox.settle()
        return min((each.last for each in self._series.values() if each.last), default=0)

    def usage(self, span: Span = ALWAYS) -> UsageTrace:
        """Give what was used around `span`."""
        self._inbox.settle()
        cpu, memory = (self._series[track].cumulative(span) for track in ("cpu", "memory"))
        return UsageTrace(self.name, cpu, memory)
