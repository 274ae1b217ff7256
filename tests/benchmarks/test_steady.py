"""Warm-up, groups, intervals: statistics of a series."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.steady import bootstrap, groups, half_width, warm_up


def test_a_slow_beginning_is_left_out_and_a_steady_run_is_kept():
    noise = [1.0, 1.1, 0.9, 1.05, 0.95] * 20
    assert warm_up([9.0] * 10 + noise) == 10
    assert warm_up(noise) == 0


def test_a_run_that_drifts_to_its_end_has_no_warm_up():
    assert warm_up([float(i) for i in range(100)]) == 0


@given(st.lists(st.floats(0.001, 1000), max_size=200))
def test_a_warm_up_is_at_most_half(durations):
    cold = warm_up(durations)
    assert 0 <= cold <= len(durations) / 2
    assert cold % 5 == 0


@given(st.integers(0, 200), st.integers(1, 40))
def test_groups_cover_all_in_turn_and_are_alike(count, most):
    found = groups(count, most)
    assert [i for first, last in found for i in range(first, last)] == list(range(count))
    sizes = {last - first for first, last in found}
    assert not sizes or max(sizes) - min(sizes) <= 1


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=40), st.floats(0.1, 100))
def test_a_half_width_does_not_know_units(values, unit):
    assert half_width([each * unit for each in values]) == pytest.approx(half_width(values))


def test_one_value_tells_no_spread():
    assert half_width([1.0]) == math.inf
    assert half_width([]) == math.inf
    assert bootstrap(1, len) is None


def test_a_half_width_is_students():
    # Of 1, 2, 3: s = 1, t(2) = 4.303, over a mean of 2.
    assert half_width([1.0, 2.0, 3.0]) == pytest.approx(4.303 / math.sqrt(3) / 2)


def test_a_bootstrap_draws_alike_each_time_and_holds_the_mean():
    values = [float(i % 7) for i in range(50)]
    ends = bootstrap(50, lambda places: sum(values[i] for i in places) / 50, seed=3)
    assert ends == bootstrap(50, lambda places: sum(values[i] for i in places) / 50, seed=3)
    assert ends is not None
    assert ends.low < sum(values) / 50 < ends.high
