"""Inventories for the tests of accounting, and strategies for them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.patterns import Group
from submeter.accounting.surroundings import Facility, Grid
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread, stated

SOURCE = Source("table", "A table, 2025", "CC-BY-4.0")
METER = Source("meter", "A meter", "not applicable")


def exact(key, value, unit):
    return stated(key, value, unit, "a test")


def wide(key, value, ratio, unit, spread=Spread.LOGNORMAL):
    low, high = value / ratio, value * ratio
    return Factor(key, value, low, high, unit, spread, Tier.ASSUMED, SOURCE)


def kwh(key, value, ratio=1.0, tier=Tier.MODELLED):
    spread = Spread.LOGNORMAL if ratio > 1 and value else Spread.EXACT
    return Factor(key, value, value / ratio, value * ratio, "kWh", spread, tier, METER)


def drew(component, value, ratio=1.0, key=""):
    return EnergyItem(component, kwh(key or component, value, ratio))


def server(each=1000.0, ratio=2.0, hours=10.0):
    return EmbodiedItem(
        "server",
        "a server",
        wide("embodied/server", each, ratio, "kgCO2e"),
        hours,
        0.5,
        wide("lifetime", 4.5, 1.3, "years"),
        exact("utilisation", 0.5, ""),
        wide("minerals/server", 0.1, 2, "kgSb_eq"),
    )


GRID = Grid(
    wide("grid/X", 400.0, 1.5, "gCO2e/kWh"),
    wide("ewif/X", 3.0, 3.0, "L/kWh"),
    wide("adpe/X", 3e-8, 5.0, "kgSb_eq/kWh"),
    wide("primary/X", 9.0, 1.2, "MJ/kWh"),
    exact("price/X", 0.25, "EUR/kWh"),
)
FACILITY = Facility(wide("pue/X", 1.3, 1.2, ""), wide("wue/X", 0.5, 4.0, "L/kWh"))


def whole(**changes):
    """Give an inventory that lacks nothing, but for `changes`."""
    told = {
        "id": "01",
        "name": "whole",
        "stage": "inference",
        "unit": FunctionalUnit("request", 100),
        "items": (drew("gpu", 2.0, 1.05), drew("cpu", 0.5, 1.8)),
        "idle": (IdleItem("cpu", kwh("cpu", 0.4, 1.8), 0.25),),
        "embodied": (server(),),
        "facility": FACILITY,
        "grid": GRID,
        "overhead": kwh("meter", 0.001, 1.5),
        **changes,
    }
    return Inventory(**told)


ENERGIES = st.floats(1e-9, 1e6)
RATIOS = st.floats(1.0, 20.0)
INTENSITIES = st.floats(1e-3, 2000.0)
KEYS = st.sampled_from(["a", "b", "c"])
ITEMS = st.lists(
    st.builds(drew, st.sampled_from(["gpu", "cpu", "memory"]), ENERGIES, RATIOS, KEYS), max_size=5
).map(tuple)
IDLE = st.lists(
    st.builds(
        lambda value, ratio, key, occupied: IdleItem("cpu", kwh(key, value, ratio), occupied),
        ENERGIES,
        RATIOS,
        KEYS,
        st.floats(0, 1),
    ),
    max_size=2,
).map(tuple)
FACILITIES = st.builds(
    lambda value, ratio, known: Facility(
        wide("pue", value * ratio, ratio, "") if known else None, None
    ),
    st.floats(1.0, 2.0),
    st.floats(1.0, 1.5),
    st.booleans(),
)
GRIDS = st.builds(
    lambda value, ratio, known: Grid(
        wide("grid", value, ratio, "gCO2e/kWh") if known else None, GRID.water
    ),
    INTENSITIES,
    RATIOS,
    st.booleans(),
)
INVENTORIES = st.builds(
    lambda items, idle, embodied, facility, grid: whole(
        items=items, idle=idle, embodied=embodied, facility=facility, grid=grid
    ),
    ITEMS,
    IDLE,
    st.sampled_from([(), (server(),)]),
    FACILITIES,
    GRIDS,
)


def apart(inventories):
    """Give each inventory as a group of its own: nothing is added up before it is drawn."""
    return [Group(each, 1) for each in inventories]


def for_method(inventory, method):
    """Give an inventory of a stage that the method is defined for."""
    return replace(inventory, stage=method.stages[0]) if method.stages else inventory
