"""Methods are data: versioned, cited, hashed, and found by name."""

import doctest
import importlib
import json
import pkgutil
from dataclasses import replace

import pytest

import submeter.accounting
from submeter.accounting.account import work_out
from submeter.accounting.draws import Draws
from submeter.accounting.inventory import FunctionalUnit
from submeter.accounting.method import Idle, Part, find
from submeter.accounting.methods import AIES, METHODS, SUBMETER_1
from submeter.accounting.rules import SHORT, in_short, in_words
from submeter.errors import MethodError
from tests.accounting.inventories import whole

FEW = Draws(count=16)
MODULES = [module.name for module in pkgutil.iter_modules(submeter.accounting.__path__)]


def test_every_method_says_what_and_why():
    assert len({method.id for method in METHODS}) == len(METHODS)
    for method in METHODS:
        assert method.version
        assert method.title
        assert method.citation
        assert method.why.endswith(".")
        assert json.dumps(method.as_dict())


def test_the_hash_changes_with_a_rule_and_with_nothing_else():
    assert SUBMETER_1.hash() == replace(SUBMETER_1).hash()
    others = [
        replace(SUBMETER_1, version="2"),
        replace(SUBMETER_1, idle=Idle.NONE),
        replace(SUBMETER_1, parts=(Part.OPERATIONAL,)),
        replace(SUBMETER_1, components=("gpu",)),
    ]
    assert len({SUBMETER_1.hash(), *(method.hash() for method in others)}) == len(others) + 1


def test_rules_at_their_default_are_not_hashed():
    assert "components" not in SUBMETER_1.as_dict()
    assert "intensity" not in AIES.as_dict()


def test_a_method_is_found_or_its_neighbour_named():
    assert find("aies", METHODS) is AIES
    with pytest.raises(MethodError, match='did you mean "submeter-1"'):
        find("submetr1", METHODS)
    with pytest.raises(MethodError, match="known are aies, bloom-2022, dodge-2022, "):
        find("zzzzzz", METHODS)


def test_a_stage_that_a_method_is_not_for_is_refused_and_one_that_is_not_stated_is_told():
    consumer = find("sci-ai-consumer", METHODS)
    with pytest.raises(MethodError, match='not account for the stage "training", stage, it is for'):
        work_out(whole(stage="training"), consumer, FEW)
    told = work_out(whole(stage="other"), consumer, FEW).missing
    assert f"stage: not stated; sci-ai-consumer is for {', '.join(consumer.stages)}" in told
    said = work_out(whole(stage=consumer.stages[0]), consumer, FEW).missing
    assert not [each for each in said if each.startswith("stage")]


def test_a_unit_that_a_method_does_not_ask_for_is_told():
    provider = find("sci-ai-provider", METHODS)
    inventory = whole(stage="training")
    (told,) = [
        each for each in work_out(inventory, provider, FEW).missing if each.startswith("per_unit")
    ]
    assert told.startswith("per_unit: sci-ai-provider asks for a unit of ")
    asked = replace(inventory, unit=FunctionalUnit(provider.units[0], 3.0))
    assert not [e for e in work_out(asked, provider, FEW).missing if e.startswith("per_unit")]


def test_rules_in_words_tell_methods_of_other_rules_apart():
    told = [tuple(in_words(each).items()) for each in METHODS]
    rules = [replace(each, id="", version="", title="", citation="", why="") for each in METHODS]
    for one, words in zip(rules, told, strict=True):
        alike = [other for other, more in zip(rules, told, strict=True) if more == words]
        assert alike == [one] * len(alike)


@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.id)
def test_a_row_of_the_table_has_every_column(method):
    assert len(in_short(method)) == len(SHORT)
    assert all(in_short(method))


def test_accelerators_alone_count_where_the_papers_count_them_alone():
    alone = {each.id for each in METHODS if each.components}
    assert alone == {"aies", "dodge-2022", "google-2025-narrow"}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name):
    module = importlib.import_module(f"submeter.accounting.{name}")
    assert doctest.testmod(module).failed == 0
