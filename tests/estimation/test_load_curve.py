"""Laws of the load curve: monotone, between idle and full, as wide as what was published."""

import math
import random
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.estimation.coefficients import COVERAGE, HOST, SMALL
from submeter.estimation.load_curve import (
    machine_power,
    power_interval,
    process_power,
    ratios,
    share_of_range,
)
from submeter.quantities.estimate import Tier

LOADS = st.floats(0, 1)
THREADS = st.integers(1, 1024)
CURVES = st.sampled_from([HOST, SMALL])
QUANTILES = st.floats(-6, 6)
DRAWS = st.builds(
    lambda curve, numbers: (
        curve,
        {unknown.id: z for unknown, z in zip(curve.unknowns, numbers, strict=True)},
    ),
    CURVES,
    st.lists(QUANTILES, min_size=4, max_size=4),
)


@given(DRAWS, LOADS, LOADS, THREADS)
def test_more_load_never_draws_less_whatever_the_machine(drawn, one, other, threads):
    curve, draws = drawn
    low, high = sorted([one, other])
    less = machine_power(low, threads, curve, draws)
    assert less <= machine_power(high, threads, curve, draws) * (1 + 1e-12)


@given(DRAWS, LOADS, THREADS)
def test_power_lies_between_idle_and_full(drawn, load, threads):
    curve, draws = drawn
    power = machine_power(load, threads, curve, draws)
    idle, full = (machine_power(end, threads, curve, draws) for end in (0, 1))
    assert 0 < idle * (1 - 1e-12) <= power <= full * (1 + 1e-12)


@given(CURVES, LOADS, THREADS, THREADS)
def test_threads_add_up(curve, load, one, other):
    together = machine_power(load, one + other, curve)
    apart = machine_power(load, one, curve) + machine_power(load, other, curve)
    assert together == pytest.approx(apart)


@given(CURVES, st.floats(allow_nan=False, allow_infinity=False))
def test_utilisation_is_clamped(curve, load):
    assert machine_power(load, 4, curve) == machine_power(min(1, max(0, load)), 4, curve)


@given(CURVES, st.lists(LOADS, min_size=1, max_size=8), THREADS)
def test_the_parts_never_exceed_the_whole(curve, parts, threads):
    whole = min(1.0, sum(parts))
    parts = [part * whole / sum(parts) if sum(parts) else 0.0 for part in parts]
    shares = sum(process_power(part, whole, threads, curve) for part in parts)
    idle = machine_power(0, threads, curve)
    assert shares + idle <= machine_power(whole, threads, curve) * (1 + 1e-9)


@given(CURVES, LOADS, LOADS, THREADS)
def test_one_process_never_draws_more_than_the_machine(curve, own, machine, threads):
    assert process_power(own, machine, threads, curve) <= machine_power(machine, threads, curve)


def test_an_idle_process_draws_nothing():
    assert process_power(0.0, 0.5, 8, HOST) == process_power(0.0, 0.0, 8, HOST) == 0


@given(CURVES, LOADS, THREADS)
def test_the_interval_holds_the_central_power(curve, load, threads):
    answer = power_interval(load, threads, curve)
    assert answer.low < answer.value < answer.high
    assert answer.value == machine_power(load, threads, curve)
    assert (answer.tier, answer.unit) == (Tier.MODELLED, "W")


@pytest.mark.parametrize("curve", [HOST, SMALL])
def test_half_load_draws_40_to_70_percent_of_the_range(curve):
    def at_half(z):
        draws = {curve.half.id: z}
        idle, half, full = (machine_power(load, 1, curve, draws) for load in (0, 0.5, 1))
        return (half - idle) / (full - idle)

    assert at_half(-1.96) == pytest.approx(0.40, abs=0.02)
    assert 0.45 < at_half(0) < 0.6
    assert at_half(1.96) == pytest.approx(0.70, abs=0.02)


@pytest.mark.parametrize("curve", [HOST, SMALL])
def test_a_tenth_of_the_load_draws_5_to_24_percent_of_the_range(curve):
    ends = (curve.tenth.low, curve.tenth.high)
    assert ends == pytest.approx((0.05, 0.24), abs=0.01)
    assert share_of_range(0.1, curve.tenth.value, curve.half.value) == curve.tenth.value


def test_no_part_of_the_range_is_drawn_at_idle_and_all_of_it_at_full_load():
    assert share_of_range(0, 0.13, 0.5) == 0
    assert share_of_range(1, 0.13, 0.5) == 1


@pytest.mark.parametrize("curve", [HOST, SMALL])
@pytest.mark.parametrize("load", [0, 0.1, 0.5, 1])
def test_the_interval_agrees_with_a_monte_carlo_that_draws_each_unknown_once(curve, load):
    chance = random.Random(1)  # noqa: S311 - a seed, not a secret
    powers = [
        machine_power(load, 1, curve, {u.id: chance.gauss() for u in curve.unknowns})
        for _ in range(8000)
    ]
    cuts = quantiles(powers, n=40)
    answer = power_interval(load, 1, curve)
    assert answer.low == pytest.approx(cuts[0], rel=0.1)
    assert answer.high == pytest.approx(cuts[-1], rel=0.15)
    assert answer.value == pytest.approx(cuts[19], rel=0.1)


def test_a_machine_at_two_loads_is_one_machine():
    thirsty = {HOST.level.id: 1.0}
    ratio = {
        load: machine_power(load, 8, HOST, thirsty) / machine_power(load, 8, HOST)
        for load in (0.0, 0.3, 1.0)
    }
    assert ratio[0.0] == pytest.approx(ratio[0.3]) == pytest.approx(ratio[1.0])
    assert len({unknown.id for unknown in HOST.unknowns}) == 4


@given(CURVES, LOADS, st.integers(1, 10**9))
def test_time_makes_an_estimate_no_surer(curve, load, time):
    assert ratios({load: float(time)}, curve) == pytest.approx(ratios({load: 1.0}, curve))


@pytest.mark.parametrize("threads", [0, -1, math.nan])
def test_a_machine_without_threads_is_refused(threads):
    with pytest.raises(QuantityError, match="threads"):
        machine_power(0.5, threads, HOST)


@pytest.mark.parametrize("load", [math.nan, math.inf])
def test_a_load_that_is_no_number_is_refused(load):
    with pytest.raises(QuantityError, match="finite"):
        machine_power(load, 4, HOST)


def test_small_machines_are_less_sure():
    for load in (0.0, 1.0):
        low, high = ratios({load: 1.0}, SMALL)
        assert high / low > 9


def test_the_stated_coverage_is_near_95_percent_at_every_load():
    assert [row.load for row in COVERAGE] == [
        "idle", *(f"{load}%" for load in range(10, 100, 10)), "full load",
    ]  # fmt: skip
    for row in COVERAGE:
        assert 0.94 <= row.servers <= 0.99
        assert 0.94 <= row.models <= 0.99
