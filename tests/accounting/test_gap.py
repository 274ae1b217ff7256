"""The gap between two accounts is split exactly, and what does not differ has no part in it."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.gap import ASPECTS, Side, gap
from submeter.accounting.inventory import FunctionalUnit
from submeter.accounting.method import Part
from submeter.accounting.methods import AIES, GHG_LOCATION, METHODS, SUBMETER_1
from submeter.accounting.methods.standards import GHG_MARKET
from submeter.accounting.portion import portion
from submeter.accounting.surroundings import Facility, Grid
from submeter.accounting.widest import WORLD
from submeter.errors import UsageError
from tests.accounting.inventories import INVENTORIES, drew, exact, for_method, kwh, whole

BLOOM = next(method for method in METHODS if method.id == "bloom-2022")
METHOD = st.sampled_from([SUBMETER_1, BLOOM, GHG_LOCATION, GHG_MARKET, AIES])


def side(inventory, method=BLOOM, **conditions):
    return Side("one", inventory, method, conditions)


def grid(grams):
    return Grid(exact("grid", grams, "gCO2e/kWh"))


def query(joules, tokens, **conditions):
    inventory = whole(
        items=(drew("gpu", joules / 3.6e6),), idle=(), embodied=(), facility=Facility(),
        unit=FunctionalUnit("query", 1),
    )  # fmt: skip
    return side(inventory, AIES, output_tokens=str(tokens), **conditions)


@settings(max_examples=30, deadline=None)
@given(INVENTORIES, INVENTORIES, METHOD, METHOD)
def test_the_causes_add_up_to_the_gap(one, other, method, second):
    first = side(for_method(one, method), method)
    last = side(for_method(other, second), second)
    try:
        found = gap(first, last)
    except UsageError:
        return
    size = max(abs(found.first), abs(found.second), 1e-12)
    assert math.fsum(cause.effect for cause in found.causes) == pytest.approx(
        found.second - found.first, abs=1e-9 * size
    )


@settings(max_examples=20, deadline=None)
@given(INVENTORIES, METHOD)
def test_an_account_does_not_differ_from_itself(inventory, method):
    one = side(for_method(inventory, method), method)
    try:
        found = gap(one, one)
    except UsageError:
        return
    assert found.causes == ()
    assert found.first == found.second


def test_only_the_place_differs():
    inventory = whole()
    found = gap(side(replace(inventory, grid=grid(57.0))), side(replace(inventory, grid=grid(570))))
    assert [cause.aspect for cause in found.causes] == ["place"]
    assert found.causes[0].words == "57 gCO2e/kWh → 570 gCO2e/kWh"
    assert set(ASPECTS) > {"place", "facility"}


def test_the_other_way_round_is_the_same_with_another_sign():
    one, other = side(whole()), side(replace(whole(), grid=grid(57.0)), SUBMETER_1)
    there, back = gap(one, other), gap(other, one)
    effects = {cause.aspect: cause.effect for cause in there.causes}
    for cause in back.causes:
        assert cause.effect == pytest.approx(-effects[cause.aspect])


def test_a_score_beside_a_served_answer():
    score = query(62.6, 10, batch="1", stack="transformers")
    served = query(27.8, 397, batch="512", stack="vLLM")
    found = gap(score, served, "energy")
    length, rest = found.causes
    assert length.aspect == "length"
    assert length.factor == pytest.approx(39.7)
    assert rest.aspect == "batch and stack"
    assert rest.factor == pytest.approx(27.8 / 62.6 / 39.7)
    assert 1 / rest.factor == pytest.approx(89.4, abs=0.1)  # per token
    assert length.effect + rest.effect == pytest.approx((27.8 - 62.6) / 3.6e6)


def test_a_figure_between_tells_batch_from_stack():
    between = query(177.0, 397, batch="8", stack="vLLM")
    served = query(27.8, 397, batch="512", stack="vLLM")
    (cause,) = gap(between, served, "energy").causes
    assert cause.aspect == "batch"
    assert cause.factor == pytest.approx(27.8 / 177)


def test_figures_are_for_one_unit_of_each():
    many = whole(items=(drew("gpu", 10.0),), idle=(), embodied=(), unit=FunctionalUnit("run", 10))
    one = replace(many, items=(drew("gpu", 1.0),), unit=FunctionalUnit("run", 1))
    assert gap(side(many), side(one)).causes == ()


@settings(max_examples=20, deadline=None)
@given(INVENTORIES, METHOD, st.floats(0.01, 100.0))
def test_as_much_of_everything_for_as_many_more_units_differs_in_nothing(inventory, method, many):
    """Idle energy and hours of hardware are brought to one unit too, not the work's alone."""
    one = for_method(inventory, method)
    count = (one.unit.count or 1.0) * many
    more = replace(portion(one, many), unit=replace(one.unit, count=count))
    try:
        found = gap(side(one, method), side(more, method))
    except UsageError:
        return
    assert found.second == pytest.approx(found.first, rel=1e-9)
    for cause in found.causes:
        assert abs(cause.effect) <= 1e-9 * found.first


