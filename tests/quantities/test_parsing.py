"""Quantities that people type: dimension-checked, and each refusal says what was expected."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.clock import HOURS_PER_YEAR
from submeter.quantities.digits import phrase
from submeter.quantities.parsing import BASE_UNITS, UNITS, parse

numbers = st.floats(0, 1e12, allow_subnormal=False)
units = st.sampled_from(sorted(UNITS))
dimensions = st.sampled_from(sorted(BASE_UNITS))


@given(numbers, units)
def test_every_unit_is_read_in_its_base_unit(number, name):
    unit = UNITS[name]
    assert math.isclose(parse(f"{number} {name}", unit.dimension), number * unit.size)


@given(numbers, units)
def test_space_between_number_and_unit_means_nothing(number, name):
    dimension = UNITS[name].dimension
    spaced = f"  {number}   {name.replace('/', ' / ')} "
    assert parse(f"{number}{name}", dimension) == parse(spaced, dimension)


@given(numbers, units, dimensions)
def test_another_dimension_is_refused_and_both_are_named(number, name, dimension):
    unit = UNITS[name]
    if unit.dimension == dimension:
        return
    with pytest.raises(QuantityError) as refusal:
        parse(f"{number} {name}", dimension, "--flag")
    told = str(refusal.value)
    assert unit.dimension in told
    assert f"{dimension} was expected" in told
    assert "--flag" in told
    assert "write it as" in refusal.value.fix


@given(dimensions)
def test_the_example_in_a_refusal_can_itself_be_parsed(dimension):
    with pytest.raises(QuantityError) as refusal:
        parse("much", dimension)
    example = refusal.value.fix.split('"')[1]
    assert parse(example, dimension) > 0


@pytest.mark.parametrize("text", ["", "W", "ten W", "nan W", "inf", "--4 W", "4 5 W", "1.2.3 W"])
def test_what_is_no_number_with_a_unit_is_refused(text):
    with pytest.raises(QuantityError):
        parse(text, "power")


@pytest.mark.parametrize("text", ["1,5 kWh", "57,3 kWh", "1,23,4 kWh", "1,500,00 kWh", ",5 kWh"])
def test_a_decimal_comma_is_refused_rather_than_read_tenfold(text):
    with pytest.raises(QuantityError, match=r"write it as \"1.5 kWh\""):
        parse(text, "energy")


@pytest.mark.parametrize(
    ("text", "joules"),
    [("1,500 J", 1500), ("1,234,567.5 J", 1234567.5), ("1_000 J", 1000), (".5 J", 0.5)],
)
def test_thousands_may_be_grouped(text, joules):
    assert parse(text, "energy") == joules


@pytest.mark.parametrize("year", ["1 year", "365 days", f"{HOURS_PER_YEAR} h"])
def test_a_year_is_365_days(year):
    """Or a lifetime in hours would be shared out by other hours than were told."""
    assert parse(year, "time") == 31_536_000


def test_an_unknown_unit_names_the_nearest():
    with pytest.raises(QuantityError, match='did you mean "gCO2e/kWh"'):
        parse("57 gC02e/kWh", "carbon intensity")


def test_co2eq_is_co2e():
    both = [parse(f"57 {name}", "carbon intensity") for name in ("gCO2eq/kWh", "gCO2e/kWh")]
    assert both[0] == both[1]


@pytest.mark.parametrize("value", [1.2, 1, 1e-05, "120 %", "120%"])
def test_a_bare_number_is_a_ratio(value):
    assert parse(value, "ratio") == (1.2 if isinstance(value, str) else value)


def test_a_bare_number_is_no_power():
    with pytest.raises(QuantityError, match="power was expected"):
        parse(400, "power")


def test_a_number_too_large_to_hold_is_refused():
    with pytest.raises(QuantityError, match="not finite"):
        parse("1e308 TWh", "energy")


def test_an_article_fits_its_noun():
    with pytest.raises(QuantityError, match="is a power, an energy was expected"):
        parse("4 W", "energy")
    with pytest.raises(QuantityError, match="is an energy, a power was expected"):
        parse("4 J", "power")


@pytest.mark.parametrize("exponent", range(-14, 7))
@pytest.mark.parametrize(
    ("unit", "dimension"),
    [("kWh", "energy"), ("J", "energy"), ("W", "power"), ("kgCO2e", "carbon"), ("L", "water"),
     ("kgSb_eq", "minerals")],
)  # fmt: skip
def test_every_unit_that_is_shown_can_be_typed(unit, dimension, exponent):
    """Who reads a figure takes it for a budget, or into a file."""
    amount = 2.0 * 10.0**exponent
    shown, _ = phrase(amount, amount, amount, unit)
    assert parse(shown, dimension) == pytest.approx(parse(f"{amount!r} {unit}", dimension))
