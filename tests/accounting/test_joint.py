"""Accounts that were drawn alike are added up, and what they share stays one unknown."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.account import work_out
from submeter.accounting.draws import Draws
from submeter.accounting.inventory import FunctionalUnit
from submeter.accounting.joint import add_up, as_one, gathered, work_out_all
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.patterns import grouped
from submeter.accounting.statement import Heading, state, state_together
from submeter.accounting.surroundings import Facility, Grid
from submeter.errors import UsageError
from tests.accounting.inventories import (
    GRID,
    INVENTORIES,
    apart,
    drew,
    exact,
    for_method,
    whole,
    wide,
)

FEW = Draws(count=128)
HEADING = Heading("job", "job", "training", FunctionalUnit())
QUANTITIES = ("energy", "operational", "idle", "embodied", "carbon", "water", "primary_energy")
SEVERAL = st.lists(INVENTORIES, min_size=1, max_size=4)
SEEN = st.lists(INVENTORIES.filter(lambda each: each.items), min_size=1, max_size=4)
"""Of work whose energy was seen: without it, there is no carbon of what idled meanwhile."""


@settings(max_examples=30)
@given(SEVERAL, st.sampled_from(METHODS))
def test_every_realisation_of_the_sum_is_the_sum_of_the_realisations(inventories, method):
    inventories = [for_method(inventory, method) for inventory in inventories]
    each = [work_out(inventory, method, FEW) for inventory in inventories]
    whole_ = work_out_all(apart(inventories), method, FEW)
    for name in QUANTITIES:
        parts = [amount for account in each if (amount := getattr(account, name)) is not None]
        found = getattr(whole_, name)
        if found is None:
            assert parts == []
        else:
            assert found.figures == pytest.approx(sum(part.figures for part in parts))
    for name, amount in whole_.components.items():
        parts = [account.components[name] for account in each if name in account.components]
        assert amount.value == pytest.approx(sum(part.value for part in parts))


@settings(max_examples=30)
@given(SEEN, st.sampled_from([each for each in METHODS if each.decimals is None]))
def test_what_is_put_into_one_inventory_comes_to_the_same(inventories, method):
    first = inventories[0]
    together = [
        for_method(replace(each, grid=first.grid, facility=first.facility), method)
        for each in inventories
    ]
    one = work_out(as_one(together, for_method(first, method)), method, FEW)
    sums = work_out_all(apart(together), method, FEW)
    for name in QUANTITIES:
        found, other = getattr(one, name), getattr(sums, name)
        assert (found is None) == (other is None)
        if found is not None:
            assert found.figures == pytest.approx(other.figures)


def test_a_domain_that_several_metered_is_told_apart_with_what_lies_in_it():
    meter = replace(drew("machine", 3.0), domain="psys")
    inner = replace(drew("gpu", 1.0), domain="gpu:0", inside="psys")
    ranks = [whole(items=(meter, inner), idle=()), whole(items=(meter, inner), idle=())]
    one = work_out(as_one(ranks, whole()), SUBMETER_1, FEW)
    assert one.components["machine"].value == pytest.approx(6.0)
    assert "gpu" not in one.components, "it lies in a meter that is counted"


def test_several_grids_are_no_one_inventory():
    other = whole(grid=Grid(exact("grid/Y", 1.0, "gCO2e/kWh")))
    with pytest.raises(UsageError, match="several grids"):
        as_one([whole(), other], whole())


@settings(max_examples=20)
@given(SEVERAL, st.randoms())
def test_order_changes_no_figure(inventories, random):
    one = work_out_all(apart(inventories), SUBMETER_1, FEW)
    random.shuffle(inventories)
    other = work_out_all(apart(inventories), SUBMETER_1, FEW)
    for name in QUANTITIES:
        found, again = getattr(one, name), getattr(other, name)
        assert (found is None) == (again is None)
        if found is not None:
            assert found.figures == pytest.approx(again.figures)


@settings(max_examples=20)
@given(INVENTORIES)
def test_one_alone_is_stated_as_ever(inventory):
    heading = Heading(inventory.id, inventory.name, inventory.stage, inventory.unit)
    alone = state(inventory, SUBMETER_1, FEW)
    assert state_together([inventory], SUBMETER_1, FEW, heading) == alone


def test_a_factor_that_all_share_is_one_unknown():
    """The interval of two alike is twice as wide, not the root of two."""
    one = whole(items=(drew("gpu", 2.0),), idle=(), embodied=(), facility=Facility())
    alone, both = (state_together([one] * n, SUBMETER_1, Draws(), HEADING) for n in (1, 2))
    for each in ("low", "high", "value"):
        assert getattr(both.carbon.total, each) == pytest.approx(
            2 * getattr(alone.carbon.total, each)
        )
    assert both.place == alone.place


def test_each_is_accounted_for_at_its_own_place():
    clean, dirty = (
        whole(
            items=(drew("gpu", 1.0),), idle=(), embodied=(), facility=Facility(),
            grid=Grid(exact(f"grid/{name}", intensity, "gCO2e/kWh")),
            place={"region": name, "name": name.title(), "from": "--region"},
        )
        for name, intensity in (("x", 50.0), ("y", 500.0))
    )  # fmt: skip
    told = state_together([clean, dirty, clean], SUBMETER_1, Draws(), HEADING)
    assert told.carbon.operational is not None
    assert told.carbon.operational.value == pytest.approx(0.6)
    assert told.place.words == {"region": "x, y", "name": "X, Y", "from": "--region"}
    assert told.place.grid is None
    assert {source.id for source in told.sources} >= {"meter"}


def test_what_some_lack_is_told_and_not_taken_for_zero():
    known = whole()
    unknown = replace(known, grid=Grid(water=GRID.water), embodied=())
    found = work_out_all(grouped([known, unknown, unknown]), SUBMETER_1, FEW)
    alone = work_out(known, SUBMETER_1, FEW)
    assert found.carbon is not None
    assert alone.carbon is not None
    assert found.carbon.value == pytest.approx(alone.carbon.value)
    assert "carbon: not known of 2 of 3 entries; the others' sum" in found.missing
    assert "embodied: not known of 2 of 3 entries; the others' sum" in found.missing


def test_prices_in_two_currencies_are_not_added_up():
    euro, yen = (
        whole(grid=replace(GRID, price=exact(f"price/{name}", 0.2, f"{name}/kWh")))
        for name in ("EUR", "JPY")
    )
    found = work_out_all(grouped([euro, yen]), SUBMETER_1, FEW)
    assert found.money is None
    assert any(each.startswith("money: prices in EUR, JPY") for each in found.missing)
    same = work_out_all(grouped([euro, euro]), SUBMETER_1, FEW)
    assert same.currency == "EUR"
    assert same.money is not None


def test_water_of_two_bases_is_mixed():
    plain = whole(facility=Facility())
    withdrawn = whole(
        facility=Facility(),
        grid=replace(GRID, water=replace(wide("ewif/W", 3.0, 3.0, "L/kWh"), basis="withdrawal")),
    )
    water = replace(wide("ewif/X", 3.0, 3.0, "L/kWh"), basis="consumption")
    consumed = replace(plain, grid=replace(GRID, water=water))
    assert work_out_all(grouped([consumed, consumed]), SUBMETER_1, FEW).water_basis == "consumption"
    assert work_out_all(grouped([consumed, withdrawn]), SUBMETER_1, FEW).water_basis == "mixed"


def test_without_water_there_is_no_basis():
    none = whole(facility=Facility(), grid=Grid())
    assert add_up([work_out(none, SUBMETER_1, FEW)] * 2).water_basis == "unspecified"


def test_notes_that_differ_in_numbers_stand_once():
    told = [["a: 1.5 kWh of x", "b: y"], ["a: 2e-06 kWh of x", "b: y"], ["a: 1 kWh of z"]]
    assert gathered(told) == ["a: 1.5 kWh of x (and 1 more like it)", "b: y", "a: 1 kWh of z"]
