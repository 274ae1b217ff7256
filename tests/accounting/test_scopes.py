"""The same joules stand in one scope of each reporter's books, on two bases that never mix."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import Inventory
from submeter.accounting.methods import GHG_LOCATION, METHODS
from submeter.accounting.scopes import METHODS as SHOWN
from submeter.accounting.scopes import Reporter, scopes
from submeter.accounting.statement import state
from submeter.accounting.surroundings import Facility, Grid
from submeter.errors import UsageError
from submeter.quantities.factor import stated

DRAWS = Draws(seed=3, count=64)
GRID = Grid(
    intensity=stated("grid", 300.0, "gCO2e/kWh", "us"),
    market=stated("market", 40.0, "gCO2e/kWh", "us"),
    upstream=stated("upstream", 50.0, "gCO2e/kWh", "us"),
)
SERVER = EmbodiedItem(
    "server", "server", stated("each", 876.0, "kgCO2e", "us"), 100.0, 1.0,
    stated("life", 1.0, "years", "us"), stated("used", 1.0, "", "us"),
)  # fmt: skip


def work(kwh=10.0, stage="inference", **more):
    return Inventory(
        "x", "x", stage, items=(EnergyItem("gpu", stated("gpu", kwh, "kWh", "us")),),
        embodied=(SERVER,), facility=Facility(pue=stated("pue", 1.2, "", "us")),
        **{"grid": GRID, **more},
    )  # fmt: skip


def figures(found):
    return {
        (row.scope, row.category, row.name): (row.location and row.location.value,
                                              row.market and row.market.value)
        for row in found.rows
    }  # fmt: skip


def value(estimate):
    assert estimate is not None
    return estimate.value


def near(told):
    return {key: pytest.approx(pair) for key, pair in told.items()}


def test_an_operator_has_scope_2_on_two_bases_and_two_categories_of_scope_3():
    found = scopes((work(),), Reporter.OPERATOR, DRAWS)
    assert figures(found) == near(
        {(2, None, "electricity"): (3.6, 0.48), (3, 2, "hardware"): (10.0, 10.0),
         (3, 3, "fuel chain"): (0.6, 0.6)}
    )  # fmt: skip
    assert (value(found.location), value(found.market)) == pytest.approx((14.2, 11.08))


def test_a_buyer_has_all_of_it_in_category_1():
    found = scopes((work(),), Reporter.BUYER, DRAWS)
    assert {(row.scope, row.category) for row in found.rows} == {(3, 1)}
    assert (value(found.location), value(found.market)) == pytest.approx((14.2, 11.08))


def test_a_seller_has_the_electricity_of_its_life_in_category_11():
    ten = replace(work(), unit=replace(work().unit, name="request", count=10.0))
    found = scopes((ten,), Reporter.SELLER, DRAWS, over_life=1000.0)
    assert figures(found) == near({(3, 11, "electricity"): (360.0, 48.0)})
    assert "1,000 requests expected" in found.rows[0].note
    assert value(scopes((ten,), Reporter.SELLER, DRAWS).location) == pytest.approx(3.6)


def test_a_seller_does_not_report_the_making_as_use():
    with pytest.raises(UsageError, match="of use, not of training"):
        scopes((work(stage="training"),), Reporter.SELLER, DRAWS)
    none = replace(work(), unit=replace(work().unit, count=None))
    with pytest.raises(UsageError, match="no number of units"):
        scopes((none,), Reporter.SELLER, DRAWS, over_life=5.0)


def test_the_location_based_scope_2_is_that_of_the_statement():
    statement = state(work(), GHG_LOCATION, DRAWS)
    found = scopes((work(),), Reporter.OPERATOR, DRAWS)
    assert found.rows[0].location == statement.carbon.total


def test_without_a_contract_there_is_no_market_based_figure_and_no_sum():
    found = scopes((work(grid=replace(GRID, market=None)),), Reporter.OPERATOR, DRAWS)
    assert found.rows[0].market is None
    assert found.market is None
    assert found.location is not None
    assert "no market-based intensity" in found.rows[0].note


def test_a_fuel_chain_that_is_not_known_is_told_and_not_zero():
    found = scopes((work(grid=replace(GRID, upstream=None)),), Reporter.OPERATOR, DRAWS)
    assert found.rows[2].location is None
    assert found.rows[2].note == "no figure for it is known"
    assert value(found.location) == pytest.approx(13.6)
    whole = replace(stated("grid", 300.0, "gCO2e/kWh", "us"), basis="lifecycle average")
    inside = replace(GRID, upstream=None, intensity=whole)
    told = scopes((work(grid=inside),), Reporter.OPERATOR, DRAWS)
    assert "holds it" in told.rows[2].note
    assert "lifecycle where ghg-location takes combustion" in told.rows[0].note


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=4), st.sampled_from(Reporter))
def test_the_rows_of_either_basis_add_up_and_the_bases_never_do(energies, reporter):
    found = scopes([work(kwh) for kwh in energies], reporter, DRAWS)
    for basis in ("location", "market"):
        rows = [value(getattr(row, basis)) for row in found.rows]
        assert sum(rows) == pytest.approx(value(getattr(found, basis)))
    assert value(found.location) > value(found.market)


def test_the_scopes_of_a_statement_are_plain_data():
    found = scopes((work(grid=replace(GRID, market=None)),), Reporter.OPERATOR, DRAWS)
    told = json.loads(json.dumps(found.as_dict()))
    assert told["role"] == "operator"
    assert [(row["scope"], row["category"]) for row in told["rows"]] == [(2, None), (3, 2), (3, 3)]
    statement = state(work(), GHG_LOCATION, DRAWS).carbon.total
    assert statement is not None
    assert told["rows"][0]["location"] == statement.as_dict()
    assert told["rows"][0]["market"] is told["total"]["market"] is None
    assert told["total"]["location"]["value"] == pytest.approx(14.2)
    assert "no market-based intensity" in told["rows"][0]["note"]


def test_a_row_is_called_as_the_protocol_calls_it():
    found = scopes((work(),), Reporter.OPERATOR, DRAWS)
    assert [row.title for row in found.rows] == [
        "Scope 2", "Scope 3, category 2", "Scope 3, category 3",
    ]  # fmt: skip


def test_scopes_are_of_methods_that_exist():
    assert set(SHOWN) <= {each.id for each in METHODS}
