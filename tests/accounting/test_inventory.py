"""What cannot be accounted for is refused, with what was expected."""

import math
from dataclasses import replace

import pytest

from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem, IdleItem, metered
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.methods import SUBMETER_1
from submeter.accounting.statement import state
from submeter.accounting.surroundings import Facility, Grid
from submeter.errors import QuantityError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from tests.accounting.inventories import METER, drew, exact, kwh, server, whole, wide

HUGE = exact("x", 1.0, "W")
LESS = exact("x", -1.0, "kWh")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: EnergyItem("gpu", HUGE), 'has "W" (expected: energy)'),
        (lambda: EnergyItem("gpu", exact("x", 1, "")), "has no unit (expected"),
        (lambda: EnergyItem("gpu", LESS), "is negative"),
        (lambda: EnergyItem("idle", kwh("x", 1)), "give it as an IdleItem"),
        (lambda: EnergyItem("facility", kwh("x", 1)), "give the facility's PUE"),
        (lambda: EnergyItem("gpu", kwh("x", 1), coverage=1.1), "coverage is 1.1"),
        (lambda: IdleItem("cpu", HUGE, 0.5), "the idle energy of cpu"),
        (lambda: IdleItem("cpu", LESS, 0.5), "-1 kWh is negative"),
        (lambda: IdleItem("cpu", kwh("x", 1), -0.1), "occupied is -0.1"),
        (lambda: IdleItem("cpu", kwh("x", 1), 0.1, 2.0), "reserved is 2.0"),
        (lambda: EnergyItem("cpu", kwh("x", 1), idle_part=exact("i", 1, "")), "none is left for"),
        (lambda: EnergyItem("cpu", kwh("x", 1), idle_part=exact("i", 9, "%")), "a plain ratio"),
        (lambda: EnergyItem("cpu", kwh("x", 1), idle_part=wide("i", 0.8, 1.5, "")), "part is 1.2"),
        (lambda: IdleItem("cpu", kwh("x", 1), 0.5, idle_part=exact("i", 0, "")), "some is given"),
        (lambda: IdleItem("cpu", kwh("x", 1), 0.5, idle_part=exact("i", -1, "")), "part is -1"),
        (lambda: replace(server(), water=exact("x", 1, "kWh")), "the water of making a"),
        (lambda: replace(server(), water=exact("x", -1, "L")), "-1 L is negative"),
        (lambda: replace(server(), minerals=exact("x", -1, "kgSb_eq")), "-1 kgSb_eq"),
        (lambda: replace(server(), hours=-1.0), "-1.0 hours are not"),
        (lambda: Facility(wue=exact("x", -1, "L/kWh")), "-1 L/kWh is negative"),
        (lambda: Grid(market=exact("x", -1, "gCO2e/kWh")), "-1 gCO2e/kWh is negative"),
        (lambda: Grid(upstream=exact("x", 1, "kWh")), "a grid intensity"),
        (lambda: replace(server(), each=exact("x", 1, "kWh")), "what making a"),
        (lambda: replace(server(), minerals=exact("x", 1, "kg")), 'give them in "kgSb_eq"'),
        (lambda: replace(server(), hours=math.nan), "not a time of use"),
        (lambda: replace(server(), share=1.5), "share is 1.5"),
        (lambda: replace(server(), lifetime=exact("x", 0, "years")), "a lifetime and"),
        (lambda: replace(server(), lifetime=exact("x", 4, "kWh")), "the lifetime of a"),
        (lambda: replace(server(), utilisation=exact("x", 0, "")), "utilisation must be above 0"),
        (lambda: replace(server(), utilisation=exact("x", 85, "")), "not be above 1"),
        (lambda: Facility(pue=exact("x", 0.9, "")), "a PUE of 0.9 is below 1"),
        (lambda: Facility(pue=exact("x", 1.2, "L/kWh")), "give a plain ratio"),
        (lambda: Facility(wue=exact("x", 1.2, "gCO2e/kWh")), 'give it in "L/kWh"'),
        (lambda: Grid(exact("x", 57.0, "gCO2e")), 'give it in "kgCO2e/kWh"'),
        (lambda: Grid(exact("x", -57.0, "gCO2e/kWh")), "-57 gCO2e/kWh"),
        (lambda: Grid(replace(exact("x", 1, "gCO2e/kWh"), basis="market")), "market-based"),
        (lambda: Grid(water=exact("x", 1, "L")), "the water of electricity"),
        (lambda: Grid(adpe=exact("x", 1, "kg/kWh")), 'give it in "kgSb_eq/kWh"'),
        (lambda: Grid(primary=exact("x", 1, "MJ")), 'give it in "MJ/kWh"'),
        (lambda: Grid(price=exact("x", 1, "EUR")), "give it per kWh"),
        (lambda: FunctionalUnit("request", -1), "not a number of requests"),
    ],
)
def test_what_has_no_meaning_is_refused(wrong, words):
    with pytest.raises(QuantityError) as told:
        wrong()
    assert words in str(told.value)


def test_the_same_energy_twice_is_an_error():
    item = replace(drew("gpu", 1.0), domain="gpu:0")
    with pytest.raises(QuantityError, match="the energy of gpu:0 is given twice"):
        whole(items=(item, item))
    idle = IdleItem("gpu", kwh("x", 1), 0.5, domain="gpu:0")
    with pytest.raises(QuantityError, match="the idle energy of gpu:0 is given twice"):
        whole(idle=(idle, idle))
    assert whole(items=(item,), idle=(idle,))


def test_utilisation_may_come_in_per_cent():
    used = replace(server(), utilisation=exact("x", 85, "%"))
    assert isinstance(used, EmbodiedItem)


@pytest.mark.parametrize(
    ("value", "ratios", "spread", "interval"),
    [
        (2.0, (0.5, 1.5), Spread.LOGNORMAL, (1.0, 3.0)),
        (2.0, (1.1, 1.5), Spread.LOGNORMAL, (2.0, 3.0)),
        (2.0, (0.0, 1.5), Spread.UNIFORM, (0.0, 3.0)),
        (2.0, (1.0, 1.0), Spread.EXACT, (2.0, 2.0)),
        (0.0, (0.5, 1.5), Spread.EXACT, (0.0, 0.0)),
    ],
)
def test_a_reading_carries_its_meters_interval(value, ratios, spread, interval):
    factor = metered("m", value, ratios, Tier.MEASURED, METER)
    assert (factor.spread, factor.low, factor.high) == (spread, *interval)
    assert factor.unit == "kWh"


def test_a_wide_facility_may_touch_one():
    assert Facility(wide("pue", 1.5, 1.5, "")).wue is None


def test_an_idle_part_that_may_be_more_than_all_never_makes_energy_negative():
    """A lognormal goes beyond its 95 % ends, and a part of a whole does not."""
    source = Source("x", "x", "x")
    part = Factor("idle", 0.9, 0.6, 1.0, "", Spread.LOGNORMAL, Tier.MODELLED, source)
    own = Factor("own", 1.0, 1.0, 1.0, "kWh", Spread.EXACT, Tier.MEASURED, source)
    items = (EnergyItem("cpu", own, idle_part=part),)
    energy = state(Inventory("id", "name", items=items), SUBMETER_1, Draws()).energy.total
    assert energy is not None
    assert energy.low >= 0.0
