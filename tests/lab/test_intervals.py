"""The interval holds the truth, and is hardly wider than the meter makes it."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.lab.device import Device
from submeter.lab.waveform import Waveform, flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.traces.reading import Kind
from tests.lab.benches import (
    CYCLE,
    LIMIT,
    LOOK,
    MILLISECOND,
    START,
    Answer,
    Bench,
    best_possible,
    fast_wave,
    lateness,
    random_wave,
    read,
    refresh,
    twins,
    window,
)

waves = st.lists(
    st.tuples(st.integers(MILLISECOND, 5 * SECOND), st.integers(0, 700_000_000)),
    min_size=1,
    max_size=8,
).map(lambda steps: Waveform(tuple(steps)))


REFRESHES = [1, 5, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000]


@st.composite
def counters(draw):
    every = draw(st.sampled_from(REFRESHES)) * MILLISECOND
    device = Device(draw(waves), every, draw(st.integers(0, every - 1)))
    start = START + draw(st.integers(0, 5 * SECOND))
    length = draw(
        st.one_of(
            st.integers(5 * MILLISECOND, SECOND),
            st.integers(SECOND, 100 * SECOND),
            st.integers(1000 * SECOND, 4 * 3600 * SECOND),
        )
    )
    return Bench(device, Span(start, start + length), grain=draw(st.sampled_from([0, 1])))


@given(counters(), st.sampled_from([1.0, 0.1, 10.0]))
def test_a_refreshing_counter_read_at_the_edges_is_never_misjudged(bench, period):
    """Whatever the wave, the refresh and the length of the window: the ends are sure."""
    seconds = bench.window.nanoseconds / SECOND
    answer = read(bench, max(period, seconds / 2000))
    assert answer.held
    assert answer.drawn.coverage == 1.0
    assert answer.width <= LIMIT * best_possible(bench) + 4


@given(counters(), st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
def test_windows_side_by_side_add_up(bench, cuts):
    answer = read(bench, max(1.0, bench.window.nanoseconds / SECOND / 500))
    inside = [each % bench.window.nanoseconds + bench.window.start for each in cuts]
    edges = sorted({*bench.window, *inside})
    parts = [Span(*ends) for ends in pairwise(edges)]
    assert sum(answer.trace.drawn(each).energy for each in parts) == answer.drawn.energy


@given(counters(), st.booleans())
def test_nobody_could_be_surer(bench, means):
    """Two truths that lie as far apart as the narrowest sure interval is wide show the same.

    What was drawn in the refresh that holds an edge may all have been drawn before it, or after.
    """
    start, end = bench.window
    if means:
        every = bench.device.refresh
        span = Span(start, start + 1 + (end - start - 1) % (100 * every))  # each of them is read
        bench = bench._replace(kind=Kind.POWER, averages=every, window=span)
    assume(not any(edge == bench.device.refreshed(edge) for edge in bench.window))
    period = max(1.0, bench.window.nanoseconds / SECOND / 200)
    one, other = (read(each, period) for each in twins(bench))
    assert one.drawn == other.drawn == read(bench, period).drawn
    assert other.truth - one.truth == pytest.approx(best_possible(bench), abs=1e-3)


class Case(NamedTuple):
    """A kind of wave and a kind of meter."""

    wave: Callable[[random.Random], Waveform]
    part_time: bool = False
    kind: Kind = Kind.COUNTER
    mean: bool = False


CASES = {
    "counter": Case(random_wave),
    "counter, fast wave": Case(fast_wave),
    "counter, flat": Case(lambda _: flat(300)),
    "looks 25 of 100 ms": Case(random_wave, part_time=True),
    "looks 25 of 100 ms, fast wave": Case(fast_wave, part_time=True),
    "power at the instant": Case(random_wave, kind=Kind.POWER),
    "power at the instant, fast wave": Case(fast_wave, kind=Kind.POWER),
    "mean power": Case(random_wave, kind=Kind.POWER, mean=True),
    "mean power, fast wave": Case(fast_wave, kind=Kind.POWER, mean=True),
}
LONGEST = {"counter": 4 * 3600.0}
MEANS = ["mean power", "mean power, fast wave"]
LOOKS = ["looks 25 of 100 ms, fast wave", "power at the instant, fast wave"]


def cases(name: str, count: int = 300) -> Iterator[Bench]:
    case = CASES[name]
    chance = random.Random(name)  # noqa: S311 - the same cases every time
    for _ in range(count):
        every = refresh(chance)
        cycle, look = (CYCLE, LOOK) if case.part_time else (0, 0)
        device = Device(case.wave(chance), every, chance.randrange(every), cycle=cycle, look=look)
        span = window(chance, 0.005, LONGEST.get(name, 10.0))
        averages = every if case.mean else 0
        yield Bench(device, span, case.kind, averages, lateness(chance))


@cache
def told(name: str) -> list[tuple[Bench, Answer]]:
    """Give what is told of the cases of one name."""
    return [
        (bench, read(bench, max(1.0, bench.window.nanoseconds / SECOND / 2000)))
        for bench in cases(name)
    ]


@pytest.mark.parametrize("name", CASES)
def test_the_interval_holds_the_truth_at_least_as_often_as_it_says(name):
    """Edges are read late, as on a busy machine; a meter's gain is left out."""
    answers = [answer for _, answer in told(name)]
    assert sum(answer.held for answer in answers) >= 0.95 * len(answers)


