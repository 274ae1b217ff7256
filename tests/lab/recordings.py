"""Synthetic devices recorded on a virtual clock, by the real recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.clock import VirtualClock
from submeter.lab.drive import LabSensor
from submeter.lab.record import Pace, Recorder
from submeter.lab.tape import Tape
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.runs.host import Host
from submeter.sensing.sensors.sensor import Beside, Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy
from submeter.workloads.usage import Capacity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from submeter.lab.device import Device
    from submeter.lab.load import Edge
    from submeter.sensing.sensors.sensor import Sensor

HOST = Host(
    "secret-host", "Linux 6.1 x86_64", "boot", "Lab CPU", virtual=False, capacity=Capacity(8, 0)
)


class Told(NamedTuple):
    """What a device tells beside its counter: a device of the same draw, averaged over [ns]."""

    what: str
    device: Device
    averages: int = 0


class Telling(LabSensor):
    """A board with a counter that tells its power, too."""

    def __init__(self, board: str, counter: Device, told: Sequence[Told] = ()) -> None:
        accuracy = Accuracy(0.1, 0.95, 1.05, "as the lab has it")
        sensed = Sensed(Domain(board, "gpu", device="Lab One"), CounterSpec(counter.wrap), accuracy)
        super().__init__({sensed: counter})
        self._told = tuple(told)
        self._board = board

    def beside(self, now: Callable[[], int]) -> Sequence[Beside]:
        found = []
        for what, device, averages in self._told:
            instant = now()
            power = device.average(instant, averages) if averages else device.power(instant)
            found.append(Beside(self._board, what, power, instant, averages / SECOND))
        return found


def record(
    path: Path,
    sensors: Sequence[Sensor],
    seconds: float,
    every: float = 0.005,
    edges: Sequence[Edge] = (),
) -> Path:
    """Record sensors for so long [s] of virtual time, one after another at each beat."""
    clock = VirtualClock()
    recorder = Recorder(sensors, clock)
    tape = Tape(str(path), recorder.header(HOST, {"kind": "idle"}, every), clock.now())
    end = clock.now() + round(seconds * SECOND)
    for edge in edges:
        tape.phase(*edge)

    def wait(pause: float) -> bool:
        clock.go_to(clock.now() + round(pause * SECOND))
        for track in recorder.tracks[1:]:
            track.read(tape, clock)
        return clock.now() >= end

    recorder.tracks[0].follow(tape, clock, Pace(every, cpu=lambda: 0), wait)
    tape.close(clock.now())
    return path
