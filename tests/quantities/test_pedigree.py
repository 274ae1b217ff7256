"""Five scores make an interval, as the method that they come from has it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.quantities.pedigree import BASIC, INDICATORS, geometric_deviation, interval

SCORES = st.tuples(*[st.integers(1, 5)] * 5)


def test_the_best_scores_leave_the_basic_uncertainty():
    assert geometric_deviation((1, 1, 1, 1, 1)) ** 2 == pytest.approx(BASIC)


def test_one_bad_score_alone_is_its_factor():
    for place, table in enumerate(INDICATORS.values()):
        scores = [1] * 5
        scores[place] = 5
        assert geometric_deviation(scores, basic=1.0) ** 2 == pytest.approx(table[4])


def test_a_published_combination():
    """ln² of the basic and the five factors add up (ecoinvent report 1, 2007, section 7.2)."""
    squares = sum(math.log(each) ** 2 for each in (1.05, 1.20, 1.10, 1.50, 1.05, 1.50))
    found = geometric_deviation((4, 4, 5, 4, 4))
    assert found == pytest.approx(math.exp(math.sqrt(squares) / 2))


def test_the_factors_are_the_variances_of_the_later_guideline():
    """Data quality guideline of ecoinvent 3, 2013: variances of ln, as Brightway has them."""
    published = {
        "reliability": (0, 0.0006, 0.002, 0.008, 0.04),
        "completeness": (0, 0.0001, 0.0006, 0.002, 0.008),
        "temporal": (0, 0.0002, 0.002, 0.008, 0.04),
        "geographical": (0, 0.000025, 0.0001, 0.0006, 0.002),
        "technological": (0, 0.0006, 0.008, 0.04, 0.12),
    }
    for name, variances in published.items():
        made = [(math.log(each) / 2) ** 2 for each in INDICATORS[name]]
        assert made == pytest.approx(variances, rel=0.15), name


@given(SCORES, st.integers(0, 4))
def test_a_worse_score_never_narrows(scores, place):
    worse = [*scores]
    worse[place] = min(5, worse[place] + 1)
    assert geometric_deviation(worse) >= geometric_deviation(scores) >= 1


@given(st.floats(1e-6, 1e6), SCORES)
def test_the_interval_holds_the_value_as_its_geometric_middle(value, scores):
    low, high = interval(value, scores)
    assert 0 < low < value < high
    assert math.sqrt(low * high) == pytest.approx(value)


@pytest.mark.parametrize("scores", [(1, 1, 1, 1), (1, 1, 1, 1, 1, 1), (0, 1, 1, 1, 1), (6,) * 5])
def test_what_is_no_pedigree_is_refused(scores):
    with pytest.raises(QuantityError, match="five scores from 1 to 5"):
        geometric_deviation(scores)


@pytest.mark.parametrize("basic", [0.9, float("nan")])
def test_a_basic_deviation_below_one_is_refused(basic):
    with pytest.raises(QuantityError, match="below 1"):
        geometric_deviation((1,) * 5, basic)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_a_number_that_is_not_positive_has_no_such_interval(value):
    with pytest.raises(QuantityError, match="not above 0"):
        interval(value, (1,) * 5)
