"""Running totals in the making: thinning changes no total, a gap is not zero."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering import series as series_module
from submeter.sensing.metering.series import Series
from submeter.traces.counter import CounterSpec
from submeter.traces.reading import Kind
from submeter.traces.trace import Gap
from tests.strategies import running

steps = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 1000)), min_size=1, max_size=60)


def counted(moves, spec=CounterSpec()):  # noqa: B008 - immutable
    series = Series(spec)
    times, raws = running([each[0] for each in moves]), running([each[1] for each in moves], 7)
    for instant, raw in zip(times, raws, strict=True):
        series.counter(instant, raw % spec.wrap if spec.wrap else raw)
    return series, times, raws


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(series_module, "MOST_SAMPLES", 10)


@given(steps)
def test_a_counters_growth_is_its_total(moves):
    series, times, raws = counted(moves)
    assert list(series.cumulative().totals) == [raw - raws[0] for raw in raws]
    assert list(series.cumulative().times) == times


@given(steps, st.integers(1001, 5000))
def test_a_wrapping_counter_has_the_same_total(moves, wrap):
    plain, _, _ = counted(moves)
    wrapping, _, _ = counted(moves, CounterSpec(wrap=wrap))
    assert wrapping.cumulative() == plain.cumulative()


@given(steps, st.lists(st.integers(0, 6000), max_size=5), st.integers(1, 4))
def test_thinning_changes_no_total_between_what_was_kept(moves, pins, times_over):
    before, _, _ = counted(moves)
    full = before.cumulative()
    limit, series_module.MOST_SAMPLES = series_module.MOST_SAMPLES, 10
    try:
        for _ in range(times_over):
            before.thin(pins)
    finally:
        series_module.MOST_SAMPLES = limit
    thin = before.cumulative()
    assert set(thin.times) <= set(full.times)
    for pair in pairwise(thin.times):
        assert thin.between(Span(*pair)) == full.between(Span(*pair))
    assert (thin.times[0], thin.times[-1]) == (full.times[0], full.times[-1])


@given(steps, st.lists(st.integers(0, 6000), min_size=2, max_size=5))
def test_thinning_changes_no_window_whose_edges_are_pinned(moves, pins):
    series, _, _ = counted(moves)
    full = series.cumulative()
    limit, series_module.MOST_SAMPLES = series_module.MOST_SAMPLES, 10
    try:
        series.thin(pins)
    finally:
        series_module.MOST_SAMPLES = limit
    for start, end in pairwise(sorted(pins)):
        assert series.cumulative().between(Span(start, end)) == full.between(Span(start, end))


@given(steps, st.integers(-10, 7000), st.integers(0, 7000), st.integers(0, 7000))
def test_forgetting_changes_no_window_after(moves, before, one, other):
    series, _, _ = counted(moves)
    full = series.cumulative()
    series.forget(before)
    start, end = sorted((max(before, one), max(before, other)))
    assert series.cumulative().between(Span(start, end)) == full.between(Span(start, end))
    window = Span(start, end)
    assert series.cumulative(window).between(window) == full.between(window)


@given(steps, st.integers(0, 7000), st.integers(0, 7000))
def test_a_window_asks_only_for_its_own_past(moves, one, other):
    series, _, _ = counted(moves)
    start, end = sorted((one, other))
    late, full = series.cumulative(Span(start, end)), series.cumulative()
    assert late.between(Span(start, end)) == full.between(Span(start, end))
    assert late.seen(Span(start, end)) == full.seen(Span(start, end))


def test_memory_is_bounded(few):
    series = Series()
    for instant in range(1000):
        series.counter(instant, instant)
        series.thin(())
    assert len(series.cumulative().times) <= 12
    assert series.cumulative().totals[-1] == 999


def test_a_reset_is_a_gap_and_never_negative():
    series = Series()
    for instant, raw in ((0, 50), (10, 60), (20, 5), (30, 9)):
        series.counter(instant, raw)
    assert series.cumulative().totals == (0, 10, 10, 14)
    assert series.gaps(30) == (Gap(10, 20, "the counter made a reset"),)


def test_a_jump_is_a_gap_and_not_energy():
    series = Series(CounterSpec(limit=400_000_000))
    for second, raw in enumerate((0, 300_000_000, 10**15, 10**15 + 300_000_000)):
        series.counter(second * SECOND, raw)
    assert series.cumulative().totals == (0, 300_000_000, 300_000_000, 600_000_000)
    assert series.gaps(3 * SECOND) == (Gap(SECOND, 2 * SECOND, "the counter made a jump"),)


def test_a_counter_catches_up_over_failed_readings_and_a_rate_cannot():
    counter, rate = Series(), Series()
    for series, kind in ((counter, Kind.COUNTER), (rate, Kind.POWER)):
        series.take(kind, 0, 100)
        series.lose("a driver said no")
        series.lose("and again")
        series.take(kind, 2 * SECOND, 300)
        series.take(kind, 3 * SECOND, 300)
    assert counter.cumulative().totals == (0, 200, 200)
    assert counter.gaps(3 * SECOND) == ()
    assert rate.cumulative().totals == (0, 0, 300)
    assert rate.gaps(3 * SECOND) == (Gap(0, 2 * SECOND, "a driver said no"),)


def test_a_gap_that_is_still_open_is_told():
    series = Series()
    series.counter(0, 0)
    series.counter(10, 5)
    series.lose("it fell off the bus")
    assert series.gaps(30) == (Gap(10, 30, "it fell off the bus"),)
    assert series.gaps(10) == ()


def test_failures_before_the_first_reading_leave_no_trace():
    series = Series()
    series.lose("not yet")
    assert series.gaps(100) == ()
    series.counter(10, 5)
    series.counter(20, 9)
    assert series.cumulative() == ((10, 20), (0, 4))
    assert series.gaps(100) == ()


def test_power_between_two_readings_is_the_mean_of_the_two():
    series = Series()
    series.rate(0, 100_000_000)
    series.rate(2 * SECOND, 300_000_000)
    assert series.cumulative().totals == (0, 400_000_000)


def test_a_rate_can_be_held_until_its_end():
    series = Series()
    series.hold(SECOND)
    assert series.cumulative() == ((), ())
    series.rate(2 * SECOND, 100)
    series.hold(4 * SECOND)
    series.hold(3 * SECOND)
    assert series.cumulative() == ((2 * SECOND, 4 * SECOND), (0, 200))


def test_flat_power_is_not_nothing():
    """Equal readings are readings: a meter that drops them sees no energy in flat power."""
    series = Series()
    for second in range(6):
        series.rate(second * SECOND, 300_000_000)
    assert series.cumulative().totals[-1] == 1_500_000_000


@pytest.mark.parametrize("kind", list(Kind))
def test_a_reading_that_is_not_later_is_passed_over(kind):
    series = Series()
    for instant in (10, 10, 5):
        series.take(kind, instant, instant)
    assert series.cumulative().times == (10,)


def test_gaps_survive_thinning_and_are_forgotten_with_their_time(few):
    series = Series()
    for instant in range(0, 400, 10):
        series.counter(instant, 0 if instant == 50 else instant)
    assert series.gaps(400) == (Gap(40, 50, "the counter made a reset"),)
    series.thin(())
    assert {40, 50} <= set(series.cumulative().times)
    series.forget(45)
    assert len(series.gaps(400)) == 1
    series.forget(200)
    assert series.gaps(400) == ()


def test_after_a_pause_it_begins_anew():
    series = Series()
    series.counter(0, 0)
    series.lose("x")
    series.restart()
    series.counter(100, 1000)
    series.counter(110, 1001)
    assert series.cumulative() == ((100, 110), (0, 1))
    assert series.gaps(200) == ()


def test_how_often_a_rate_changes_is_told_once_it_has_often_enough():
    """Each change is as late as a reading; what stays the same tells nothing."""
    series = Series()
    for beat in range(60):
        series.rate(beat * SECOND, beat // 5)
        if beat == 40:
            assert series.looks is None
    assert series.looks == 6.0
    series.restart()
    assert series.looks is None
