"""A sensor or a probe with the series that it fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable
from submeter.quantities.estimate import Tier
from submeter.sensing.metering.series import ALWAYS, Series
from submeter.traces.trace import Accuracy, PowerTrace
from submeter.workloads.usage import UsageTrace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from submeter.quantities.clock import Clock, Span
    from submeter.sensing.probes.probe import Probe, Use
    from submeter.sensing.sensors.sensor import Sensed, Sensor


class SensorSource:
    """Reads one sensor into one series a domain.

    Parameters
    ----------
    sensor : Sensor
        An open sensor.
    refresh : mapping of str to float
        Measured refresh [s] by domain, where it is known better than the sensor's prior.
    """

    def __init__(self, sensor: Sensor, refresh: Mapping[str, float]) -> None:
        self.sensor = sensor
        self.may_hang = sensor.may_hang
        self.failure = ""
        self._refresh = refresh
        self._sensed: dict[str, Sensed] = {each.domain.id: each for each in sensor.domains()}
        self._series = {name: Series(each.spec) for name, each in self._sensed.items()}

    @property
    def name(self) -> str:
        """The sensor's name."""
        return self.sensor.name

    @property
    def domains(self) -> set[str]:
        """The ids of the domains that it fills."""
        return set(self._sensed)

    @property
    def beat(self) -> float:
        """How often [s] it must be read at least; 0 if a slow heartbeat will do.

        Under half the shortest time in which one of its counters can come round.
        """
        specs = [each.spec for each in self._sensed.values()]
        needs = [spec.wrap / spec.limit / 2 for spec in specs if spec.wrap and spec.limit]
        needs += [each.beat for each in self._sensed.values() if each.beat]
        return min(needs, default=0.0)

    def leave(self, domains: Collection[str]) -> None:
        """Leave domains to another sensor that reads them already."""
        for each in domains:
            self._sensed.pop(each, None)
            self._series.pop(each, None)

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Read once; a failure is kept, never raised."""
        del edge
        try:
            samples = self.sensor.sample(clock.now)
        except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
            expected = isinstance(error, (OSError, SensorUnavailable))
            self.failure = f"{self.name}: {error if expected else repr(error)}"
            for series in self._series.values():
                series.lose(self.failure)
            return
        answered = set()
        for domain, kind, value, instant in samples:
            if domain in self._series:
                self._series[domain].take(kind, instant, value)
                answered.add(domain)
        for domain in self._series.keys() - answered:
            self.failure = f"{self.name}: {domain} did not answer"
            self._series[domain].lose(self.failure)

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory: see `Series.thin` and `Series.forget`."""
        for series in self._series.values():
            series.forget(before)
            series.thin(pinned)

    def restart(self) -> None:
        """Begin anew, after a pause."""
        for series in self._series.values():
            series.restart()

    @property
    def last(self) -> int:
        """When all of its domains had last been read [ns]; 0 if one never was."""
        return min((series.last for series in self._series.values()), default=0)

    def traces(self, span: Span) -> list[PowerTrace]:
        """Give a trace a domain, of what `span` needs, with gaps up to its end."""
        found = []
        for name, sensed in self._sensed.items():
            accuracy = sensed.accuracy
            if name in self._refresh:
                reason = accuracy.reason.replace("refresh not yet measured", "refresh measured")
                accuracy = Accuracy(self._refresh[name], accuracy.low, accuracy.high, reason)
            series = self._series[name]
            found.append(
                PowerTrace(
                    sensed.domain, self.sensor.name, Tier.MEASURED, series.cumulative(span),
                    accuracy, series.gaps(span.end),
                )
            )  # fmt: skip
        return found


class ProbeSource:
    """Reads one probe into its CPU and memory series."""

    may_hang = False
    beat = 0.0

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.failure = ""
        self._series = {"cpu": Series(), "memory": Series()}

    @property
    def name(self) -> str:
        """Who is probed."""
        return self.probe.who

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Read once; a workload that is gone uses nothing more."""
        instant = clock.now()
        try:
            uses = self.probe.sample(edge=edge)
        except (OSError, ValueError, KeyError) as error:
            self.failure = f"{self.name}: {error}"
            return
        self.take(instant, uses)

    def take(self, instant: int, uses: Sequence[Use]) -> None:
        """Take in what was read at `instant` [ns]."""
        for track, value in uses:
            series = self._series[track]
            if track == "memory":
                series.rate(instant, value)
            else:
                series.counter(instant, value)

    def finish(self, instant: int, cpu: int) -> None:
        """Book the CPU time [ns] that a tree had used when it ended, and its memory until then."""
        self._series["cpu"].counter(instant, cpu)
        self._series["memory"].hold(instant)

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory."""
        for series in self._series.values():
            series.forget(before)
            series.thin(pinned)

    def restart(self) -> None:
        """Begin anew, after a pause."""
        for series in self._series.values():
            series.restart()

    @property
    def last(self) -> int:
        """When all that it tells had last been read [ns]; 0 if nothing was."""
        return min((each.last for each in self._series.values() if each.last), default=0)

    def usage(self, span: Span = ALWAYS) -> UsageTrace:
        """Give what was used around `span`."""
        cpu, memory = (self._series[track].cumulative(span) for track in ("cpu", "memory"))
        return UsageTrace(self.name, cpu, memory)
