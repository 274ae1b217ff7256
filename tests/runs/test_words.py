"""What people read of amounts: a unit that suits their size, digits as the interval allows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import BudgetExceeded
from submeter.quantities.estimate import Estimate, Tier
from submeter.runs.account import inventory_of
from submeter.runs.budget import Drawn, budget
from submeter.workloads.activity import Activity, Booking


@given(st.floats(1e-9, 1e12), st.sampled_from(["1e-20 kWh", "1e-15 J", "1e-20 kgCO2e"]))
def test_a_budget_that_is_passed_is_told_without_exponents(joules, allowed):
    unit = "kgCO2e" if allowed.endswith("kgCO2e") else "J"
    drawn = Estimate(joules, joules * 0.5, joules * 2, unit, Tier.MODELLED)
    with pytest.raises(BudgetExceeded) as told:
        budget(allowed, "raise").test(Drawn(drawn), "", forecast=False)
    words = str(told.value).partition(", more than its budget")[0]
    assert not re.search(r"\de[+-]?\d", words)


@pytest.mark.parametrize(
    ("allowed", "spent", "told"),
    [
        ("0.001 kWh", Estimate(36e3, 29e3, 43e3, "J", Tier.MEASURED),
         "has drawn 10.0 Wh (8.1 to 11.9), more than its budget of 0.001 kWh"),
        ("1 kJ", Estimate(36e3, 29e3, 43e3, "J", Tier.MEASURED),
         "has drawn 36 kJ (29 to 43), more than its budget of 1 kJ"),
        ("1 gCO2e", Estimate(3.6e-3, 1e-3, 9e-3, "kgCO2e", Tier.MIXED),
         "has caused 4 gCO2e (1 to 9), more than its budget of 1 gCO2e"),
    ],
)  # fmt: skip
def test_it_is_told_in_the_kind_of_unit_of_the_budget(allowed, spent, told):
    with pytest.raises(BudgetExceeded, match=re.escape(told)):
        budget(allowed, "raise").test(Drawn(spent), "", forecast=False)


@given(st.integers(1, 2**62))
def test_what_nobody_knows_whom_drew_is_told_without_exponents(microjoules):
    booked = Booking(
        domain="gpu:0", component="gpu", device="", sensor="nvidia", tier="measured", method="m",
        meter=microjoules, workload=0, others=0, idle=0, unattributed=microjoules, low=0.9,
        high=1.1, coverage=1.0, rule="r", share=0.0,
    )  # fmt: skip
    entry = Activity(id="A", name="w", start=0, end=1, seconds=1e-9, bookings=(booked,))
    (told,) = [each for each in inventory_of(entry).missing if "nobody knows whom" in each]
    assert re.fullmatch(r"gpu: [\d.]+ [mµ]?[kMGT]?Wh of gpu:0 was drawn by nobody knows whom", told)