@pytest.mark.parametrize("name", MEANS)
def test_intervals_of_a_mean_are_hardly_wider_than_it_makes_them(name):
    """When in its refresh it is read is left to chance: all cases together, and not each."""
    found = [(best_possible(bench), answer.width) for bench, answer in told(name)]
    assert sum(width for _, width in found) <= LIMIT * sum(best for best, _ in found)


@pytest.mark.parametrize("name", LOOKS)
def test_between_looks_nobody_can_tell_much_more(name):
    """Of loads as quick as the meter looks, intervals so much narrower would hold too few.

    Slower loads show the same at the looks, and so have the same intervals.
    """
    answers = [answer for _, answer in told(name)]
    assert sum(answer.would_hold(LIMIT) for answer in answers) < 0.95 * len(answers)


@given(st.floats(0.8, 1.2), st.floats(1.0, 500.0))
def test_a_gain_within_what_is_stated_is_held(gain, watts):
    device = Device(flat(watts), 20 * MILLISECOND, gain=gain)
    bench = Bench(device, Span(START, START + SECOND), gain=0.2 / 0.8)
    answer = read(bench)
    assert answer.held
    assert answer.width <= LIMIT * best_possible(bench)


@pytest.mark.parametrize("grain", [0, 1])
def test_a_window_shorter_than_the_refresh_is_not_said_to_draw_nothing(grain):
    """20 ms within the 100 ms of a counter: its own difference says 0, or five times too much."""
    span, told = Span(START + 1530 * MILLISECOND, START + 1550 * MILLISECOND), []
    for phase in range(100):
        device = Device(flat(300), 100 * MILLISECOND, phase * MILLISECOND)
        answer = read(Bench(device, span, grain=grain))
        assert answer.held
        assert answer.drawn.low == 0
        assert answer.drawn.high >= 5 * answer.truth
        told.append(answer.drawn.energy / answer.truth)
    assert sum(told) / len(told) == pytest.approx(1.0, rel=0.02)


def test_power_that_nobody_looked_at_widens_the_interval():
    span = Span(START + SECOND, START + 11 * SECOND)
    whole = read(Bench(Device(flat(300), 20 * MILLISECOND), span)).drawn
    part = read(Bench(Device(flat(300), 20 * MILLISECOND, cycle=CYCLE, look=LOOK), span)).drawn
    assert part.high - part.low > 3 * (whole.high - whole.low)
