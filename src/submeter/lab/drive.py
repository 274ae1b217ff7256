"""Time passes: meters are read on a virtual clock as the real reader reads them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.metering.rhythm import Rhythm
from submeter.traces.reading import Kind, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.lab.clock import VirtualClock
    from submeter.lab.device import Device
    from submeter.sensing.metering.reader import Source
    from submeter.sensing.sensors.sensor import Sensed


class LabSensor:
    """Synthetic devices behind the protocol of all sensors.

    Parameters
    ----------
    devices : mapping of Sensed to Device
        What each domain's meter is said to be like, and what it is.
    averages : int
        Power is told as a mean over this long [ns]; 0 for power at the instant.
    kind : Kind
        Whether they count energy or tell power.
    """

    name = "lab"
    method = "lab/1"
    may_hang = False

    def __init__(
        self, devices: Mapping[Sensed, Device], kind: Kind = Kind.COUNTER, averages: int = 0
    ) -> None:
        self._devices = dict(devices)
        self._kind = kind
        self._averages = averages

    def domains(self) -> Sequence[Sensed]:
        """Give the domains."""
        return list(self._devices)

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every device."""
        found = []
        for sensed, device in self._devices.items():
            instant = now()
            found.append(Sample(sensed.domain.id, self._kind, self._read(device, instant), instant))
        return found

    def _read(self, device: Device, instant: int) -> int:
        if self._kind is Kind.COUNTER:
            return device.counter(instant)
        if self._averages:
            return device.average(instant, self._averages)
        return device.power(instant)

    def close(self) -> None:
        """Do nothing."""


def drive(
    sources: Sequence[Source],
    clock: VirtualClock,
    edges: Sequence[int],
    period: float = 1.0,
    late: Callable[[], int] = lambda: 0,
    patience: float = math.inf,
) -> None:
    """Read sources from now until the last edge is settled, or waited for no longer.

    Parameters
    ----------
    sources : sequence of Source
        Read one after another at each beat.
    clock : VirtualClock
        It is moved on.
    edges : sequence of int
        The instants [ns] at which a window begins or ends, and readings are asked for.
    period : float
        The heartbeat [s].
    late : callable
        How long [ns] after an edge its reading is begun.
    patience : float
        How long [s] slow meters are waited for at the last edge.
    """
    rhythm = Rhythm(min([period, *(each.beat for each in sources if each.beat)]))
    waiting = sorted(edges)
    ticket = 0
    while True:
        began = clock.now()
        while waiting and waiting[0] <= began:
            waiting.pop(0)
            ticket += 1
        edge = ticket > rhythm.served
        for source in sources:
            source.read(clock, edge=edge)
        rhythm.read(
            ticket,
            began,
            {lag for each in sources for lag in each.lags},
            lambda instant: all(each.shown(instant) for each in sources),
        )
        if not waiting and rhythm.has(ticket, min(patience, rhythm.slowest)):
            return
        beat = began + round(rhythm.pause(began) * NANOSECONDS_PER_SECOND)
        clock.go_to(min([beat, *(edge + late() for edge in waiting[:1])]))
