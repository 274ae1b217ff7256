"""A portion is charged its share of everything, and portions add up to the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.account import work_out
from submeter.accounting.draws import Draws
from submeter.accounting.joint import work_out_all
from submeter.accounting.methods import METHODS
from submeter.accounting.portion import portion
from tests.accounting.inventories import INVENTORIES, apart, for_method, whole

FEW = Draws(count=64)
EXACT_METHODS = st.sampled_from([each for each in METHODS if each.decimals is None])
TOTALS = (
    "energy", "operational", "idle", "embodied", "carbon", "water", "resources", "primary_energy",
    "money", "overhead",
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(INVENTORIES, EXACT_METHODS, st.floats(0.001, 1.0))
def test_a_portion_costs_its_share_in_every_realisation(inventory, method, share):
    inventory = for_method(inventory, method)
    all_of_it = work_out(inventory, method, FEW)
    part = work_out(portion(inventory, share), method, FEW)
    for name in TOTALS:
        found, expected = getattr(part, name), getattr(all_of_it, name)
        assert (found is None) == (expected is None), name
        if found is not None:
            assert found.figures == pytest.approx(share * expected.figures, rel=1e-9), name


@settings(max_examples=40, deadline=None)
@given(INVENTORIES, EXACT_METHODS, st.floats(0.001, 0.999))
def test_portions_of_one_piece_of_work_add_up_to_it(inventory, method, share):
    inventory = for_method(inventory, method)
    parts = [portion(inventory, share), portion(inventory, 1 - share)]
    both, all_of_it = work_out_all(apart(parts), method, FEW), work_out(inventory, method, FEW)
    for name in TOTALS:
        found, expected = getattr(both, name), getattr(all_of_it, name)
        assert (found is None) == (expected is None), name
        if found is not None:
            assert found.figures == pytest.approx(expected.figures, rel=1e-9), name


def test_all_of_it_is_the_work_itself():
    inventory = whole()
    assert portion(inventory, 1) is inventory


def test_a_portion_keeps_what_is_not_known_of_it():
    part = portion(whole(overhead=None, missing=("cpu: nothing seen",)), 0.25)
    assert part.overhead is None
    assert part.missing == ("cpu: nothing seen",)
    assert [item.coverage for item in part.items] == [item.coverage for item in whole().items]
