"""Every unit is worth what its name says: an SI prefix, a definition, a quotient of two others."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities import digits
from submeter.quantities.parsing import BASE_UNITS, UNITS

PREFIXES = {
    "p": 1e-12, "n": 1e-9, "µ": 1e-6, "u": 1e-6, "m": 1e-3, "": 1.0,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip
STEMS = {
    "J": 1.0, "Wh": 3600.0, "W": 1.0, "s": 1.0, "L": 1.0,
    "gCO2e": 1e-3, "tCO2e": 1e3, "gSb_eq": 1e-3,
}  # fmt: skip
"""What a prefix stands before, in the base unit of its dimension (SI brochure, tables 7 and 8)."""

DEFINED = {
    "": 1.0, "%": 0.01, "min": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "day": 24 * 3600.0, "days": 24 * 3600.0, "year": 8760 * 3600.0, "years": 8760 * 3600.0,
    "m3": 1000.0, "m³": 1000.0, "lbCO2e": 0.45359237,
}  # fmt: skip
SIZES = {
    **{f"{prefix}{stem}": many * one for stem, one in STEMS.items()
       for prefix, many in PREFIXES.items()},
    **DEFINED,
}  # fmt: skip


@pytest.mark.parametrize("name", [each for each in UNITS if "/" not in each])
def test_a_unit_is_worth_what_its_name_says(name):
    assert UNITS[name].size == pytest.approx(SIZES[name], rel=1e-12)


@pytest.mark.parametrize("name", [each for each in UNITS if "/" in each])
def test_a_quotient_of_units_is_the_quotient_of_what_they_are_worth(name):
    above, below = (UNITS[each] for each in name.split("/"))
    assert UNITS[name].size == pytest.approx(above.size / below.size, rel=1e-12)
    assert UNITS[name].dimension == f"{above.dimension} intensity"
    assert below.dimension == "energy"


def test_a_base_unit_is_worth_one_of_itself():
    assert {name: UNITS[name] for name in BASE_UNITS.values()} == {
        name: (dimension, 1.0) for dimension, name in BASE_UNITS.items()
    }


@given(
    st.sampled_from(["kWh", "kgCO2e", "L", "J", "W", "MJ", "kgSb_eq"]),
    st.floats(1.0, 10.0),
    st.integers(-18, 9),
)
def test_whatever_prefix_a_number_is_shown_with_it_is_the_same_quantity(unit, lead, power):
    value = lead * 10.0**power
    factor, shown = digits.scaled(value, unit)
    assert value * factor * SIZES[shown] == pytest.approx(value * SIZES[unit], rel=1e-12)


@pytest.mark.parametrize(("shown", "unit"), [("Wh", "kWh"), ("g", "kg"), ("mL", "L"), ("kJ", "MJ")])
def test_below_one_a_smaller_prefix_is_taken(shown, unit):
    tail = "CO2e" if unit == "kg" else ""
    assert digits.phrase(0.5, 0.5, 0.5, unit + tail)[0] == f"500.0 {shown}{tail}"


def test_a_currency_has_no_prefix():
    assert digits.scaled(1e-6, "EUR") == (1.0, "EUR")
    assert math.isclose(digits.scaled(0.25, "kWh")[0], 1000.0)
