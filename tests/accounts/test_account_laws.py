"""Laws of the account from the file that a person writes to the figures that come out."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.account import work_out
from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.statement import state
from submeter.accounts.account_file import account_file
from submeter.errors import QuantityError, UsageError

FEW = Draws(count=256)
BASE: dict[str, Any] = {
    "name": "a run",
    "stage": "inference",
    "unit": {"name": "request", "count": 10},
    "place": {"grid": "400 gCO2e/kWh", "water": "3 L/kWh", "price": "0.2 EUR/kWh"},
    "facility": {"pue": 1.25, "wue": "0.5 L/kWh"},
    "energy": [
        {"component": "gpu", "device_hours": "6 h", "power": "500 W"},
        {"component": "cpu", "energy": "2 kWh"},
        {"component": "idle", "energy": "1 kWh"},
    ],
    "embodied": [
        {
            "component": "server", "each": "2000 kgCO2e", "device_hours": "12 h",
            "lifetime": "5 years", "utilisation": 0.5, "water": "9000 L", "minerals": "2 kgSb_eq",
        }
    ],
}  # fmt: skip
FIELDS = {
    "power": (("energy", 0, "power"), 500.0, "W"),
    "energy": (("energy", 1, "energy"), 2.0, "kWh"),
    "idle": (("energy", 2, "energy"), 1.0, "kWh"),
    "grid": (("place", "grid"), 400.0, "gCO2e/kWh"),
    "water": (("place", "water"), 3.0, "L/kWh"),
    "price": (("place", "price"), 0.2, "EUR/kWh"),
    "pue": (("facility", "pue"), 1.25, ""),
    "wue": (("facility", "wue"), 0.5, "L/kWh"),
    "each": (("embodied", 0, "each"), 2000.0, "kgCO2e"),
    "lifetime": (("embodied", 0, "lifetime"), 5.0, "years"),
    "utilisation": (("embodied", 0, "utilisation"), 0.5, ""),
    "embodied water": (("embodied", 0, "water"), 9000.0, "L"),
    "minerals": (("embodied", 0, "minerals"), 2.0, "kgSb_eq"),
}
FALLING = {"lifetime", "utilisation"}
TOTALS = ("energy", "operational", "idle", "embodied", "carbon", "water", "resources", "money")
CONVERSIONS = {
    ("energy", 0, "power"): ("0.5 kW", "5e-4 MW"),
    ("energy", 0, "device_hours"): ("0.25 days", "360 min", "21600 s"),
    ("energy", 1, "energy"): ("2000 Wh", "7.2 MJ", "7200 kJ", "0.002 MWh"),
    ("place", "grid"): ("0.4 kgCO2e/kWh", "400 kgCO2e/MWh", "0.4 tCO2e/MWh"),
    ("place", "water"): ("3 m3/MWh", "3000 mL/kWh"),
    ("place", "price"): ("200 EUR/MWh", "200000 EUR/GWh"),
    ("facility", "pue"): ("125 %", "1.25"),
    ("facility", "wue"): ("0.5 m3/MWh", "500 mL/kWh"),
    ("embodied", 0, "each"): ("2 tCO2e", "2000000 gCO2e"),
    ("embodied", 0, "lifetime"): ("1825 days", "43800 h"),
    ("embodied", 0, "utilisation"): ("50 %",),
    ("embodied", 0, "water"): ("9 m3", "9000000 mL"),
}


def changed(path, value):
    """Give the base account with another value at a path."""
    content = deepcopy(BASE)
    at: Any = content
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return content


def figures(content, method=SUBMETER_1):
    account = work_out(account_file(content).inventory, method, FEW)
    return {
        name: amount.figures for name in TOTALS if (amount := getattr(account, name)) is not None
    }


def written(value, unit):
    return f"{value!r} {unit}".strip()


@pytest.mark.parametrize(
    ("path", "text"), [(path, text) for path, texts in CONVERSIONS.items() for text in texts]
)
def test_another_unit_is_the_same_account(path, text):
    before, after = figures(BASE), figures(changed(path, text))
    assert before.keys() == after.keys()
    for name, each in before.items():
        assert after[name] == pytest.approx(each, rel=1e-9), name


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=12, deadline=None)
@given(st.floats(1.0, 2.0), st.floats(1.0, 1.9))
def test_more_of_anything_never_costs_less(field, less, more):
    path, value, unit = FIELDS[field]
    small, large = value * less, value * less * more
    if field == "utilisation":
        small, large = small / 4, large / 4
    one, other = (figures(changed(path, written(each, unit))) for each in (small, large))
    if field in FALLING:
        one, other = other, one
    for name, each in one.items():
        assert (other[name] >= each * (1 - 1e-12)).all(), name


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("method", ["submeter-1", "bloom-2022", "sci"])
@settings(max_examples=6, deadline=None)
@given(st.floats(1.01, 1.15), st.floats(1.0, 1.05))
def test_a_wider_field_never_gives_a_narrower_figure(field, method, ratio, wider):
    path, value, unit = FIELDS[field]
    rules = find(method, METHODS)

    def shown(by):
        ends = {"value": value, "low": value / by, "high": value * by}
        told = {name: written(each, unit) for name, each in ends.items()}
        inventory = account_file(changed(path, told)).inventory
        return state(inventory, rules, Draws(count=512)).as_dict()

    narrow, wide = shown(ratio), shown(ratio * wider)
    for quantity, line in (("energy", "total"), ("carbon", "total"), ("water", "total")):
        one, other = narrow[quantity][line], wide[quantity][line]
        if one is not None:
            assert other["low"] <= one["low"] * (1 + 1e-12)
            assert other["high"] >= one["high"] * (1 - 1e-12)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 100), st.floats(0.1, 100))
def test_energy_in_two_entries_is_their_sum_in_one(one, other):
    def told(*energies):
        content = deepcopy(BASE)
        content["energy"] = [
            {"component": "gpu", "label": str(n), "energy": f"{kwh!r} kWh"}
            for n, kwh in enumerate(energies)
        ]
        return figures(content)

    apart, joined = told(one, other), told(one + other)
    for name, each in joined.items():
        assert apart[name] == pytest.approx(each, rel=1e-9), name


EXPECTED = {
    ("energy", 0, "power"): "a power was expected",
    ("energy", 0, "device_hours"): "a time was expected",
    ("energy", 1, "energy"): "an energy was expected",
    ("place", "grid"): "a carbon intensity was expected",
    ("place", "water"): "a water intensity was expected",
    ("place", "price"): "is not a price of electricity",
    ("facility", "pue"): "a ratio was expected",
    ("facility", "wue"): "a water intensity was expected",
    ("embodied", 0, "each"): "an amount of carbon was expected",
    ("embodied", 0, "lifetime"): "a time was expected",
    ("embodied", 0, "utilisation"): "a ratio was expected",
}
WRONG = ("57 kWh", "57 W", "57 L", "57 gCO2e/kWh", "57 h", "57 kgCO2e", "57 g")


@pytest.mark.parametrize("path", EXPECTED)
@pytest.mark.parametrize("text", WRONG)
def test_another_dimension_is_refused_with_what_was_expected(path, text):
    own = {
        "power": "57 W", "device_hours": "57 h", "energy": "57 kWh", "grid": "57 gCO2e/kWh",
        "each": "57 kgCO2e", "lifetime": "57 h",
    }  # fmt: skip
    if own.get(path[-1]) == text:
        return
    with pytest.raises((UsageError, QuantityError)) as error:
        account_file(changed(path, text))
    told = f"{error.value.what} {error.value.fix}"
    assert EXPECTED[path] in told
    assert "write it as" in told
    assert path[-1] in str(error.value.where)


def test_fifty_seven_grams_are_no_carbon_intensity():
    with pytest.raises(QuantityError) as error:
        account_file(changed(("place", "grid"), "57 g"))
    told = str(error.value)
    assert "57 g" in told
    assert "gCO2e/kWh" in told


def test_an_interval_holds_what_other_seeds_draw():
    content = deepcopy(BASE)
    content["place"]["grid"] = "400 (300 to 600) gCO2e/kWh"
    content["energy"][1]["energy"] = "2 (1.5 to 3) kWh"
    content["embodied"][0]["each"] = "2000 (1000 to 3500) kgCO2e"
    inventory = account_file(content).inventory
    told = state(inventory, SUBMETER_1, Draws(seed=0)).carbon.total
    assert told is not None
    inside = []
    for seed in range(1, 11):
        drawn = work_out(inventory, SUBMETER_1, Draws(seed=seed)).carbon
        assert drawn is not None
        inside.append(((drawn.draws >= told.low) & (drawn.draws <= told.high)).mean())
    assert sum(inside) / len(inside) == pytest.approx(0.95, abs=0.01)
