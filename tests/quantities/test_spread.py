"""Quantities with an interval: however it is written it is the same, and it holds its value."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.parsing import UNITS, parse
from submeter.quantities.spread import Span, parse_span

numbers = st.floats(0, 1e9, allow_subnormal=False)
units = st.sampled_from(sorted(UNITS))
to = st.sampled_from([" to ", "–", " .. ", "  to  "])
sign = st.sampled_from(["±", " ± ", "+-", " +/- "])


def close(span):
    return pytest.approx(span, rel=1e-12, abs=1e-300)


@given(st.tuples(numbers, numbers, numbers).map(sorted), units, to)
def test_a_value_and_its_ends_are_read_in_one_unit(three, unit, between):
    low, value, high = three
    size = UNITS[unit]
    span = parse_span(f"{value} ({low}{between}{high}) {unit}", size.dimension)
    assert span == close(Span(value * size.size, low * size.size, high * size.size))


@given(st.tuples(numbers, numbers).map(sorted), units, to)
def test_the_value_of_a_range_is_its_middle(ends, unit, between):
    size = UNITS[unit]
    span = parse_span(f"{ends[0]}{between}{ends[1]} {unit}", size.dimension)
    middle = (ends[0] + ends[1]) / 2
    assert span == close(Span(middle * size.size, ends[0] * size.size, ends[1] * size.size))


@given(numbers, numbers, units, sign)
def test_give_and_take_is_the_same_on_either_side(value, half, unit, around):
    size = UNITS[unit]
    span = parse_span(f"{value}{around}{half} {unit}", size.dimension)
    assert span.value == parse(f"{value} {unit}", size.dimension)
    slack = pytest.approx(half * size.size, rel=1e-9, abs=1e-9 * span.value)
    assert span.high - span.value == slack
    assert span.value - span.low == slack


@given(numbers, units)
def test_without_an_interval_there_is_none(value, unit):
    dimension = UNITS[unit].dimension
    span = parse_span(f"{value} {unit}", dimension)
    assert set(span) == {parse(f"{value} {unit}", dimension)}


@given(numbers, numbers, numbers)
def test_an_interval_that_does_not_hold_its_value_is_refused(value, low, high):
    assume(not low <= value <= high)
    with pytest.raises(QuantityError, match="does not hold its value, --power"):
        parse_span(f"{value} ({low} to {high}) W", "power", "--power")


@pytest.mark.parametrize("text", ["500 to 400 W", "350 ± -50 W"])
def test_ends_the_wrong_way_round_are_refused(text):
    with pytest.raises(QuantityError, match="does not hold its value"):
        parse_span(text, "power")


@pytest.mark.parametrize("text", ["3 to 4", "3 (2 to 4) kWh", "3 ± 1 kWh", "3 (2 to 4 W", "to 4 W"])
def test_what_is_no_power_is_refused_with_an_example(text):
    with pytest.raises(QuantityError) as refusal:
        parse_span(text, "power", "--power")
    assert refusal.value.where == "--power"
    assert 'write it as "400 W"' in refusal.value.fix
