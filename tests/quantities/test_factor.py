"""Factors: never negative when spread, and a wider one never gives a narrower interval."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Z95, Factor, Source, Spread, stated

SOURCE = Source("drawn", "drawn by a test", "CC0-1.0")
SPREADS = st.sampled_from([Spread.LOGNORMAL, Spread.UNIFORM])
positive = st.floats(1e-9, 1e9)


def factor(low, value, high, spread=Spread.LOGNORMAL):
    return Factor("f", value, low, high, "gCO2e/kWh", spread, Tier.ASSUMED, SOURCE)


@st.composite
def factors(draw, spread=SPREADS):
    low, value, high = sorted(draw(st.tuples(positive, positive, positive)))
    return factor(low, value, high, draw(spread))


@given(factors(), st.floats(0.01, 1.0), st.floats(1.0, 100.0), st.floats(-4, 4))
def test_a_wider_factor_is_never_narrower_at_any_quantile(inner, down, up, z):
    outer = factor(inner.low * down, inner.value, inner.high * up, inner.spread)
    if z == 0 and inner.spread is Spread.LOGNORMAL:
        assert outer.quantile(z) == inner.quantile(z) == inner.value
    elif z > 0 and inner.spread is Spread.LOGNORMAL:
        assert outer.quantile(z) >= inner.quantile(z) * (1 - 1e-12)
    elif inner.spread is Spread.LOGNORMAL:
        assert outer.quantile(z) <= inner.quantile(z) * (1 + 1e-12)
    widths = [each.quantile(abs(z)) - each.quantile(-abs(z)) for each in (outer, inner)]
    assert widths[0] >= widths[1] - 1e-9 * outer.high


@given(factors(), st.floats(-6, 6), st.floats(-6, 6))
def test_quantiles_rise_and_are_never_negative(each, one, other):
    low, high = each.quantile(min(one, other)), each.quantile(max(one, other))
    assert 0 <= low <= high * (1 + 1e-12)


@given(factors(spread=st.just(Spread.LOGNORMAL)))
def test_a_lognormal_passes_through_its_three_numbers(each):
    for z, expected in ((-Z95, each.low), (0, each.value), (Z95, each.high)):
        assert math.isclose(each.quantile(z), expected, rel_tol=1e-9)


@given(factors(spread=st.just(Spread.UNIFORM)), st.floats(-8, 8))
def test_a_uniform_stays_within_its_ends(each, z):
    assert each.low <= each.quantile(z) <= each.high * (1 + 1e-12)


@given(st.floats(-1e9, 1e9), st.floats(-6, 6))
def test_what_the_user_stated_has_no_spread(value, z):
    each = stated("grid", value, "gCO2e/kWh", "--grid")
    assert each.quantile(z) == value
    assert each.source.citation.endswith("--grid")


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_an_interval_that_does_not_hold_its_value_is_refused(low, value, high):
    assume(not low <= value <= high)
    with pytest.raises(QuantityError, match="does not hold its value"):
        factor(low, value, high)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_factor_is_finite(bad):
    with pytest.raises(QuantityError, match="finite"):
        factor(0.0, 1.0, bad)


@pytest.mark.parametrize("spread", [Spread.LOGNORMAL, Spread.UNIFORM])
def test_a_spread_factor_is_never_negative(spread):
    with pytest.raises(QuantityError, match="negative"):
        factor(-1.0, 1.0, 2.0, spread)


def test_a_lognormal_cannot_begin_at_zero():
    with pytest.raises(QuantityError, match="positive low end"):
        factor(0.0, 1.0, 2.0)


def test_an_exact_factor_may_be_a_saving():
    assert factor(-1.0, -1.0, -1.0, Spread.EXACT).quantile(2.0) == -1.0


def test_an_exact_factor_has_no_interval():
    with pytest.raises(QuantityError, match="no interval"):
        Factor("x", 1.0, 0.5, 2.0, "kWh", Spread.EXACT, Tier.ASSUMED, SOURCE)
