"""The closed form of a lognormal chain against draws of it."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from submeter.accounting.amount import percentile
from submeter.accounting.chain import _cumulants, _Side, product
from submeter.accounting.draws import Draws
from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Z95, Factor, Spread
from tests.accounting.inventories import SOURCE, exact, wide

MANY = Draws(count=1 << 17)


def lopsided(key, value, below, above):
    return Factor(
        key, value, value / below, value * above, "", Spread.LOGNORMAL, Tier.ASSUMED, SOURCE
    )


def drawn(factors, over=()):
    """Give the 2.5th and 97.5th percentile of the same chain by draws."""
    figures = np.ones(MANY.count + 1)
    for factor in factors:
        figures = figures * MANY.figures(factor)
    for factor in over:
        figures = figures / MANY.figures(factor)
    ordered = np.sort(figures[1:])
    return percentile(ordered, 0.025), percentile(ordered, 0.975)


RATIOS = st.floats(1.02, 6.0)


@given(st.lists(RATIOS, min_size=1, max_size=6), st.floats(1e-9, 1e9))
def test_symmetrical_chains_are_exact(ratios, scale):
    factors = [wide(str(n), 2.0, ratio, "") for n, ratio in enumerate(ratios)]
    told = product(scale, factors)
    width = math.sqrt(sum(math.log(ratio) ** 2 for ratio in ratios))
    assert told.value == pytest.approx(scale * 2.0 ** len(ratios))
    assert told.high == pytest.approx(told.value * math.exp(width))
    assert told.low == pytest.approx(told.value * math.exp(-width))


@settings(max_examples=15, deadline=None)
@given(st.lists(RATIOS, min_size=2, max_size=4))
def test_draws_of_a_symmetrical_chain_agree(ratios):
    factors = [wide(f"s{n}", 1.0, ratio, "") for n, ratio in enumerate(ratios)]
    told, (low, high) = product(1.0, factors), drawn(factors)
    width = math.log(told.high / told.low)
    assert abs(math.log(told.low / low)) < 0.01 * width
    assert abs(math.log(told.high / high)) < 0.01 * width


SIDES = st.tuples(st.floats(0.05, 1.5), st.floats(1.0, 3.0), st.booleans())


@settings(max_examples=25, deadline=None)
@given(st.lists(SIDES, min_size=2, max_size=5))
@example([(0.4, 3.0, True), (0.4, 3.0, True)])
@example([(0.4, 3.0, True), (0.4, 3.0, False)])
@example([(0.4, 3.0, True)] * 4)
def test_ends_of_lopsided_chains_are_within_two_percent_of_the_width(sides):
    factors = []
    for number, (small, more, up) in enumerate(sides):
        ends = (small, small * more) if up else (small * more, small)
        factors.append(lopsided(f"l{number}", 1.0, *map(math.exp, ends)))
    told, (low, high) = product(1.0, factors), drawn(factors)
    width = math.log(high / low)
    noise = 0.006
    assert abs(math.log(told.low / low)) < (0.02 + noise) * width
    assert abs(math.log(told.high / high)) < (0.02 + noise) * width


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 2.0), st.floats(0.01, 2.0))
def test_the_cumulants_of_two_half_normals_are_those_of_their_draws(below, above):
    grid = MANY.quantiles("any")
    figures = np.where(grid > 0, grid * above, grid * below)
    mean = figures.mean()
    central = [((figures - mean) ** power).mean() for power in (2, 3, 4)]
    told = _cumulants(_Side(below, above))
    size = max(below, above)
    assert told[0] == pytest.approx(mean, abs=1e-3 * size)
    assert told[1] == pytest.approx(central[0], abs=1e-3 * size**2)
    assert told[2] == pytest.approx(central[1], abs=2e-3 * size**3)
    assert told[3] == pytest.approx(central[2] - 3 * central[0] ** 2, abs=1e-2 * size**4)


@given(st.floats(1.01, 5), st.floats(1.01, 5))
def test_a_lone_unknown_keeps_its_own_ends(below, above):
    factor = lopsided("x", 3.0, below, above)
    assert product(2.0, [factor]) == pytest.approx((6.0, 6.0 / below, 6.0 * above))
    inverse = product(2.0, [], [factor])
    assert inverse == pytest.approx((2 / 3, 2 / 3 / above, 2 / 3 * below))


@given(RATIOS)
def test_one_unknown_in_two_links_adds_up_and_cancels(ratio):
    factor = wide("x", 1.0, ratio, "")
    assert product(1.0, [factor, factor]) == pytest.approx((1.0, ratio**-2, ratio**2))
    assert product(1.0, [factor], [factor]) == (1.0, 1.0, 1.0)
    twice = product(1.0, [factor, wide("y", 1.0, 2.0, "")], [wide("y", 1.0, 2.0, "")])
    assert twice == pytest.approx((1.0, 1 / ratio, ratio))


@given(st.lists(st.tuples(RATIOS, RATIOS), min_size=1, max_size=4), st.floats(1.0, 2.0))
def test_a_wider_link_never_narrows_a_symmetrical_chain_and_nothing_is_negative(sides, wider):
    factors = [wide(str(n), 1.0, ratio, "") for n, (ratio, _) in enumerate(sides)]
    more = [wide("0", 1.0, sides[0][0] * wider, ""), *factors[1:]]
    narrow, broad = product(1.0, factors), product(1.0, more)
    assert 0 <= broad.low <= narrow.low * (1 + 1e-12)
    assert broad.high >= narrow.high * (1 - 1e-12)
    uneven = product(1.0, [lopsided(str(n), 1.0, *each) for n, each in enumerate(sides)])
    assert 0 < uneven.low <= uneven.value <= uneven.high


def test_exact_links_and_nothing_have_no_width():
    assert product(3.0, [exact("a", 2.0, "kWh")]) == (6.0, 6.0, 6.0)
    assert product(0.0, [wide("a", 2.0, 2.0, "")]) == (0.0, 0.0, 0.0)


def test_what_is_no_lognormal_chain_is_refused():
    with pytest.raises(QuantityError, match="uniform"):
        product(1.0, [wide("a", 2.0, 2.0, "", Spread.UNIFORM)])
    with pytest.raises(QuantityError, match="cannot divide"):
        product(1.0, [], [exact("a", 0.0, "")])
    one, other = lopsided("x", 1.0, 2.0, 3.0), lopsided("x", 1.0, 3.0, 2.0)
    with pytest.raises(QuantityError, match="both ways"):
        product(1.0, [one], [other])


def test_the_embodied_chain_is_that_of_the_account():
    each = wide("e", 1000.0, 2.0, "kgCO2e")
    life, used = wide("l", 4.5, 1.3, "years"), wide("u", 0.5, 1.2, "")
    told = product(5.0 / 8760, [each], [life, used])
    low, high = (5.0 / 8760 * end for end in drawn([each], [life, used]))
    assert told.value == pytest.approx(1000 * 5 / (4.5 * 8760 * 0.5))
    assert (told.low, told.high) == pytest.approx((low, high), rel=0.02)
    sigma = math.sqrt(sum(math.log(each) ** 2 for each in (2.0, 1.3, 1.2))) / Z95
    assert told.high == pytest.approx(told.value * math.exp(Z95 * sigma))
