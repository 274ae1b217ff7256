"""Counters: a wrap is settled, a reset and a jump are seen, and no joule is negative."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.traces.counter import CounterSpec, Verdict, most, step
from tests.strategies import SECOND, running

specs = st.builds(
    CounterSpec, wrap=st.sampled_from([0, 1000, 2**32]), limit=st.sampled_from([0, 10**3, 10**9])
)
raws = st.integers(0, 2**33)


@given(specs, raws, raws, st.integers(1, 100 * SECOND))
def test_growth_is_never_negative_and_a_fault_adds_nothing(spec, before, after, nanoseconds):
    move = step(spec, before, after, nanoseconds)
    assert move.growth >= 0
    if move.verdict is not Verdict.GROWTH:
        assert move.growth == 0


@given(specs, raws, raws, st.integers(1, 100 * SECOND))
def test_growth_is_never_more_than_the_device_can_draw(spec, before, after, nanoseconds):
    if spec.limit:
        assert step(spec, before, after, nanoseconds).growth <= most(spec, nanoseconds)


@given(st.integers(2, 2**40), st.lists(st.integers(0, 2**41), min_size=1, max_size=20))
def test_a_wrapping_counter_counts_like_one_that_never_wraps(wrap, steps):
    spec = CounterSpec(wrap=wrap)
    true = running([each % wrap for each in steps])
    seen = [step(spec, a % wrap, b % wrap, SECOND).growth for a, b in pairwise(true)]
    assert sum(seen) == true[-1]


@given(raws, st.integers(1, 2**33))
def test_without_a_wrap_going_back_is_a_reset(after, back):
    assert step(CounterSpec(), after + back, after, SECOND) == (0, Verdict.RESET)


@given(st.integers(1, 1000))
def test_a_value_above_the_wrap_cannot_have_wrapped(above):
    assert step(CounterSpec(wrap=1000), 1000 + above, 5, SECOND).verdict is Verdict.RESET


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.RESET, "the counter made a reset"),
        (Verdict.JUMP, "the counter made a jump"),
        (Verdict.PAUSE, "not read for so long"),
    ],
)
def test_what_happened_to_a_counter_is_told_in_words(verdict, words):
    assert words in verdict.told


def test_the_most_that_can_be_drawn_is_half_more_than_the_limit_and_a_fifth_of_a_second():
    spec = CounterSpec(limit=100)
    assert most(spec, 10 * SECOND) == 1500 + 20
    assert most(spec, 1) == most(spec, SECOND // 100) == 1 + 20


@given(specs, st.integers(1, 100 * SECOND), raws)
def test_what_can_just_be_drawn_is_energy_and_a_microjoule_more_is_not(spec, nanoseconds, before):
    if not spec.limit:
        return
    alone = CounterSpec(limit=spec.limit)
    just = most(alone, nanoseconds)
    assert step(alone, before, before + just, nanoseconds) == (just, Verdict.GROWTH)
    assert step(alone, before, before + just + 1, nanoseconds).verdict is Verdict.JUMP


def test_a_growth_beyond_the_limit_is_a_jump():
    watts = CounterSpec(limit=400_000_000)
    assert step(watts, 0, 400_000_000, SECOND).verdict is Verdict.GROWTH
    assert step(watts, 0, 10**12, SECOND).verdict is Verdict.JUMP


def test_going_back_so_far_that_it_would_be_too_much_for_a_wrap_is_a_reset():
    spec = CounterSpec(wrap=262_143_000_000, limit=1_500_000_000)
    assert step(spec, 200_000_000_000, 0, SECOND).verdict is Verdict.RESET
    assert step(spec, 262_142_900_000, 100_000, SECOND).growth == 200_000


@given(st.integers(0, 10_000_000), st.integers(1, 10**9))
def test_under_ten_milliseconds_a_counters_refresh_is_no_jump(nanoseconds, limit):
    burst = limit // 100
    assert step(CounterSpec(limit=limit), 0, burst, nanoseconds).verdict is Verdict.GROWTH


@given(
    wraps=st.integers(0, 5), rest=st.integers(0, 999), start=st.integers(0, 999),
    seconds=st.integers(1, 3600),
)  # fmt: skip
def test_a_counter_that_may_have_come_round_unseen_is_not_guessed(wraps, rest, start, seconds):
    """Whatever was drawn within the limit, the answer is the truth or none at all."""
    spec = CounterSpec(wrap=1000, limit=10)
    drawn = wraps * 1000 + rest
    assume(drawn <= 10 * seconds)
    found = step(spec, start, (start + drawn) % 1000, seconds * SECOND)
    assert (found.growth, found.verdict) in {(drawn, Verdict.GROWTH), (0, Verdict.PAUSE)}
    if seconds <= 50:  # with the margin, less than a wrap can be drawn in this time
        assert found.verdict is Verdict.GROWTH
