"""A price is read in any currency and per any energy; nothing is converted to another currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.price import parse_price

CURRENCIES = st.sampled_from(("EUR", "USD", "JPY", "CHF"))
ENERGIES = {"kWh": 1.0, "MWh": 1e-3, "GWh": 1e-6, "MJ": 3.6}


@given(price=st.floats(0, 1e4), currency=CURRENCIES, energy=st.sampled_from(sorted(ENERGIES)))
def test_a_price_is_the_same_however_it_is_written(price, currency, energy):
    told = parse_price(f"{price / ENERGIES[energy]!r} {currency}/{energy}")
    assert told.value == pytest.approx(price, rel=1e-12)
    assert told.low == told.value == told.high
    assert told.unit == f"{currency}/kWh"


@given(
    numbers=st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3).map(sorted), currency=CURRENCIES
)
def test_an_interval_is_kept(numbers, currency):
    low, value, high = numbers
    told = parse_price(f"{value!r} ({low!r} to {high!r}) {currency}/kWh")
    assert tuple(told) == (value, low, high, f"{currency}/kWh")


@pytest.mark.parametrize(
    "text",
    ["0.21", "0.21 EUR", "0.21 €/kWh", "21 ct/kWh", "0.21 EUR/h", "21 % EUR/kWh", "x EUR/kWh",
     "0,21 EUR/kWh", "57 gCO2e/kWh", "EUR/kWh"],
)  # fmt: skip
def test_what_is_no_price_is_refused(text):
    with pytest.raises(QuantityError, match="--price"):
        parse_price(text, "--price")


def test_a_price_below_nothing_is_refused():
    with pytest.raises(QuantityError, match="below 0"):
        parse_price("-0.01 EUR/kWh")
    with pytest.raises(QuantityError, match="below 0"):
        parse_price("0.10 ± 0.20 EUR/kWh")
