"""Many windows of the same work: their mean is surer, and holds the truth."""

import random
from itertools import accumulate
from typing import NamedTuple

import pytest

from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.runs.books import Evidence, added, book
from submeter.runs.occasions import Occasions, refreshes
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy
from submeter.workloads.activity import Phase
from submeter.workloads.usage import Capacity
from tests.lab.benches import MILLISECOND, START

IDLE = 50_000_000


class Told(NamedTuple):
    """Of all windows together [µJ]: the truth, and what is told of it, plainly and by the mean."""

    truth: float
    plain: tuple[float, float, float]
    surer: tuple[float, float, float]

    @property
    def held(self):
        return self.surer[0] - 2 <= self.truth <= self.surer[2] + 2

    @property
    def width(self):
        return (self.surer[2] - self.surer[0]) / self.truth


def idle(chance, length):
    del chance
    return [(length, IDLE)]


def bursts(chance, length):
    """Give what others do between windows: mostly nothing, now and then something."""
    steps = []
    while length > 0:
        lasts = min(length, round(10 ** chance.uniform(6, 8.5)))
        busy = chance.random() < 0.2
        steps.append((lasts, round(chance.uniform(20, 500) * 1e6) if busy else IDLE))
        length -= lasts
    return steps


def afterglow(chance, length):
    """Give a device that draws half as much again for a while after each window."""
    del chance
    glow = min(length, 2 * SECOND)
    return [(glow, IDLE * 3 // 2), (length - glow + 1, IDLE)]


def measure(chance, count, outside, work=None):
    """Measure `count` windows of one random work by the real code, as parts of a whole."""
    every = chance.choice([20, 50, 100, 200]) * MILLISECOND
    work = work or [
        (round(10 ** chance.uniform(6, 8.3)), round(chance.uniform(100, 500) * 1e6))
        for _ in range(chance.randrange(1, 5))
    ]
    steps, spans = outside(chance, SECOND), []
    now = START + sum(length for length, _ in steps)
    for _ in range(count):
        spans.append(Span(now, now + sum(length for length, _ in work)))
        steps += [*work, *outside(chance, round(every * chance.uniform(2.5, 7)))]
        now = START + sum(length for length, _ in steps)
    whole = Span(START + SECOND // 2, now + SECOND // 2)
    steps.append((2 * SECOND, IDLE))
    # The wave repeats for ever from time 0: it is turned so that it begins at START.
    device = Device(_turned(steps), every, chance.randrange(every))
    accuracy = Accuracy(every / SECOND, 1.0, 1.0, "as the lab has it")
    sensed = Sensed(Domain("gpu:0", "gpu"), CounterSpec(), accuracy)
    source = SensorSource(LabSensor({sensed: device}), {})
    edges = [edge for each in (whole, *spans) for edge in each]
    drive([source], VirtualClock(START), edges, 1.0)
    return told(source, device, whole, spans)


def _turned(steps):
    """Let steps, which a wave repeats for ever from time 0 on, begin at START."""
    before = START % sum(length for length, _ in steps)
    ends = list(accumulate((length for length, _ in steps), initial=0))
    late = ends[-1] - before
    first = [
        (min(end, late) - start, power)
        for start, end, (_, power) in zip(ends, ends[1:], steps, strict=False)
    ]
    rest = [
        (end - max(start, late), power)
        for start, end, (_, power) in zip(ends, ends[1:], steps, strict=False)
    ]
    return Waveform(tuple(each for each in (*rest, *first) if each[0] > 0))


def told(source, device, whole, spans):
    def books(span):
        seen = Evidence(source.traces(span), {}, None, None, {}, Capacity(1, 0))
        return seen, book(seen, span)

    found = Occasions(whole.start)
    parts = []
    for span in spans:
        seen, bookings = books(span)
        found.add(span, bookings, refreshes(seen))
        parts.append((span.seconds, bookings))
    part = Phase("work", 0, sum(seconds for seconds, _ in parts), added(parts))
    (plain,) = part.bookings
    (surer,) = found.surer(part, books(whole)[1], whole.seconds)
    truth = sum(device.draws.energy(span) for span in spans)
    return Told(truth, *((e.meter - e.below, e.meter, e.meter + e.above) for e in (plain, surer)))


def asked(count, outside, times=60, work=None):
    chance = random.Random(count)  # noqa: S311 - the same cases every time
    return [measure(chance, count, outside, work) for _ in range(times)]


@pytest.mark.parametrize("outside", [idle, bursts, afterglow])
@pytest.mark.parametrize("count", [1, 5, 25, 100])
def test_the_mean_holds_the_truth(outside, count):
    answers = asked(count, outside)
    assert sum(each.held for each in answers) >= 0.95 * len(answers)
    for each in answers:
        assert each.plain[0] - 2 <= each.truth <= each.plain[2] + 2
        assert each.surer[0] >= each.plain[0] - 1
        assert each.surer[2] <= each.plain[2] + 1


def test_bursts_amid_idle_are_misread_with_one_sign_and_the_mean_is_not():
    """Every window alone misses what the meter smears over its edges."""
    answers = asked(100, idle)
    plain = sum(each.plain[1] / each.truth - 1 for each in answers) / len(answers)
    surer = sum(each.surer[1] / each.truth - 1 for each in answers) / len(answers)
    assert plain < -0.2
    assert abs(surer) < 0.02


def test_it_narrows_with_the_root_of_their_number_down_to_what_they_have_in_common():
    """Four times as many, half as wide; what they have in common, next to nothing here, stays."""
    work = [(100 * MILLISECOND, 400_000_000)]

    def nothing(chance, length):
        del chance
        return [(length, 1_000_000)]

    widths = {}
    for count in (100, 400):
        chance = random.Random(1)  # noqa: S311 - the same cases every time
        answers = [measure(chance, count, nothing, work) for _ in range(30)]
        widths[count] = sum(each.width for each in answers) / len(answers)
        assert all(each.held for each in answers)
    common = 2 * 0.0925 * 1.0 / 40  # refresh by power outside, over the 40 J of a window
    # What is drawn outside is known from few windows too little: that falls faster than the root.
    assert widths[400] - common <= 0.55 * (widths[100] - common)
