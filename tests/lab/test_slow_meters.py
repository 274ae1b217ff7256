"""Slow meters: what they had not shown at the end is waited for, or in the interval."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.lab.device import Device
from submeter.lab.waveform import Waveform, flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.traces.reading import Kind
from tests.lab.benches import (
    LIMIT,
    START,
    Bench,
    best_possible,
    fast_wave,
    lateness,
    random_wave,
    read,
)

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
        every = round(chance.choice([0.6, 1, 2, 5, 10, 15]) * SECOND)
        start = START + round(chance.uniform(1, 3) * every)
        span = Span(start, start + round(10 ** chance.uniform(0, 2.3) * SECOND))
        device = Device(WAVES[name](chance, span), every, chance.randrange(every))
        yield Bench(device, span, kind, every if kind is Kind.POWER else 0, lateness(chance))


@pytest.mark.parametrize("patience", [0, math.inf])
@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("kind", Kind)
def test_the_interval_holds_the_truth_whether_the_end_is_waited_for_or_not(name, kind, patience):
    """Refreshes of 0.6 to 15 s, windows of 1 to 200 s: the last refresh may hold the only burst."""
    answers = [read(bench._replace(patience=patience)) for bench in benches(name, kind)]
    assert sum(answer.held for answer in answers) >= 0.95 * len(answers)


@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("kind", Kind)
def test_where_the_end_is_waited_for_it_is_hardly_wider_than_the_meter_makes_it(name, kind):
    """Each of a counter; of a mean, whose refreshes are read by chance, all together."""
    found = [
        (best_possible(bench), read(bench._replace(late=(0,))).width)
        for bench in benches(name, kind, 100)
    ]
    assert sum(width for _, width in found) <= LIMIT * sum(best for best, _ in found)
    if kind is Kind.COUNTER:
        assert all(width <= LIMIT * best + 4 for best, width in found)


@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("stated", [3.0, 10.0])
def test_a_counter_that_is_quicker_than_its_sensor_knows_is_told_by_when_it_moves(name, stated):
    """Read once a second, as long as it moves no oftener."""
    for bench in benches(name, Kind.COUNTER, 100):
        if bench.device.refresh >= SECOND and bench.device.refresh * stated <= 30 * SECOND:
            quicker = bench._replace(late=(0,), stated=stated)
            answer = read(quicker)
            assert answer.held
            assert answer.width <= LIMIT * best_possible(quicker) + 4


@given(st.integers(1, 1_000_000), st.sampled_from([1, 10, 30]), st.floats(0.01, 0.99))
def test_of_what_was_drawn_since_the_last_refresh_nothing_is_known_at_once(watts, every, since):
    """Two loads that differ since then only, by as much as a device can draw, show the same."""
    span = Span(START, START + round((20 + since) * every * SECOND))
    last = START + 20 * every * SECOND
    quiet, busy = (
        Waveform(((last, IDLE), (span.end - last, power), (FOREVER, IDLE)))
        for power in (IDLE, IDLE + watts * 1_000_000)
    )
    devices = [Device(wave, every * SECOND, last % (every * SECOND)) for wave in (quiet, busy)]
    benches = [Bench(each, span, patience=0.0) for each in devices]
    one, other = (read(bench) for bench in benches)
    assert one.drawn == other.drawn
    assert other.truth - one.truth == pytest.approx(watts * since * every * 1e6, rel=1e-6)
    for bench in benches:
        assert read(bench._replace(patience=math.inf)).held


def test_a_power_that_changes_oftener_than_its_sensor_knows_is_told_by_how_often():
    """Looks that come ten times as often leave out so much less."""
    chance, held, widths = random.Random(5), [], []  # noqa: S311 - the same cases every time
    for _ in range(100):
        span = Span(START + 20 * SECOND, START + round(chance.uniform(200, 900)) * SECOND)
        steps = [(SECOND, round(chance.uniform(100, 500) * 1e6)) for _ in range(1000)]
        device = Device(Waveform(tuple(steps)), SECOND, chance.randrange(SECOND))
        bench = Bench(device, span, Kind.POWER, late=lateness(chance), stated=10.0)
        answer = read(bench)
        held.append(answer.held)
        widths.append(answer.width / read(bench._replace(stated=1.0)).width)
    assert sum(held) >= 0.95 * len(held)
    assert max(widths) < 3


@given(st.integers(1, 1_000_000), st.sampled_from([1, 10, 30]), st.integers(0, 500))
def test_of_what_was_drawn_between_two_looks_at_a_power_nothing_is_known(watts, every, phase):
    """A load that is idle at each look and busy in between shows the same as an idle one."""
    look, busy = every * SECOND // 100, (IDLE + watts * 1_000_000)
    rest = every * SECOND - 2 * look
    idle, pulsed = flat(IDLE / 1e6), Waveform(((look, IDLE), (rest, busy), (look, IDLE)))
    start = START + phase * every * SECOND // 500
    span = Span(start, start + 20 * every * SECOND)
    one, other = (
        read(Bench(Device(wave, every * SECOND), span, Kind.POWER)) for wave in (idle, pulsed)
    )
    assert one.drawn == other.drawn
    assert other.truth - one.truth == pytest.approx(20 * 0.98 * every * watts * 1e6)


def test_a_power_that_is_polled_slowly_holds_the_truth_of_loads_that_take_no_heed_of_it():
    """Steps at random, in windows of 1 to 200 looks."""
    chance, held = random.Random(9), []  # noqa: S311 - the same cases every time
    for _ in range(300):
        every = round(chance.choice([0.6, 1, 2, 5, 10]) * SECOND)
        start = START + round(chance.uniform(1, 3) * every)
        span = Span(start, start + round(every * 200 ** chance.random()))
        device = Device(random_wave(chance), every, chance.randrange(every))
        held.append(read(Bench(device, span, Kind.POWER, late=lateness(chance))).held)
    assert sum(held) >= 0.95 * len(held)