@pytest.mark.parametrize(("tokens", "joules"), [(20, 200.0), (30, 300.0), (7, 70.0)])
def test_where_length_tells_all_nothing_else_is_named(tokens, joules):
    (cause,) = gap(query(100.0, 10), query(joules, tokens), "energy").causes
    assert cause.aspect == "length"
    assert cause.factor == pytest.approx(tokens / 10)
    assert cause.effect == pytest.approx((joules - 100.0) / 3.6e6)


@pytest.mark.parametrize("tokens", ["", "many", "0", "-3"])
def test_a_length_that_is_none_is_no_cause(tokens):
    (cause,) = gap(query(100.0, 10), query(50.0, tokens), "energy").causes
    assert cause.aspect == "energy of one unit"
    assert cause.factor == pytest.approx(0.5)


def test_from_nothing_there_is_a_difference_and_no_ratio():
    """On a grid of 0 g/kWh no factor leads to any other figure."""
    one, other = side(replace(whole(), embodied=(), grid=grid(0.0))), side(whole(embodied=()))
    (cause,) = gap(one, other).causes
    assert cause.aspect == "place"
    assert math.isnan(cause.factor)
    assert cause.effect == pytest.approx(gap(one, other).second)


def test_what_is_not_known_of_a_mixture_leaves_the_split_exact():
    """Water of the site alone here, of the grid alone there: of neither's mixture any is known."""
    site = replace(whole(), facility=Facility(wue=exact("wue", 2.0, "L/kWh")), grid=Grid())
    grid_only = Grid(water=exact("ewif", 3.0, "L/kWh"))
    other = replace(whole(), facility=Facility(), grid=grid_only)
    here, there = (replace(SUBMETER_1, parts=(part,)) for part in (Part.ON_SITE, Part.ELECTRICITY))
    found = gap(side(site, here), side(other, there), "water")
    assert {cause.aspect for cause in found.causes} == {"boundary", "facility", "place"}
    assert math.fsum(cause.effect for cause in found.causes) == pytest.approx(
        found.second - found.first
    )
    assert found.second / found.first == pytest.approx(1.5)


def test_idle_and_hardware_are_causes_of_their_own():
    inventory = whole()
    bare = replace(inventory, idle=(), embodied=())
    found = {cause.aspect: cause.effect for cause in gap(side(bare), side(inventory)).causes}
    assert set(found) == {"idle", "hardware"}
    assert all(effect > 0 for effect in found.values())
    assert kwh("a", 1.0).value == 1.0


def test_figures_that_are_not_there_are_told():
    with pytest.raises(UsageError, match="no figure for carbon"):
        gap(query(1.0, 1), query(2.0, 1), "carbon")
    empty = side(whole(items=(), idle=(), embodied=()))
    with pytest.raises(UsageError, match="no figure in common"):
        gap(empty, empty)


def of_basis(method, name, **grids):
    told = {key: exact(key, grams, "gCO2e/kWh") for key, grams in grids.items()}
    inventory = whole(
        items=(drew("gpu", 1.0),), idle=(), embodied=(), facility=Facility(), unit=FunctionalUnit()
    )
    return Side(name, replace(inventory, grid=Grid(**told)), method)


def test_no_figure_that_nobody_stated_stands_between_a_contract_and_a_place():
    """Google's prompt is 94 g/kWh by contract; where it ran, nobody says."""
    world = replace(exact("grid", 457.6, "gCO2e/kWh"), id=WORLD)
    contract = of_basis(GHG_MARKET, "contract", market=94.0)
    contract = replace(
        contract, inventory=replace(contract.inventory, grid=replace(
            contract.inventory.grid, intensity=world)),
    )  # fmt: skip
    place = of_basis(GHG_LOCATION, "place", intensity=345.0)
    for one, other in ((contract, place), (place, contract)):
        (cause,) = gap(one, other, "carbon").causes
        assert cause.aspect == "method and place"
        assert cause.effect == pytest.approx((0.345 - 0.094) * (1 if one is contract else -1))
    (cause,) = gap(contract, place, "carbon").causes
    assert cause.words == "94 gCO2e/kWh, market-based → 345 gCO2e/kWh, location-based"


def test_where_both_intensities_are_known_method_and_place_are_told_apart():
    one = of_basis(GHG_MARKET, "one", market=94.0, intensity=345.0)
    other = of_basis(GHG_LOCATION, "other", market=10.0, intensity=57.0)
    causes = {cause.aspect: cause.effect for cause in gap(one, other, "carbon").causes}
    assert set(causes) == {"method", "place"}
    assert sum(causes.values()) == pytest.approx(0.057 - 0.094)
    same = of_basis(GHG_MARKET, "same", market=10.0, intensity=57.0)
    (cause,) = gap(one, same, "carbon").causes
    assert cause.words == "94 gCO2e/kWh → 10 gCO2e/kWh"
