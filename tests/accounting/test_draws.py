"""Laws of the draws: one key is one unknown, the same everywhere; a factor's shape is kept."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.draws import Draws, _exp, _log, _normal_grid
from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Spread
from tests.accounting.inventories import SOURCE, exact, wide

FIGURES = "e810238e19b7b0cd628e834f1c7019da53611ffb57bbda344bc69c68717d5c57"
GRID = "8ad028a1629249908bec7f84847ee5c7e0c3fbfc492b723ea059bc7b0823aa91"

FACTORS = st.builds(
    lambda value, below, above, spread: Factor(
        "x",
        value,
        value if spread is Spread.EXACT else value / below,
        value if spread is Spread.EXACT else value * above,
        "kWh",
        spread,
        Tier.ASSUMED,
        SOURCE,
    ),
    st.floats(1e-9, 1e9),
    st.floats(1, 100),
    st.floats(1, 100),
    st.sampled_from(Spread),
)


def test_one_key_is_one_column_and_another_key_another():
    draws = Draws(seed=3)
    assert (draws.ranks("a") == Draws(seed=3).ranks("a")).all()
    assert sorted(draws.ranks("a")) == list(range(draws.count))
    columns = [draws.quantiles(key) for key in "abcdefgh"]
    columns.append(Draws(seed=4).quantiles("a"))
    correlations = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlations).max() < 0.06


def test_the_columns_are_the_same_on_every_machine():
    draws = Draws(seed=1, count=1000)
    figures = draws.figures(wide("grid/FR", 42.0, 1.7, "gCO2e/kWh"))
    assert draws.ranks("grid/FR")[:5].tolist() == [721, 843, 3, 253, 48]
    assert hashlib.sha256(figures.astype("<f8").tobytes()).hexdigest() == FIGURES
    assert hashlib.sha256(_normal_grid(4096).astype("<f8").tobytes()).hexdigest() == GRID


@settings(max_examples=50)
@given(FACTORS)
def test_a_draw_is_the_factors_own_quantile(factor):
    draws = Draws(count=64)
    figures = draws.figures(factor)
    assert figures[0] == factor.value
    told = [factor.quantile(z) for z in draws.quantiles(factor.id)]
    assert figures[1:] == pytest.approx(told, rel=1e-7)
    assert (figures >= 0).all()


@given(st.floats(-300, 300))
def test_the_exponential_is_the_exponential(x):
    assert _exp(np.array([x]))[0] == pytest.approx(math.exp(x), rel=4e-16)


@given(st.floats(1e-300, 1e300))
def test_the_logarithm_is_the_logarithm(x):
    assert _log(x) == pytest.approx(math.log(x), rel=1e-15, abs=1e-300)


def test_what_is_known_has_one_value():
    factor = wide("a", 3.0, 2.0, "kWh")
    assert set(Draws(count=8, known=frozenset({"a"})).figures(factor)) == {3.0}
    assert set(Draws(count=8).figures(exact("b", 2.0, "kWh"))) == {2.0}


@pytest.mark.parametrize("count", [2, 5, 4096])
def test_the_normal_grid_is_even(count):
    grid = _normal_grid(count)
    assert len(grid) == count
    assert (grid == -grid[::-1]).all()
    assert (np.diff(grid) > 0).all()


def test_figures_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        Draws(count=8).figures(wide("a", 3.0, 2.0, "kWh"))[0] = 1.0


def test_one_draw_is_refused():
    with pytest.raises(QuantityError, match="cannot show an interval"):
        Draws(count=1)
