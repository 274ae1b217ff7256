"""A server's own meter, by Redfish: what its BMC says that the chassis draws.

The energy counter is read where its steps are fine enough, else the power.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import jsonpage, redfish
from submeter.sensing.devices.http import NoAnswer, opened
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REFRESH = 10.0
"""How often a BMC's power changes [s], as a prior: ENERGY STAR's requirements for computer servers
(version 2.0 and later, data measurement and output) ask for a sample at least every 10 s, and
iLO's manual says that it collects every 10 s. Many are quicker; some average over up to 30 s."""

_GAIN = 0.05
"""Relative gain error: the same requirements ask for input power within ±5 %. Taken as 95 %, a
judgement, for a server that need not have been certified."""

_FINE = 0.0001
"""The largest step of an energy counter that is read as one [kWh]: 360 J, a second of a server's
draw. Between coarser steps a counter says that nothing was drawn. A judgement."""

_MOST_WATTS = 60_000
"""No chassis draws more [W]; a judgement."""

_NAME_IT = (
    "name the BMC: SUBMETER_SENSOR_REDFISH=https://bmc.example SUBMETER_AUTH_REDFISH=user:password"
)


class _Meter(NamedTuple):
    sensed: Sensed
    gauge: redfish.Gauge
    kind: Kind


class RedfishSensor:
    """The chassis of one BMC.

    Parameters
    ----------
    address : str
        Of the BMC; with the path of one chassis, that one alone.
    """

    name = "redfish"
    may_hang = True

    def __init__(self, address: str) -> None:
        if not address:
            raise SensorUnavailable("no BMC was named", fix=_NAME_IT)
        with opened(address, self.name, _NAME_IT) as self._site:
            found = redfish.chassis(self._site)
            if not found:
                fix = "some BMCs need a licence to tell it: see the power page of its web interface"
                raise SensorUnavailable("no chassis tells what it draws", self._site.place, fix)
        alone = len(found) == 1
        self._meters = [_meter(each, "bmc" if alone else f"bmc:{each.id}") for each in found]

    @property
    def method(self) -> str:
        """Counter or power, by what the chassis have."""
        kinds = {each.kind for each in self._meters}
        names = {Kind.COUNTER: "redfish-energy/1", Kind.POWER: "redfish-power/1"}
        return "+".join(names[each] for each in sorted(kinds))

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a chassis that lies in no other."""
        return [each.sensed for each in self._meters]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every chassis; one that does not answer is left out."""
        samples, reason = [], f"{self._site.place} tells no power at the moment"
        for sensed, gauge, kind in self._meters:
            instant = now()
            try:
                value = redfish.read(self._site, gauge)
            except NoAnswer as error:
                reason = error.what
                continue
            if value is not None:
                unit = redfish.JOULES_PER_KWH if kind is Kind.COUNTER else 1
                samples.append(Sample(sensed.domain.id, kind, round(value * unit * 10**6), instant))
        if not samples:
            raise OSError(reason)
        return samples

    def close(self) -> None:
        """Let go of the connection."""
        self._site.close()


def _meter(chassis: redfish.Chassis, name: str) -> _Meter:
    """Choose what is read of a chassis, and say how it errs."""
    energy, power = chassis.energy, chassis.power
    step = float(jsonpage.step(energy.value)) if energy is not None else 0.0
    reason = f"gain ±{_GAIN:.0%} and 10 s (ENERGY STAR, computer servers), a judgement elsewhere"
    refresh, cycle, grain, beat, window = _REFRESH, 0.0, 0, 0.0, 0.0
    if energy is not None and (power is None or step <= _FINE):
        gauge, kind = energy, Kind.COUNTER
        grain = round(step * redfish.JOULES_PER_KWH * 1_000_000)
        reason += f"; the counter moves in steps of {step:g} kWh"
    else:
        assert power is not None  # noqa: S101 - a chassis that tells neither is not found
        gauge, kind = power, Kind.POWER
        # Read twice in its time a mean misses nothing; the newest value, all until the next.
        window = power.minutes * 60.0
        cycle, beat = (0.0, window / 2) if window else (_REFRESH, _REFRESH)
        if energy is not None:
            reason += f"; power, for the counter's steps of {step:g} kWh are too coarse"
        if power.minutes:
            reason += f"; a mean over {power.minutes} min"
    # What is drawn in a whole refresh shows between two readings, however close.
    limit = round(5 * (refresh + window)) * _MOST_WATTS * 1_000_000
    accuracy = Accuracy(refresh, 1 - _GAIN, 1 + _GAIN, reason, cycle)
    domain = Domain(name, "machine", device=chassis.device)
    spec = CounterSpec(limit=limit, grain=grain)
    return _Meter(Sensed(domain, spec, accuracy, beat, window), gauge, kind)


def open_sensor(root: str = "") -> RedfishSensor:
    """Open the BMC at the address `root`."""
    return RedfishSensor(root)
