"""The statement: a published account by hand, boundaries, what is missing, and its JSON."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import submeter.accounting
from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.method import Basis, Idle, Method, Part
from submeter.accounting.methods import AIES, GHG_LOCATION, METHODS, SUBMETER_1
from submeter.accounting.methods.standards import GHG_MARKET
from submeter.accounting.statement import SCHEMA_FILE, state
from submeter.accounting.surroundings import Facility, Grid
from submeter.quantities.estimate import Tier
from tests.accounting.inventories import (
    GRID,
    drew,
    exact,
    for_method,
    kwh,
    server,
    whole,
    wide,
)

SCHEMA = Path(submeter.accounting.__path__[0], SCHEMA_FILE)
BLOOM = Method(
    "bloom-in-this-test",
    "1",
    "BLOOM",
    "arXiv:2211.02001",
    "dynamic, idle and embodied; no PUE in the total",
    Idle.RESERVED,
    (Part.OPERATIONAL, Part.EMBODIED),
)
EMPTY = Inventory("00", "nothing known")


def answer(inventory, method=SUBMETER_1, draws=Draws(count=512)):  # noqa: B008 - frozen
    return state(inventory, method, draws)


def grams(quantity):
    assert quantity is not None
    return quantity.value


def test_blooms_published_account():
    def made(component, each, hours):
        years, used = exact("years", 6.0, "years"), exact("use", 0.85, "")
        return EmbodiedItem(
            component, component, exact(component, each, "kgCO2e"), hours, 1.0, years, used
        )

    training = Inventory(
        "bloom",
        "BLOOM-176B",
        "training",
        items=(EnergyItem("gpu", exact("gpu", 433_196, "kWh")),),
        idle=(IdleItem("idle", exact("idle", 256_646, "kWh"), occupied=1.0),),
        embodied=(made("server", 2500.0, 135_373.75), made("gpu", 150.0, 1_082_990.0)),
        facility=Facility(pue=exact("pue", 1.2, "")),
        grid=Grid(exact("grid", 57.0, "gCO2e/kWh")),
    )
    carbon = answer(training, BLOOM).carbon
    assert grams(carbon.operational) == pytest.approx(24_690, abs=5)
    assert grams(carbon.idle) == pytest.approx(14_630, abs=5)
    assert grams(carbon.embodied) == pytest.approx(11_211, abs=1)
    assert grams(carbon.total) == pytest.approx(50_500, abs=50)
    assert carbon.total is not None
    assert carbon.total.low == carbon.total.value == carbon.total.high


def test_the_default_account_by_hand():
    inventory = whole(
        items=(drew("gpu", 2.0), drew("cpu", 1.0)),
        idle=(IdleItem("cpu", kwh("cpu", 4.0), occupied=0.25, reserved=0.5),),
        facility=Facility(exact("pue", 1.5, ""), exact("wue", 2.0, "L/kWh")),
        grid=Grid(
            exact("grid", 500.0, "gCO2e/kWh"),
            exact("ewif", 3.0, "L/kWh"),
            exact("adpe", 1e-8, "kgSb_eq/kWh"),
            exact("primary", 9.0, "MJ/kWh"),
            exact("price", 0.5, "EUR/kWh"),
        ),
    )
    told = answer(inventory)
    parts = {name: part.value for name, part in told.energy.by_component.items()}
    assert parts == {"gpu": 2.0, "cpu": 1.0, "idle": 1.0, "facility": 2.0}
    assert grams(told.energy.total) == 6.0
    assert grams(told.carbon.operational) == pytest.approx(2.25)
    assert grams(told.carbon.idle) == pytest.approx(0.75)
    made = 1000 * 10 * 0.5 / (4.5 * 8760 * 0.5)
    assert grams(told.carbon.embodied) == pytest.approx(made)
    assert grams(told.carbon.total) == pytest.approx(3 + made)
    assert grams(told.water.on_site) == pytest.approx(8.0)
    assert grams(told.water.electricity) == pytest.approx(18.0)
    assert grams(told.resources) == pytest.approx(6e-8 + 0.1 * made / 1000)
    assert grams(told.primary_energy) == pytest.approx(54.0)
    assert told.money is not None
    assert (told.money.value, told.money.unit) == (3.0, "EUR")
    assert told.per_unit is not None
    assert grams(told.per_unit.energy) == pytest.approx(0.06)
    assert told.missing == (
        "idle: 3.000 kWh of the machine's idle energy is not charged to this work",
        "embodied_water: no figure for a server",
    )


@pytest.mark.parametrize(("idle", "charged"), [(Idle.OCCUPIED, 1.0), (Idle.RESERVED, 2.0)])
def test_the_method_chooses_the_idle_energy(idle, charged):
    item = IdleItem("cpu", kwh("cpu", 4.0), occupied=0.25, reserved=0.5)
    told = answer(whole(idle=(item,)), replace(SUBMETER_1, idle=idle))
    assert told.energy.by_component["idle"].value == charged


def test_a_method_without_idle_says_so():
    told = answer(whole(), replace(SUBMETER_1, idle=Idle.NONE))
    assert told.carbon.idle is None
    assert "idle" not in told.energy.by_component
    assert "idle: not part of the method submeter-1" in told.missing


def test_aies_is_accelerator_energy_and_nothing_else():
    told = answer(whole(), AIES)
    assert list(told.energy.by_component) == ["gpu"]
    assert told.energy.total == told.energy.by_component["gpu"]
    assert told.carbon.total is None
    assert told.water.total is None
    assert {"carbon", "water", "resources", "money"} <= {n.split(":")[0] for n in told.missing}


def test_scope_2_is_operation_with_all_idle_and_the_building():
    told = answer(whole(), GHG_LOCATION)
    assert told.energy.by_component["idle"].value == 0.4
    assert "facility" in told.energy.by_component
    assert told.carbon.embodied is None
    assert told.carbon.basis == "location"


def test_a_market_based_method_takes_what_was_contracted():
    method = replace(GHG_LOCATION, id="market", basis=Basis.MARKET)
    contracted = replace(GRID, market=exact("contract", 0.0, "gCO2e/kWh"))
    told = answer(whole(grid=contracted), method)
    assert grams(told.carbon.total) == 0.0
    told = answer(whole(), method)
    assert told.carbon.total is None
    assert "carbon: no market-based intensity of the grid is known" in told.missing


def test_a_figure_of_the_other_kind_is_used_and_told():
    lifecycle = replace(wide("grid", 400, 2, "gCO2e/kWh"), basis="lifecycle location average")
    told = answer(whole(grid=replace(GRID, intensity=lifecycle)), GHG_LOCATION)
    assert told.carbon.total is not None
    assert (
        "operational: the grid's intensity is of lifecycle where ghg-location takes combustion"
        in told.missing
    )
    told = answer(whole(grid=replace(GRID, intensity=lifecycle)), SUBMETER_1)
    assert not [note for note in told.missing if note.startswith("operational")]


def test_a_domain_inside_another_is_never_added_to_it():
    items = (
        EnergyItem("machine", kwh("wall", 10.0), domain="wall"),
        EnergyItem("cpu", kwh("psys", 4.0), domain="psys", inside="wall"),
        EnergyItem("memory", kwh("dram", 1.0), domain="dram", inside="psys"),
        EnergyItem("gpu", kwh("gpu", 5.0), domain="gpu:0", inside="wall"),
        EnergyItem("disk", kwh("disk", 0.5), domain="disk", inside="a shelf that no meter saw"),
    )
    idle = (
        IdleItem("machine", kwh("wall", 2.0), 0.5, domain="wall"),
        IdleItem("cpu", kwh("psys", 1.0), 0.5, domain="psys", inside="wall"),
    )
    inventory = whole(items=items, idle=idle, facility=Facility())
    told = answer(inventory).energy.by_component
    assert {name: part.value for name, part in told.items()} == {
        "machine": 10.0,
        "disk": 0.5,
        "idle": 1.0,
    }
    assert grams(answer(inventory, AIES).energy.total) == 5.0
    memory_only = replace(SUBMETER_1, components=("memory", "cpu"))
    assert list(answer(inventory, memory_only).energy.by_component) == ["cpu", "idle"]


def test_what_lies_in_a_meter_of_which_only_idle_is_told_lies_in_what_is_around_that():
    items = (
        EnergyItem("machine", kwh("wall", 10.0), domain="wall"),
        EnergyItem("memory", kwh("dram", 1.0), domain="dram", inside="psys"),
    )
    board = IdleItem("board", kwh("psys", 1.0), 0.5, domain="psys", inside="wall")
    counted = replace(SUBMETER_1, components=("machine", "memory"))
    told = answer(whole(items=items, idle=(board,), facility=Facility()), counted).energy
    assert {name: part.value for name, part in told.by_component.items()} == {"machine": 10.0}


def test_a_circle_of_containers_ends():
    items = (
        EnergyItem("a", kwh("a", 1.0), domain="a", inside="b"),
        EnergyItem("b", kwh("b", 1.0), domain="b", inside="a"),
    )
    only_c = replace(SUBMETER_1, components=("c",))
    c = EnergyItem("c", kwh("c", 1.0), domain="c", inside="a")
    assert grams(answer(whole(items=(*items, c), idle=()), only_c).energy.total) > 0


def test_nothing_known_is_null_and_never_zero():
    told = answer(EMPTY)
    for quantity in (told.energy.total, told.carbon.total, told.water.total, told.resources):
        assert quantity is None
    assert told.energy.by_component == {}
    assert told.widest == ()
    assert "energy: no energy of the work is known" in told.missing


def test_zero_energy_is_zero_and_not_unknown():
    told = answer(whole(items=(drew("gpu", 0.0),), idle=(), embodied=()))
    for quantity in (told.energy.total, told.carbon.total, told.water.total):
        assert grams(quantity) == 0.0
    assert told.widest == ()


def test_without_a_grid_there_is_no_total_of_carbon():
    told = answer(whole(grid=Grid()))
    assert told.carbon.total is None
    assert grams(told.carbon.embodied) > 0
    assert told.water.electricity is None
    assert told.water.total is None
    assert grams(told.water.on_site) > 0
    assert "water: without its part electricity there is no total" in told.missing
    assert told.primary_energy is None
    assert told.money is None


def test_the_water_of_making_the_hardware_alone_is_no_total():
    """Nobody takes 5 L of making a server for all the water of work that drew 2.5 kWh."""
    made = replace(server(), water=exact("water/server", 5.0, "L"))
    told = answer(whole(grid=Grid(), facility=Facility(), embodied=(made,)))
    assert grams(told.water.embodied) > 0
    assert told.water.total is None
    assert told.per_unit is not None
    assert told.per_unit.water is None
    assert answer(whole(embodied=(made,))).water.total is not None
    rules = replace(SUBMETER_1, parts=(Part.EMBODIED_WATER,))
    alone = answer(whole(grid=Grid(), embodied=(made,)), rules)
    assert alone.water.total == alone.water.embodied


def test_a_method_of_water_on_the_site_needs_no_water_of_the_electricity():
    rules = replace(SUBMETER_1, parts=(Part.ON_SITE, Part.EMBODIED_WATER))
    made = replace(server(), water=exact("water/server", 5.0, "L"))
    known = answer(whole(grid=Grid(), embodied=(made,)), rules)
    assert grams(known.water.total) == pytest.approx(
        grams(known.water.on_site) + grams(known.water.embodied)
    )
    unknown = answer(whole(facility=Facility(), embodied=(made,)), rules)
    assert unknown.water.total is None


def test_energy_alone_is_not_carbon():
    told = answer(whole(items=()))
    assert told.carbon.operational is None
    assert "carbon: without energy there is no total" in told.missing
    assert "water: without energy there is none to tell" in told.missing


def test_hardware_without_a_figure_is_named():
    unknown = replace(server(), device="a new chip", each=None, minerals=None)
    told = answer(whole(embodied=(server(), unknown)))
    assert grams(told.carbon.embodied) == grams(answer(whole()).carbon.embodied)
    assert "embodied: no figure for a new chip" in told.missing
    assert "resources: no figure for making a new chip" in told.missing
    assert answer(whole(embodied=(unknown,))).carbon.embodied is None


def test_water_says_what_kind_it_is():
    def basis(on_site, electricity):
        facility = Facility(None, replace(exact("wue", 1.0, "L/kWh"), basis=on_site))
        grid = replace(GRID, water=replace(exact("ewif", 1.0, "L/kWh"), basis=electricity))
        return answer(whole(facility=facility, grid=grid))

    assert basis("consumption", "consumption").water.basis == "consumption"
    assert basis("withdrawal", "consumption").water.basis == "mixed"
    assert basis("", "").water.basis == "unspecified"
    assert any("withdrawn, which is more" in note for note in basis("withdrawal", "").missing)
    assert any("not stated by its source" in note for note in basis("unspecified", "").missing)


@pytest.mark.parametrize("part", [Part.ON_SITE, Part.ELECTRICITY])
def test_a_method_may_count_one_kind_of_water(part):
    told = answer(whole(), replace(SUBMETER_1, parts=(part,)))
    assert told.water.total == getattr(told.water, part)
    other = {"on_site", "electricity"} - {part}
    assert f"{other.pop()}: not part of the method submeter-1" in told.missing


def test_little_coverage_is_told():
    item = EnergyItem("gpu", kwh("gpu", 1.0), coverage=0.5)
    told = answer(whole(items=(item,), missing=("energy: no fan was seen",)))
    assert told.missing[0] == "energy: no fan was seen"
    assert "energy: gpu was seen for 50 % of the time" in told.missing


def test_an_unseen_component_does_not_hide():
    item = EnergyItem("gpu", kwh("gpu", 0.0), coverage=0.0)
    told = answer(whole(items=(item, item), idle=()))
    assert told.energy.by_component["gpu"].coverage == 0.0


@pytest.mark.parametrize("count", [None, 0.0])
def test_without_units_there_is_nothing_per_unit(count):
    told = answer(whole(unit=FunctionalUnit("token", count)))
    assert told.per_unit is None
    assert "per_unit: the number of tokens is not known or zero" in told.missing


def test_what_widens_most_comes_first_and_would_narrow_most():
    grid = Grid(wide("grid", 400.0, 4.0, "gCO2e/kWh"))
    inventory = whole(items=(drew("gpu", 1.0, 1.1),), idle=(), embodied=(), grid=grid)
    first, *rest = answer(inventory, draws=Draws()).widest
    assert first.factor == "grid"
    assert first.share > 0.9
    assert first.narrows > 0.8
    assert "intensity" in first.hint
    assert sum(entry.share for entry in (first, *rest)) <= 1.001
    assert all(entry.narrows < 0.1 for entry in rest)


def test_energy_widens_where_there_is_no_carbon():
    told = answer(whole(items=(drew("gpu", 1.0, 2.0), drew("cpu", 1.0))), AIES)
    assert [(entry.factor, entry.share) for entry in told.widest] == [("gpu", 1.0)]


def test_sources_are_told_once():
    ids = [source.id for source in answer(whole()).sources]
    assert sorted(ids) == sorted(set(ids))
    assert {"table", "meter", "stated"} == set(ids)


def test_the_recipe_changes_with_what_enters():
    first = answer(whole()).recipe
    assert answer(whole(embodied=())).recipe.factors != first.factors
    assert answer(whole(), AIES).recipe.method_hash != first.method_hash
    again = whole(items=tuple(reversed(whole().items)))
    assert answer(again).recipe == first


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
@pytest.mark.parametrize("inventory", [whole(), EMPTY], ids=["whole", "empty"])
def test_the_json_keeps_to_its_schema(method, inventory):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    told = json.loads(json.dumps(answer(for_method(inventory, method), method).as_dict()))
    jsonschema.Draft202012Validator(schema).validate(told)


def test_the_schema_asks_for_every_key():
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    told = answer(whole()).as_dict()
    extra = {"method_version", "method_hash", "factors", "seed", "draws"}
    assert validator.is_valid({**told, "more": 1})
    for key in told:
        rest = {name: value for name, value in told.items() if name != key}
        assert validator.is_valid(rest) == (key in extra), key
    for group in ("energy", "carbon", "water", "unit", "per_unit"):
        for key in told[group]:
            rest = {name: value for name, value in told[group].items() if name != key}
            assert not validator.is_valid({**told, group: rest}), (group, key)


def test_tier_of_a_zero_part_does_not_colour_the_sum():
    items = (EnergyItem("gpu", kwh("gpu", 1.0, tier=Tier.MEASURED)), drew("cpu", 0.0))
    told = answer(whole(items=items, idle=(), facility=Facility())).energy
    assert told.total is not None
    assert told.total.tier is Tier.MEASURED


def test_olmo_counts_water_on_the_site_after_the_pue():
    """Morrison et al. 2025 (arXiv:2503.05804), equation 3: P PUE (WUE_onsite + WUE_offsite)."""
    inventory = whole(
        items=(drew("gpu", 100.0),),
        idle=(),
        embodied=(),
        facility=Facility(exact("pue", 1.2, ""), exact("wue", 0.5, "L/kWh")),
        grid=Grid(exact("grid", 332.0, "gCO2e/kWh"), exact("ewif", 1.29, "L/kWh")),
    )
    olmo = next(method for method in METHODS if method.id == "olmo-2025")
    assert grams(answer(inventory, olmo).water.total) == pytest.approx(100 * 1.2 * (0.5 + 1.29))
    assert grams(answer(inventory).water.total) == pytest.approx(100 * (0.5 + 1.2 * 1.29))


def test_the_place_has_the_factors_that_entered():
    grid = replace(GRID, market=exact("market", 94.0, "gCO2e/kWh"))
    here = answer(whole(grid=grid)).place
    assert here.grid is GRID.intensity
    assert here.market is None
    by_contract = answer(whole(grid=grid), GHG_MARKET).place
    assert by_contract.market is grid.market
    assert by_contract.as_dict()["market"]["value"] == 94.0
    strubell = next(method for method in METHODS if method.id == "strubell-2019")
    nowhere = whole(grid=Grid(), facility=Facility())
    assumed = answer(nowhere, strubell).place
    assert assumed.grid is not None
    assert assumed.grid.value == pytest.approx(432.7, abs=0.05)
    assert assumed.pue is not None
    assert assumed.pue.value == 1.58
