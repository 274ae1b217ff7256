"""An estimate holds its value; a total says when its parts differ in tier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.estimate import Estimate, Tier, joint_tier


@given(st.sampled_from(Tier), st.integers(1, 4))
def test_parts_of_one_tier_keep_it(tier, count):
    assert joint_tier([tier] * count) is tier


def test_parts_of_several_tiers_are_mixed_never_passed_as_measured():
    assert joint_tier([Tier.MEASURED, Tier.MODELLED]) is Tier.MIXED


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(1.0, 2.0, 3.0), (4.0, 2.0, 3.0), (float("nan"), 0.0, 1.0), (1.0, float("nan"), 2.0)],
)
def test_an_interval_that_does_not_hold_its_value_is_refused(value, low, high):
    with pytest.raises(QuantityError, match="does not hold its value"):
        Estimate(value, low, high, "J", Tier.MEASURED)


@pytest.mark.parametrize("coverage", [-0.1, 1.1, float("nan")])
def test_coverage_is_a_share(coverage):
    with pytest.raises(QuantityError, match="not between 0 and 1"):
        Estimate(1.0, 0.0, 2.0, "J", Tier.MEASURED, coverage)


def test_an_estimate_goes_out_with_its_quality():
    told = Estimate(1.0, 0.5, 2.0, "J", Tier.MODELLED, 0.25).as_dict()
    assert told == {
        "value": 1.0, "low": 0.5, "high": 2.0, "unit": "J", "tier": "modelled", "coverage": 0.25,
    }  # fmt: skip


def test_an_estimate_reads_as_its_interval_allows_with_its_tier():
    told = str(Estimate(1.2345, 0.81, 1.92, "J", Tier.MODELLED))
    assert told == "1.2 J (0.8 to 1.9), modelled"


def test_an_estimate_of_a_part_of_the_time_says_so():
    told = str(Estimate(1.2345, 0.81, 1.92, "J", Tier.MEASURED, 0.5))
    assert told == "1.2 J (0.8 to 1.9), measured, 50% of the time seen"
