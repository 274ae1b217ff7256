"""Random devices with exactly known truth, read by the real code on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.clock import VirtualClock
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import Waveform, square
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from random import Random

    from submeter.lab.device import Device
    from submeter.traces.trace import Drawn, PowerTrace

MILLISECOND = 1_000_000
START = 1000 * SECOND
CYCLE, LOOK = 100 * MILLISECOND, 25 * MILLISECOND


class Bench(NamedTuple):
    """A device, how its meter tells, the window, and how late its edges are read [ns]."""

    device: Device
    window: Span
    kind: Kind = Kind.COUNTER
    averages: int = 0
    late: tuple[int, ...] = (0,)
    gain: float = 0.0


class Answer(NamedTuple):
    """What was read, and what is true."""

    trace: PowerTrace
    drawn: Drawn
    truth: float

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth, to the microjoule."""
        return self.drawn.low - 1 <= self.truth <= self.drawn.high + 1


def read(bench: Bench, period: float = 1.0) -> Answer:
    """Meter a window of a bench by the real source, in the rhythm of the real reader."""
    device, span = bench.device, bench.window
    refresh = device.refresh / SECOND
    gains = (1 - bench.gain, 1 + bench.gain)
    accuracy = Accuracy(refresh, *gains, "as the lab has it", device.cycle / SECOND)
    beat = refresh if bench.kind is Kind.POWER else 0.0
    sensed = Sensed(Domain("gpu:0", "gpu"), CounterSpec(device.wrap), accuracy, beat)
    clock = VirtualClock(START)
    source = SensorSource(LabSensor({sensed: device}, bench.kind, bench.averages), {})
    late = list(bench.late)
    drive([source], clock, list(span), period, lambda: late.pop(0) if len(late) > 1 else late[0])
    (trace,) = source.traces(span)
    return Answer(trace, trace.drawn(span), device.draws.energy(span))


def best_possible(bench: Bench) -> float:
    """Give the narrowest sure interval [µJ] of any who reads this counter, however often.

    At each edge, what was drawn in the refresh that holds it: nobody can know when within it.
    """
    device = bench.device
    refreshes = (device.refreshed(edge) for edge in bench.window)
    return sum(device.draws.energy(Span(at, at + device.refresh)) for at in refreshes)


def window(chance: Random, shortest: float, longest: float) -> Span:
    """Give a window of a length [s] between two, as often of each order of magnitude."""
    start = START + round(chance.uniform(0.5, 3.0) * SECOND)
    return Span(start, start + round(longest * (shortest / longest) ** chance.random() * SECOND))


def random_wave(chance: Random) -> Waveform:
    """Give steps of 1 ms to 5 s between 20 and 500 W."""
    steps = [
        (round(10 ** chance.uniform(6, 9.7)), round(chance.uniform(20, 500) * 1e6))
        for _ in range(chance.randrange(1, 8))
    ]
    return Waveform(tuple(steps))


def fast_wave(chance: Random) -> Waveform:
    """Give a square wave as fast as meters refresh."""
    return square(50, 400, chance.uniform(0.005, 0.2), chance.uniform(0.1, 0.9))


def refresh(chance: Random) -> int:
    """Give a refresh [ns] as counters have it."""
    return chance.choice([1, 5, 20, 50, 100, 200]) * MILLISECOND


def lateness(chance: Random) -> tuple[int, ...]:
    """Give how late [ns] a thread on a busy machine reads two edges."""
    return tuple(round(10 ** chance.uniform(3.5, 6.3)) for _ in range(2))
