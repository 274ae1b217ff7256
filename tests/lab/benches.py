"""Random devices with exactly known truth, read by the real code on a virtual clock."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

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
LIMIT = 1.5
"""So many times as wide as the narrowest that anybody could be sure of an interval is at most."""
START = 1000 * SECOND
CYCLE, LOOK = 100 * MILLISECOND, 25 * MILLISECOND


class Bench(NamedTuple):
    """A device, how its meter tells, the window, and how late its edges are read [ns].

    `averages` is over how long [ns] a told power is a mean, `patience` for how long [s] a slow
    meter is waited for at the end, and `stated` how many times as long as it is its sensor takes
    its refresh to be.
    """

    device: Device
    window: Span
    kind: Kind = Kind.COUNTER
    averages: int = 0
    late: tuple[int, ...] = (0,)
    gain: float = 0.0
    grain: int = 1
    patience: float = math.inf
    stated: float = 1.0


class Answer(NamedTuple):
    """What was read, and what is true."""

    trace: PowerTrace
    drawn: Drawn
    truth: float

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth, to the microjoule."""
        return self.would_hold(1.0)

    @property
    def width(self) -> int:
        """How wide the interval is [µJ]."""
        return self.drawn.high - self.drawn.low

    def would_hold(self, narrower: float) -> bool:
        """Whether it would hold the truth if it were so many times narrower."""
        energy, low, high, _ = self.drawn
        least, most = energy - (energy - low) / narrower, energy + (high - energy) / narrower
        return least - 1 <= self.truth <= most + 1


def read(bench: Bench, period: float = 1.0) -> Answer:
    """Meter a window of a bench by the real source, in the rhythm of the real reader."""
    device, span = bench.device, bench.window
    source = SensorSource(LabSensor({_sensed(bench): device}, bench.kind, bench.averages), {})
    late = list(bench.late)
    drive(
        [source],
        VirtualClock(START),
        list(span),
        period,
        lambda: late.pop(0) if len(late) > 1 else late[0],
        bench.patience,
    )
    (trace,) = source.traces(span)
    return Answer(trace, trace.drawn(span), device.draws.energy(span))


def _sensed(bench: Bench) -> Sensed:
    """Give what its sensor knows of a meter: all but when in its refresh it is read."""
    device, mean = bench.device, bench.averages / SECOND
    refresh, gains = device.refresh / SECOND, (1 - bench.gain, 1 + bench.gain)
    stated = refresh * bench.stated
    accuracy = Accuracy(stated, *gains, "as the lab has it", device.cycle / SECOND)
    beat = (mean or refresh) if bench.kind is Kind.POWER else 0.0
    spec = CounterSpec(device.wrap, grain=bench.grain)
    return Sensed(Domain("gpu:0", "gpu"), spec, accuracy, beat, mean)


def best_possible(bench: Bench) -> float:
    """Give the narrowest sure interval [µJ] of any who reads this meter, however often.

    What a counter shows at an edge had been drawn by then, and what it shows a refresh later had
    not all: whatever was drawn in between may have been drawn on either side, and all readings be
    the same. A mean that holds an edge leaves the same open. Gains are as wide as they are stated.
    """
    (least, most), (low, high) = (_shown(bench, edge) for edge in bench.window)
    meter = bench.device.gain / SECOND
    ends = meter * max(0, low - most), meter * (high - least)
    return ends[1] * (1 + bench.gain) - ends[0] * (1 - bench.gain)


class Twin(NamedTuple):
    """A wave whose running total [1e-9 µJ] is another at some instants, as far as none sees it."""

    wave: Waveform
    totals: dict[int, int]

    def until(self, instant: int) -> int:
        """Give the energy [1e-9 µJ] from time 0 to `instant` [ns]."""
        return self.totals.get(instant, self.wave.until(instant))

    def energy(self, span: Span) -> float:
        """Give the energy [µJ] drawn within `span` [ns]."""
        return (self.until(span.end) - self.until(span.start)) / SECOND


def twins(bench: Bench) -> list[Bench]:
    """Give the bench with the least and the most drawn in its window, of which it shows nothing.

    All that is drawn in the refreshes that hold the edges is drawn at their beginning, or end.
    """
    (least, most), (low, high) = (_shown(bench, edge) for edge in bench.window)
    start, end = bench.window
    found = []
    for totals in ({start: most, end: max(low, most)}, {start: least, end: high}):
        wave: Any = Twin(bench.device.draws, totals)
        found.append(bench._replace(device=replace(bench.device, draws=wave)))
    return found


def _shown(bench: Bench, edge: int) -> tuple[int, int]:
    """Give the ends [1e-9 µJ] between which the total at an edge is known to lie."""
    device, over = bench.device, bench.averages or bench.device.refresh
    first = device.refreshed(edge) + device.refresh
    ends = range(first, edge + over + 1, device.refresh)
    shown = [(device.draws.until(each - over), device.draws.until(each)) for each in ends]
    return min(shown, key=lambda each: each[1] - each[0])


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
