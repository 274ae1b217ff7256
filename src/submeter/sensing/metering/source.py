"""A sensor with the series that it fills."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable
from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.quantities.estimate import Tier
from submeter.sensing.metering.age import Age, lags, placed
from submeter.sensing.metering.crosscheck import TellsPower
from submeter.sensing.metering.inbox import Inbox
from submeter.sensing.metering.moves import by_moves
from submeter.sensing.metering.series import Series
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import PowerTrace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from submeter.quantities.clock import Clock
    from submeter.sensing.metering.calibration import Calibration
    from submeter.sensing.metering.crosscheck import Check
    from submeter.sensing.sensors.sensor import Sensed, Sensor
    from submeter.traces.trace import Accuracy


STARVED = 5
"""Beats of a power that may be missed before what it was meanwhile is not known."""


MISTRUST_EVERY = 8
"""Readings after which it is looked whether a counter has been found to stand still."""


class SensorSource:
    """Reads one sensor into one series a domain.

    Parameters
    ----------
    sensor : Sensor
        An open sensor.
    measured : mapping of str to Calibration
        What was measured of the domains' meters, where it is known better than the sensor's
        priors. A refresh counts that is known from the start, a check whenever it comes.
    """

    def __init__(self, sensor: Sensor, measured: Mapping[str, Calibration]) -> None:
        self.sensor = sensor
        self.group = sensor.name if sensor.may_hang else ""
        self.restarts = self._reads = 0
        self._failure = ""
        self._inbox: Inbox[Sequence[Sample] | str] = Inbox(self._work_out)
        self._measured = measured
        # Readings are placed in time by it: it stays what it was, so that windows add up.
        self._refresh = {
            name: each.refresh for name, each in measured.items() if each.refresh is not None
        }
        self._powers: set[str] = set()
        self._still: set[str] = set()
        self._sensed: dict[str, Sensed] = {each.domain.id: each for each in sensor.domains()}
        self._series = {name: Series(each.spec) for name, each in self._sensed.items()}
        self._mistrust()

    def _mistrust(self) -> None:
        """Turn to the power of what has a counter that stands still, once that is known."""
        for name in self._measured.keys() & self._sensed.keys() - self._still:
            check = self._disagreement(name)
            if check is not None and check.stands_still and isinstance(self.sensor, TellsPower):
                self._inbox.settle()
                self._still.add(name)
                self._refresh.pop(name, None)
                self._sensed[name] = check.by_power(self._sensed[name])
                self._series[name] = Series(self._sensed[name].spec)
                self.restarts += 1

    @property
    def name(self) -> str:
        """The sensor's name."""
        return self.sensor.name

    @property
    def sensed(self) -> list[Sensed]:
        """The domains that it fills, with what is known of their meters."""
        return list(self._sensed.values())

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
        self._reads += 1
        if edge or self._reads % MISTRUST_EVERY == 0:
            self._mistrust()
        try:
            self._inbox.put(self._sample(clock.now))
        except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
            expected = isinstance(error, (OSError, SensorUnavailable))
            self._inbox.put(f"{self.name}: {error if expected else repr(error)}")

    def _work_out(self, told: Sequence[Sample] | str) -> None:
        """Work out one reading, or why there was none."""
        if isinstance(told, str):
            self._failure = told
            for series in self._series.values():
                series.lose(told)
            return
        try:
            answered = self._take(told)
        except Exception as error:  # noqa: BLE001 - what a plug-in told may be anything
            self._work_out(f"{self.name}: it told what cannot be read: {error!r}")
            return
        for domain in self._series.keys() - answered:
            self._failure = f"{self.name}: {domain} did not answer"
            self._series[domain].lose(self._failure)

    @property
    def failure(self) -> str:
        """Why it could not be read, when it last could not; empty if it always could."""
        self._inbox.settle()
        return self._failure

    def _sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read counters, and the power of what has one that stands still: never both."""
        if not self._still:
            return self.sensor.sample(now)
        found = [each for each in self.sensor.sample(now) if each.domain not in self._still]
        if isinstance(self.sensor, TellsPower):
            # Counters that were read are kept, whatever the powers say.
            with suppress(OSError):
                found += [
                    Sample(each.domain, Kind.POWER, each.power, each.instant)
                    for each in self.sensor.powers(now)
                    if each.domain in self._still
                ]
        return found

    def _accuracy(self, name: str) -> Accuracy:
        sensed = self._sensed[name]
        accuracy = sensed.accuracy
        if name in self._powers:
            cycle = max(accuracy.cycle, sensed.beat if sensed.beat > sensed.window else 0.0)
            looks = self._series[name].looks
            accuracy = accuracy._replace(cycle=cycle if looks is None else min(cycle, looks))
        check = self._disagreement(name)
        if check is not None and check.counted > 0 and name not in self._still:
            accuracy = check.widened(accuracy)
        reason = accuracy.reason
        if name in self._refresh:
            reason = reason.replace("refresh not yet measured", "refresh measured")
        return accuracy._replace(refresh=self._age(name).edge, reason=reason)

    def _age(self, name: str) -> Age:
        """Give how old what a meter shows may be: as it was measured, or as its sensor has it."""
        sensed = self._sensed[name]
        return Age(self._refresh.get(name, sensed.accuracy.refresh), sensed.window)

    def _disagreement(self, name: str) -> Check | None:
        known = self._measured.get(name)
        check = known.check if known is not None else None
        return check if check is not None and not check.agrees else None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Tell of which domains counter and power do not agree."""
        found = ((name, self._disagreement(name)) for name in self._sensed)
        return tuple(
            f"{self.name}: {name}: {check}; {self._remedy(name)}" for name, check in found if check
        )

    def _remedy(self, name: str) -> str:
        if name in self._still:
            return "the counter stands still, and its power is booked instead"
        return "the interval holds both"

    @property
    def lags(self) -> Collection[float]:
        """How long [s] after an edge it must be read again to tell what was drawn by then."""
        return lags(self._age(name) for name in self._sensed)

    def shown(self, instant: int) -> bool:
        """Tell whether its meters have shown by now what had been drawn by `instant` [ns]."""
        self._inbox.settle()
        ages = {name: self._age(name) for name in self._sensed}
        return all(
            max(self._series[name].last - _nanoseconds(age.most), self._moved(name)) >= instant
            for name, age in ages.items()
            if age.is_waited_for
        )

    def _moved(self, name: str) -> int:
        """Give when [ns] it had been read last before it moved, where that tells; else 0.

        One that moved since has shown all that had been drawn by then.
        """
        return self._series[name].moved if self._moves(name) else 0

    def _moves(self, name: str) -> bool:
        """Tell whether it is a counter that shows at one time all that was drawn."""
        return bool(self._sensed[name].spec.grain) and name not in self._powers

    def _take(self, samples: Iterable[Sample]) -> set[str]:
        """Take in what a sensor told; gives the domains that told a number that can be."""
        answered = set()
        for domain, kind, value, instant in samples:
            if domain not in self._series or value < 0:
                continue
            if kind is Kind.POWER:
                self._powers.add(domain)
                self._miss(domain, instant)
            self._series[domain].take(kind, instant, value)
            answered.add(domain)
        return answered

    def _miss(self, domain: str, instant: int) -> None:
        """Lose a stretch in which nobody looked at a power for much longer than its beat."""
        series, beat = self._series[domain], self._sensed[domain].beat
        unseen = (instant - series.last) / NANOSECONDS_PER_SECOND
        if series.last and beat and unseen > max(STARVED * beat, 1.0):
            series.lose(f"{self.name}: nobody could look at {domain} for {unseen:.1f} s")

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory: see `Series.thin` and `Series.forget`."""
        self._inbox.settle()
        for name, series in self._series.items():
            series.forget(before)
            late = _nanoseconds(self._age(name).most)
            series.thin([*pinned, *(each + late for each in pinned)])

    def restart(self) -> None:
        """Begin anew, after a pause."""
        self.restarts += 1
        self._inbox.drop()
        for series in self._series.values():
            series.restart()

    @property
    def last(self) -> int:
        """Up to when what all of its domains drew is known [ns]; 0 if nothing is."""
        self._inbox.settle()
        lasts = (
            series.last - self._age(name).back * (2 if self._moves(name) else 1)
            for name, series in self._series.items()
        )
        return max(0, min(lasts, default=0))

    @property
    def slowest(self) -> int:
        """How old what its slowest domain shows may be [ns]."""
        return max((_nanoseconds(self._age(name).most) for name in self._sensed), default=0)

    def traces(self, span: Span, around: int = 0) -> list[PowerTrace]:
        """Give a trace a domain, of what `span` and `around` [ns] about it need, with gaps."""
        self._inbox.settle()
        return [self._trace(name, span, around) for name in self._sensed]

    def _trace(self, name: str, span: Span, around: int) -> PowerTrace:
        series, back = self._series[name], self._age(name).back
        needed = Span(span.start - max(2 * back, around), span.end + max(4 * back, around))
        read, gaps, ends = series.cumulative(needed), series.gaps(span.end), None
        energy = placed(read, back, span.end)
        if self._moves(name) and read.times:
            moved, ends = by_moves(read, 2 * back, self._sensed[name].spec.grain, span.end)
            # Where a gap begins and ends is told by readings.
            energy = energy if gaps else moved
        return PowerTrace(
            self._sensed[name].domain,
            self.sensor.name,
            Tier.MEASURED,
            energy,
            self._accuracy(name),
            tuple(gap._replace(start=gap.start - back, end=gap.end - back) for gap in gaps),
            ends=ends,
        )


def _nanoseconds(seconds: float) -> int:
    return round(seconds * NANOSECONDS_PER_SECOND)
