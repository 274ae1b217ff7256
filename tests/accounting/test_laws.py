"""Laws of the account, which no inventory may break."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.account import work_out
from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.statement import state
from submeter.accounting.surroundings import Facility, Grid
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Z95
from tests.accounting.inventories import (
    ENERGIES,
    INTENSITIES,
    INVENTORIES,
    ITEMS,
    drew,
    exact,
    for_method,
    kwh,
    whole,
    wide,
)

FEW = Draws(count=256)
METHOD = st.sampled_from(METHODS)
TOTALS = ("energy", "carbon", "water")


def quantities(answer):
    """Give every Q of a statement with its path."""
    found = {}

    def look(entry, path):
        if isinstance(entry, dict) and "tier" in entry:
            found[path] = entry
        elif isinstance(entry, dict):
            for name, value in entry.items():
                look(value, (*path, name))

    look(answer, ())
    return found


def width(quantity):
    return quantity.high - quantity.low


def energy_of(*items):
    total = state(
        whole(items=items, idle=(), facility=Facility()), SUBMETER_1, Draws()
    ).energy.total
    assert total is not None
    return total


@settings(max_examples=40)
@given(INVENTORIES, METHOD)
def test_every_interval_holds_its_value_and_nothing_is_negative(inventory, method):
    for quantity in quantities(
        state(for_method(inventory, method), method, FEW).as_dict()
    ).values():
        assert 0 <= quantity["low"] <= quantity["value"] <= quantity["high"]
        assert math.isfinite(quantity["high"])


@settings(max_examples=40)
@given(INVENTORIES, METHOD)
def test_parts_add_up_to_the_total_in_every_realisation(inventory, method):
    account = work_out(for_method(inventory, method), method, FEW)
    sums = [
        (account.energy, account.components.values()),
        (account.carbon, (account.operational, account.idle, account.embodied)),
        (account.water, (account.on_site, account.electricity)),
    ]
    for total, parts in sums:
        if total is not None:
            known = [part.figures for part in parts if part is not None]
            assert total.figures == pytest.approx(sum(known), rel=1e-12)


@settings(max_examples=40)
@given(ITEMS, ITEMS)
def test_items_are_additive(some, others):
    apart = [work_out(whole(items=items), SUBMETER_1, FEW) for items in (some, others)]
    none = work_out(whole(items=(drew("gpu", 0.0),)), SUBMETER_1, FEW)
    both = work_out(whole(items=some + others), SUBMETER_1, FEW)
    if not (some and others):
        return
    for name in ("energy", "operational", "carbon", "water", "primary_energy"):
        joined, rest = getattr(both, name), getattr(none, name)
        parts = sum(getattr(account, name).figures for account in apart)
        assert joined.figures == pytest.approx(parts - rest.figures, rel=1e-9, abs=1e-12)


@settings(max_examples=40)
@given(INVENTORIES, st.floats(1.0, 10.0))
def test_more_energy_a_dirtier_grid_or_a_worse_building_never_costs_less(inventory, ratio):
    def worse(factor):
        return factor and replace(
            factor, value=factor.value * ratio, low=factor.low * ratio, high=factor.high * ratio
        )

    items = tuple(replace(item, energy=worse(item.energy)) for item in inventory.items)
    facility = replace(inventory.facility, pue=worse(inventory.facility.pue))
    grid = replace(inventory.grid, intensity=worse(inventory.grid.intensity))
    before = work_out(inventory, SUBMETER_1, FEW)
    for change in ({"items": items}, {"facility": facility}, {"grid": grid}):
        after = work_out(replace(inventory, **change), SUBMETER_1, FEW)
        for name in TOTALS:
            old, new = getattr(before, name), getattr(after, name)
            assert (old is None) == (new is None)
            assert old is None or (new.figures >= old.figures * (1 - 1e-12)).all()


@settings(max_examples=30)
@given(ENERGIES, INTENSITIES, st.floats(1, 5))
def test_units_change_nothing(energy, intensity, ratio):
    plain = whole(
        items=(drew("gpu", energy, ratio),),
        grid=Grid(wide("grid", intensity, ratio, "gCO2e/kWh"), exact("w", 2.0, "L/kWh")),
    )
    joules = replace(kwh("gpu", energy * 3.6, ratio), unit="MJ")
    other = replace(
        plain,
        items=(EnergyItem("gpu", joules),),
        grid=Grid(wide("grid", intensity / 1000, ratio, "tCO2e/MWh"), exact("w", 2.0, "m3/MWh")),
    )
    one, two = (quantities(state(entry, SUBMETER_1, FEW).as_dict()) for entry in (plain, other))
    assert one.keys() == two.keys()
    for path, quantity in one.items():
        for end in ("value", "low", "high"):
            assert quantity[end] == pytest.approx(two[path][end], rel=1e-9)


@settings(max_examples=40)
@given(st.floats(1, 4), st.floats(1, 4), st.floats(1.0, 3.0))
def test_a_wider_factor_never_narrows_the_result(ratio, other, wider):
    # Realisations are finite: between independent factors the law holds to within their noise.
    def carbon(spread):
        grid = Grid(wide("grid", 400.0, spread, "gCO2e/kWh"))
        inventory = whole(items=(drew("gpu", 1.0, other),), idle=(), embodied=(), grid=grid)
        total = state(inventory, SUBMETER_1, Draws()).carbon.total
        assert total is not None
        return total

    narrow, broad = carbon(ratio), carbon(ratio * wider)
    assert width(broad) >= width(narrow) * (1 - 0.03)


@given(st.floats(1.01, 10), st.floats(1.0, 3.0))
def test_a_wider_lone_factor_is_strictly_wider(ratio, wider):
    assert width(energy_of(drew("gpu", 1.0, ratio * wider))) >= width(
        energy_of(drew("gpu", 1.0, ratio))
    )


def test_one_unknown_in_two_items_is_drawn_once_and_two_unknowns_even_out():
    twice = energy_of(drew("gpu", 2.0, 3.0, "k"))
    shared = energy_of(drew("gpu", 1.0, 3.0, "k"), drew("cpu", 1.0, 3.0, "k"))
    apart = energy_of(drew("gpu", 1.0, 3.0, "k"), drew("cpu", 1.0, 3.0, "l"))
    assert width(shared) == pytest.approx(width(twice), rel=1e-12)
    assert width(apart) < 0.85 * width(twice)


@pytest.mark.parametrize("ratio", [1.1, 2.0, 8.0])
def test_a_chain_of_lognormals_matches_the_closed_form(ratio):
    grid = Grid(wide("grid", 400.0, ratio, "gCO2e/kWh"))
    inventory = whole(items=(drew("gpu", 2.0, 1.5),), idle=(), embodied=(), grid=grid)
    inventory = replace(inventory, facility=Facility())
    total = state(inventory, SUBMETER_1, Draws()).carbon.total
    assert total is not None
    sigma = math.hypot(math.log(ratio), math.log(1.5)) / Z95
    assert total.value == pytest.approx(0.8)
    assert total.high == pytest.approx(0.8 * math.exp(Z95 * sigma), rel=0.06 * sigma * Z95)
    assert total.low == pytest.approx(0.8 * math.exp(-Z95 * sigma), rel=0.06 * sigma * Z95)


def test_a_lone_factor_keeps_its_own_interval():
    total = energy_of(drew("gpu", 2.0, 1.5))
    assert (total.low, total.high) == pytest.approx((2 / 1.5, 3.0), rel=1e-5)


@settings(max_examples=20)
@given(INVENTORIES, METHOD, st.integers(0, 2**64))
def test_a_statement_repeats_bit_for_bit(inventory, method, seed):
    first, second = (
        json.dumps(state(for_method(inventory, method), method, Draws(seed, 128)).as_dict())
        for _ in range(2)
    )
    assert first == second


@settings(max_examples=40)
@given(INVENTORIES, METHOD)
def test_whatever_is_null_is_named_in_missing(inventory, method):
    answer = state(for_method(inventory, method), method, FEW).as_dict()
    named = {note.split(":")[0] for note in answer["missing"]}

    def look(entry, path):
        if entry is None:
            assert named & {*path, "_".join(reversed(path))}, path
        elif isinstance(entry, dict):
            for name, value in entry.items():
                look(value, (*path, name))

    look(answer, ())


@settings(max_examples=40)
@given(INVENTORIES, METHOD)
def test_a_total_that_lacks_a_part_says_which(inventory, method):
    account = work_out(for_method(inventory, method), method, FEW)
    named = {note.split(":")[0] for note in account.missing}
    lacking = {
        "idle": account.idle is None,
        "embodied": account.embodied is None,
        "facility": "facility" not in account.components,
        "on_site": account.on_site is None,
    }
    told = {"idle": "carbon", "on_site": "water", "facility": "energy", "embodied": "embodied"}
    for part, absent in lacking.items():
        assert not absent or {part, told[part]} & named, part


def test_quality_travels():
    measured = EnergyItem("gpu", kwh("gpu", 1.0, tier=Tier.MEASURED), coverage=0.5)
    modelled = drew("cpu", 1.0, 1.5)
    energy = state(whole(items=(measured, modelled), idle=()), SUBMETER_1, FEW).energy
    assert energy.by_component["gpu"].tier is Tier.MEASURED
    assert energy.by_component["cpu"].tier is Tier.MODELLED
    assert energy.total is not None
    assert energy.total.tier is Tier.MIXED
    assert energy.by_component["gpu"].coverage == 0.5
    assert energy.total.coverage == pytest.approx(2 / 3)
