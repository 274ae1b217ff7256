"""What a statement was made from goes out as plain data and comes back the same."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem
from submeter.accounting.inputs import inventory_from, method_from, plain
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.statement import state
from submeter.errors import QuantityError
from tests.accounting.inventories import INVENTORIES, exact, kwh, server, whole, wide

FEW = Draws(count=64)


def through_json(record):
    return json.loads(json.dumps(plain(record)))


@given(INVENTORIES)
def test_an_inventory_comes_back_as_it_was(inventory):
    assert inventory_from(through_json(inventory)) == inventory


def test_what_is_seldom_there_comes_back_too():
    item = EnergyItem("cpu", kwh("cpu", 1.0, 1.5), 0.5, "cpu:0", "wall", wide("i", 0.2, 2.0, ""))
    inventory = whole(
        items=(item,),
        embodied=(replace(server(), each=None, water=exact("w", 3.0, "L")),),
        overhead=None,
        missing=("gpu: nothing seen",),
        place={"region": "FR", "from": "--region"},
    )
    again = inventory_from(through_json(inventory))
    assert again == inventory
    assert state(again, SUBMETER_1, FEW) == state(inventory, SUBMETER_1, FEW)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_a_method_comes_back_with_its_hash(method):
    again = method_from(json.loads(json.dumps(method.as_dict())))
    assert again == method
    assert again.hash() == method.hash()


def test_what_is_no_inventory_is_refused():
    told = through_json(whole())
    with pytest.raises(KeyError, match="grid"):
        inventory_from({name: each for name, each in told.items() if name != "grid"})
    with pytest.raises(TypeError, match="colour"):
        inventory_from({**told, "colour": "green"})
    told["items"][0]["energy"]["unit"] = "W"
    with pytest.raises(QuantityError, match="expected: energy"):
        inventory_from(told)


def test_what_is_no_method_is_refused():
    told = json.loads(json.dumps(SUBMETER_1.as_dict()))
    with pytest.raises(ValueError, match="half"):
        method_from({**told, "idle": "half"})
    with pytest.raises(ValueError, match="luck"):
        method_from({**told, "parts": [*told["parts"], "luck"]})
    with pytest.raises(KeyError, match="parts"):
        method_from({name: each for name, each in told.items() if name != "parts"})
