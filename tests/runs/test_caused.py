"""The carbon that a budget is held against is that of the statement, by the same arithmetic."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.chain import product
from submeter.accounting.methods import METHODS
from submeter.errors import MethodError, UsageError
from submeter.quantities.estimate import Estimate, Tier
from submeter.runs.account import account, inventory_of
from submeter.runs.caused import Caused
from submeter.runs.drawn import energy_of
from submeter.runs.settings import Settings
from submeter.workloads.activity import Activity, Booking, Device

START, HOUR = 1_790_000_000_000_000_000, 3_600_000_000_000
BOOKED = Booking(
    "cpu:model", "cpu", "", "model", "modelled", "cpu-load-curve/1", 900_000_000, 500_000_000,
    100_000_000, 300_000_000, 0, 0.5, 1.9, 1.0, "cpu-time-above-idle/1", 0.4,
)  # fmt: skip
ENTRY = Activity(
    "e1", "w", START, START + HOUR, 3600.0, bookings=(BOOKED,), stage="inference",
    devices=(Device("cpu", "a CPU", "", 8, 0.4),), place={"region": "FR"},
)  # fmt: skip
ENERGY = energy_of(ENTRY.bookings)
WITH_CARBON = [each.id for each in METHODS if each.id not in {"aies", "ghg-market"}]


def of(method="submeter-1", whole=None):
    assert ENERGY is not None
    return Caused(ENTRY, Settings({"method": method}, {}), ENERGY, whole)


def forecast(times, low=1.0, high=1.0):
    """Give a forecast of so many times the energy, wider than the meter by these ratios."""
    assert ENERGY is not None
    value, least, most = (each * times for each in (ENERGY.value, ENERGY.low, ENERGY.high))
    return Estimate(value, least * low, most * high, "J", Tier.MODELLED)


@pytest.mark.parametrize("method", WITH_CARBON)
def test_so_far_it_is_the_statement_bit_for_bit(method):
    try:
        stated = account(ENTRY, method).carbon.total
    except MethodError:
        with pytest.raises(MethodError):
            _ = of(method).value
        return
    if stated is None:
        with pytest.raises(UsageError, match="gives no carbon"):
            _ = of(method).value
        return
    assert of(method).estimate() == stated
    assert of(method).value == stated.value


@pytest.mark.parametrize("method", ["aies", "ghg-market"])
def test_a_method_without_carbon_says_why(method):
    with pytest.raises(UsageError, match=f"the method {method} gives no carbon \\(carbon: "):
        _ = of(method).value


@pytest.mark.parametrize("region", ["FR", "US", "PL"])
def test_of_a_single_chain_the_closed_form_comes_to_the_same_interval(region):
    """Energy of one meter, a stated PUE and a grid: no sum in it, so there are two ways to it."""
    alone = replace(BOOKED, others=400_000_000, idle=0)
    entry = replace(ENTRY, bookings=(alone,), place={"region": region, "pue": "1.2"})
    inventory = inventory_of(entry)
    (item,) = inventory.items
    assert inventory.grid.intensity is not None
    told = product(1.2e-3, [item.energy, inventory.grid.intensity])
    energy = energy_of(entry.bookings)
    assert energy is not None
    drawn = Caused(entry, Settings({"method": "ghg-location"}, {}), energy).estimate()
    width = math.log(drawn.high / drawn.low)
    assert drawn.value == pytest.approx(told.value)
    assert abs(math.log(told.low / drawn.low)) < 0.03 * width
    assert abs(math.log(told.high / drawn.high)) < 0.03 * width


@settings(max_examples=20, deadline=None)
@given(st.floats(1.0, 1e9))
def test_the_whole_is_as_many_times_as_much_and_as_sure(times):
    now, whole = of().estimate(), of(whole=forecast(times)).estimate()
    for end in ("value", "low", "high"):
        assert getattr(whole, end) == pytest.approx(getattr(now, end) * times)


@settings(max_examples=20, deadline=None)
@given(st.floats(1.0, 1e3), st.floats(1.0, 5.0))
def test_steps_that_differ_widen_it_and_never_narrow_it(times, ratio):
    even, uneven = (
        of(whole=forecast(times, *ends)).estimate() for ends in ((1.0, 1.0), (1 / ratio, ratio))
    )
    assert uneven.value == pytest.approx(even.value)
    assert uneven.low <= even.low
    assert uneven.high >= even.high
