"""Meters that nobody waits for: what they had not shown at the end is in the interval."""

import random

import pytest

from submeter.lab.device import Device
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.traces.reading import Kind
from tests.lab.benches import START, Bench, best_possible, fast_wave, lateness, random_wave, read

IDLE, BURST = 50_000_000, 500_000_000
FOREVER = 4000 * SECOND


def rare_bursts(chance, span):
    """Give a load that is idle for a while and busy for a moment, over and over."""
    del span
    rest, busy = chance.uniform(5, 60), chance.uniform(0.05, 5)
    return Waveform(((round(rest * SECOND), IDLE), (round(busy * SECOND), BURST)))


def one_burst(chance, span):
    """Give a load that is idle but for one moment, anywhere in the window."""
    busy = round(min(span.nanoseconds, 10 ** chance.uniform(-1, 1) * SECOND))
    start = (span.start + chance.randrange(span.nanoseconds - busy + 1)) % FOREVER
    return Waveform(((start, IDLE), (busy, BURST), (FOREVER - start - busy, IDLE)))


WAVES = {
    "random": lambda chance, _: random_wave(chance),
    "fast": lambda chance, _: fast_wave(chance),
    "rare bursts": rare_bursts,
    "one burst": one_burst,
}


def benches(name, kind, count=300):
    chance = random.Random(3)  # noqa: S311 - the same cases every time
    for _ in range(count):
        every = round(chance.choice([0.6, 1, 2, 5, 10, 30]) * SECOND)
        start = START + round(chance.uniform(1, 3) * every)
        span = Span(start, start + round(10 ** chance.uniform(0, 2.3) * SECOND))
        device = Device(WAVES[name](chance, span), every, chance.randrange(every))
        yield Bench(device, span, kind, every if kind is Kind.POWER else 0, lateness(chance))


@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("kind", Kind)
def test_what_a_slow_meter_had_not_shown_is_in_the_interval(name, kind):
    """Refreshes of 0.6 to 30 s, windows of 1 to 200 s: the last refresh may hold the only burst."""
    answers = [read(bench) for bench in benches(name, kind)]
    assert sum(answer.held for answer in answers) >= 0.95 * len(answers)


@pytest.mark.parametrize("name", ["random", "fast"])
def test_the_interval_of_a_slow_counter_stays_near_what_the_meter_makes_it(name):
    widths = sorted(
        (answer.drawn.high - answer.drawn.low) / best_possible(bench)
        for bench in benches(name, Kind.COUNTER, 100)
        for answer in [read(bench)]
    )
    assert widths[50] < 2
    assert widths[90] < 3
