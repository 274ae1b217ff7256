"""What a power emits an hour, worked out in closed form, is what a statement of that hour draws."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.amount import percentile
from submeter.accounting.draws import Draws
from submeter.accounting.methods import GHG_LOCATION
from submeter.accounting.statement import state
from submeter.quantities.estimate import Estimate, Tier
from submeter.reference.factors.places import place
from submeter.runs.account import inventory_of
from submeter.runs.emission_rate import _drawn, emission_rate
from submeter.workloads.activity import Activity, Booking

START, HOUR = 1_790_000_000_000_000_000, 3_600_000_000_000
MANY = Draws(count=1 << 15)


def power(value, low, high):
    return Estimate(value, low, high, "W", Tier.MODELLED)


def an_hour_of(watts, ratios, recorded):
    """Give the entry of a device that drew so much for an hour, all of it the work's."""
    energy = round(watts * 3600e6)
    booked = Booking(
        "gpu:0", "gpu", "", "nvml", "measured", "m/1", energy, energy, 0, 0, 0, ratios[0],
        ratios[1], 1.0, "whole/1", 1.0,
    )  # fmt: skip
    return Activity("e", "w", START, START + HOUR, 3600.0, bookings=(booked,), place=recorded)


@pytest.mark.parametrize("region", ["FR", "US", "PL", "SE3"])
@pytest.mark.parametrize("ratios", [(0.9, 1.1), (0.5, 1.9), (0.99, 1.01)])
def test_it_is_what_the_statement_of_that_hour_comes_to(region, ratios):
    """The statement draws; both multiply a power, a stated PUE and a grid."""
    entry = an_hour_of(120.0, ratios, {"region": region, "pue": "1.2"})
    drawn = state(inventory_of(entry), GHG_LOCATION, Draws()).carbon.operational
    assert drawn is not None
    here = place(region, year=2026).with_stated("--pue", pue=1.2)
    told = emission_rate(power(120.0, *(120.0 * each for each in ratios)), here)
    width = math.log(drawn.high / drawn.low)
    assert told.value == pytest.approx(drawn.value * 1e3)
    assert abs(math.log(told.low / drawn.low / 1e3)) < 0.03 * width
    assert abs(math.log(told.high / drawn.high / 1e3)) < 0.03 * width


def drawn_of(watts, here):
    """Give the ends of the same product by draws."""
    links = (_drawn(watts), here.pue, here.grid)
    figures = 1e-3 * np.prod([MANY.figures(each) for each in links], axis=0)
    ordered = np.sort(figures[1:])
    return percentile(ordered, 0.025), percentile(ordered, 0.975)


@settings(max_examples=20, deadline=None)
@given(
    st.floats(1.0, 1e4), st.floats(1.01, 2.0), st.floats(1.01, 2.0),
    st.sampled_from(["aws/us-east-2", "aws/eu-west-3", "gcp/us-central1", "azure/francecentral"]),
)  # fmt: skip
def test_a_site_whose_pue_is_published_is_one_chain_too(value, below, above, region):
    here, watts = place(region, year=2026), power(value, value / below, value * above)
    told, (low, high) = emission_rate(watts, here), drawn_of(watts, here)
    width = math.log(high / low)
    assert abs(math.log(told.low / low)) < 0.04 * width
    assert abs(math.log(told.high / high)) < 0.04 * width


@pytest.mark.parametrize("low", [0.0, 40.0])
@pytest.mark.parametrize("region", ["FR", "US-CA", None])
def test_what_is_no_lognormal_link_is_never_narrower_than_drawn(low, region):
    """A facility that nobody knows, and a power that may be nothing."""
    here, watts = place(region, year=2026), power(50.0, low, 80.0)
    told, (least, most) = emission_rate(watts, here), drawn_of(watts, here)
    assert 0 <= told.low <= least
    assert most <= told.high
    assert told.value == pytest.approx(50e-3 * here.pue.value * here.grid.value)


def test_nothing_drawn_emits_nothing_and_what_is_exact_has_no_width():
    here = place("FR").with_stated("--grid", grid=50.0, pue=1.0)
    told = [emission_rate(power(each, each, each), here) for each in (0.0, 200.0)]
    assert [(each.low, each.value, each.high) for each in told] == [(0, 0, 0), (10, 10, 10)]
    half = replace(power(200.0, 200.0, 200.0), coverage=0.5)
    assert emission_rate(half, here).coverage == 0.5
