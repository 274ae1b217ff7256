"""As many digits as the interval supports, and a shown interval that holds what was meant."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.quantities import digits

UNITS = st.sampled_from(["kWh", "kgCO2e", "L", "J", "W", "MJ", "kgSb_eq", "USD"])
positive = st.floats(1e-12, 1e12)


@st.composite
def intervals(draw):
    low, value, high = sorted(draw(st.tuples(positive, positive, positive)))
    return value, low, high


@given(intervals())
def test_one_to_four_digits(interval):
    assert 1 <= digits.significant(*interval) <= 4


@given(positive, st.floats(1e-6, 0.9), st.floats(1.0, 1e3))
def test_a_wider_interval_never_shows_more_digits(value, half, wider):
    narrow = digits.significant(value, value * (1 - half), value * (1 + half))
    wide = digits.significant(value, value - value * half * wider, value * (1 + half * wider))
    assert wide <= narrow


@given(positive, st.floats(0.001, 0.3))
def test_rounding_moves_a_value_by_less_than_its_uncertainty(value, half):
    shown = digits.rounded(value, digits.significant(value, value * (1 - half), value * (1 + half)))
    assert abs(float(shown) - value) <= value * half


@given(st.integers(-9, 9), st.integers(-12, 12), st.sampled_from([1.2, 2.9, 3.1, 9.7]))
def test_the_last_digit_is_the_one_that_the_half_width_begins_in(power, place, lead):
    """And one more where it begins with a 1 or a 2."""
    value, half = 5 * 10.0**power, lead * 10.0**place
    wanted = power - place + 1 + (lead < 3)
    found = digits.significant(value, value - half, value + half)
    assert found == min(4, max(1, wanted))


@given(intervals())
def test_an_interval_beside_a_value_holds_it_with_as_few_digits_as_can_be(interval):
    value, low, high = interval
    assume(high > low)
    text = digits.rounded(value, 3)
    first, last = (float(end) for end in digits.ends(text, low, high).split(" to "))
    slack = 1e-5 * value
    assert first - slack <= float(text) <= last + slack or not low <= float(text) <= high
    assert first == pytest.approx(low, rel=0.06)
    assert last == pytest.approx(high, rel=0.06)


def test_an_interval_that_does_not_hold_what_is_shown_is_told_to_six_digits():
    """A value cut to fewer digits than it has may lie beside its own interval."""
    assert digits.ends("41", 41.7, 43.0) == "41.7000 to 43.0000"


@given(st.integers(1, 999_999), st.integers(-9, 6))
def test_a_plain_number_keeps_six_digits_and_no_zeros_at_its_end(number, power):
    shown = digits.plain(number * 10.0**power)
    assert float(shown) == pytest.approx(number * 10.0**power, rel=1e-12)
    assert "e" not in shown
    assert "." not in shown or shown[-1] not in "0."


@given(positive)
def test_a_value_without_interval_has_four_digits(value):
    assert digits.significant(value, value, value) == 4


@pytest.mark.parametrize("value", [0.0, math.inf, math.nan])
def test_what_has_no_digits_has_one(value):
    assert digits.significant(value, 0.0, 1.0) == 1
    assert "e" not in digits.rounded(value, 1)


@given(st.floats(1e-300, 1e300), st.floats(0, 1e300))
def test_any_two_finite_numbers_have_a_count_of_digits(value, half):
    assert 1 <= digits.significant(value, value - half, value + half) <= 4


@given(positive, st.integers(1, 4))
def test_a_number_is_written_without_exponent_and_to_its_digits(value, count):
    shown = digits.rounded(value, count)
    assert "e" not in shown
    assert math.isclose(float(shown), value, rel_tol=0.51 * 10 ** (1 - count))


@given(positive, UNITS)
def test_scaling_brings_a_value_to_a_number_that_reads_well(value, unit):
    factor, shown = digits.scaled(value, unit)
    assert shown
    if unit != "USD" and 1e-6 <= value <= 1e3:
        assert 0.99 <= value * factor < 1e4


@given(intervals(), UNITS)
def test_a_phrase_shows_an_interval_as_wide_as_it_is(interval, unit):
    value, low, high = interval
    text, ends = digits.phrase(value, low, high, unit)
    number, shown = text.split(" ", 1)
    factor, written_in, _ = digits.column(value, low, high, unit)
    assert shown == written_in
    largest = digits.scaled(1e30, unit)[1]
    assert float(number) < 1000 or shown == largest, "a thousand of a unit is one of the next"
    if low == high:
        assert ends == "exact"
        return
    first, last = (float(end) for end in ends.split(" to "))
    unit_of_last_digit = 10.0 ** -len(number.partition(".")[2])
    slack = max(unit_of_last_digit, 10 ** math.floor(math.log10(max(float(number), 1e-9))))
    assert abs(first - low * factor) <= slack
    assert abs(last - high * factor) <= slack
    assert first > 0


@given(st.floats(1e-9, 1e6), UNITS)
def test_nothing_with_an_interval_shows_the_interval(high, unit):
    text, ends = digits.phrase(0.0, 0.0, high, unit)
    shown = text.split(" ", 1)[1]
    factor = digits.scaled(high, unit)[0]
    assert text == f"0 {shown}"
    assert shown == digits.scaled(high, unit)[1]
    last = float(ends.split(" to ")[1])
    assert last > 0
    assert math.isclose(last, high * factor, rel_tol=0.5)


def test_nothing_at_all_is_in_the_unit_that_was_asked_for():
    assert digits.phrase(0.0, 0.0, 0.0, "kgCO2e") == ("0 kgCO2e", "-")


@given(intervals())
def test_the_value_shown_lies_in_the_interval_shown(interval):
    value, low, high = interval
    assume(high > low)
    text, ends = digits.phrase(value, low, high, "J")
    first, last = (float(end) for end in ends.split(" to "))
    shown = float(text.split(" ", 1)[0])
    assert first <= shown * (1 + 1e-9)
    assert shown <= last * (1 + 1e-9)


@st.composite
def totals(draw):
    """A total and a part of it: no part is known worse than half the total is wide."""
    value, low, high = draw(intervals())
    shares = sorted(draw(st.tuples(*[st.floats(1e-6, 1.0)] * 3)))
    return (value, low, high), (value * shares[1], low * shares[0], high * shares[2])


@given(totals(), UNITS, st.integers(1, 3))
def test_a_part_has_the_unit_and_the_decimal_place_of_its_total(both, unit, least):
    whole, (value, low, high) = both
    low, high = min(low, value), max(high, value)
    text, _ = digits.phrase(whole[0], whole[1], whole[2], unit, least)
    written, ends = digits.part(
        value, low, high, digits.column(whole[0], whole[1], whole[2], unit, least)
    )
    assert written.split(" ", 1)[1] == text.split(" ", 1)[1]
    decimals = len(text.split(" ")[0].partition(".")[2])
    for number in (written.split(" ")[0], *ends.removesuffix("exact").split(" to ")):
        assert len(number.partition(".")[2]) in (decimals, 0) if number else True
        assert "e" not in number


@given(totals(), UNITS)
def test_the_interval_of_a_part_holds_it_and_no_part_is_shown_as_nothing(both, unit):
    whole, (value, low, high) = both
    low, high = min(low, value), max(high, value)
    assume(low < high)
    above = digits.column(whole[0], whole[1], whole[2], unit, 2)
    written, ends = digits.part(value, low, high, above)
    assume(ends != "exact")  # a hair of a difference may get lost on the way to the unit
    first, last = (float(end) for end in ends.split(" to "))
    # A float has sixteen digits, however many places are shown.
    slack = 2e-6 * 10.0**-above.place + 1e-12 * high * above.factor
    assert first <= low * above.factor + slack
    assert last >= high * above.factor - slack
    number = written.split(" ")[0]
    assert number.startswith("<") or float(number) > 0


def test_parts_are_told_as_far_as_their_total_goes():
    whole = digits.column(430e-9, 110e-9, 2140e-9, "kgCO2e", 2)
    assert digits.part(62e-9, 21e-9, 179e-9, whole) == ("60 µgCO2e", "20 to 180")
    assert digits.part(3e-9, 1e-9, 8e-9, whole) == ("<10 µgCO2e", "0 to 10")
    assert digits.part(0.0, 0.0, 0.0, whole) == ("0 µgCO2e", "-")
    assert digits.part(50e-9, 50e-9, 50e-9, whole) == ("50 µgCO2e", "exact")


@given(intervals())
def test_the_ends_beside_a_value_hold_it_as_it_is_shown(interval):
    value, low, high = interval
    shown = digits.rounded(value, digits.significant(value, low, high))
    assume(low <= float(shown) <= high)
    first, last = (float(end) for end in digits.ends(shown, low, high).split(" to "))
    assert first <= float(shown) * (1 + 1e-5)
    assert float(shown) <= last * (1 + 1e-5)
