"""Rounding as published calculators do it, and only where a method was published so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.accounting.account import work_out
from submeter.accounting.desk import rounded_half_up
from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.surroundings import Facility, Grid
from tests.accounting.inventories import drew, exact, server, whole

FEW = Draws(count=16)
CALCULATOR = find("ml-co2-impact-2019", METHODS)
decimals = st.integers(0, 4)
counts = st.integers(0, 10**6)


def rounded(value, places):
    return float(rounded_half_up(np.array([value]), places)[0])


@given(counts, decimals)
def test_a_half_goes_up_whatever_its_last_binary_digit(count, places):
    """0.285 is 0.28499… in binary, and a calculator shows 0.29."""
    half = (2 * count + 1) / (2 * 10**places)
    assert rounded(half, places) == pytest.approx((count + 1) / 10**places, rel=1e-12)


@given(st.floats(0, 1e6), decimals)
def test_what_is_rounded_is_the_nearest_and_stays(value, places):
    found = rounded(value, places)
    assert abs(found - value) <= 0.5 / 10**places + 1e-6 / 10**places + 1e-9
    assert rounded(found, places) == found


def emitted(basis):
    grid = replace(exact("grid", 432.1, "gCO2e/kWh"), basis=basis)
    told = whole(
        items=(drew("gpu", 1000.0),), idle=(), embodied=(), facility=Facility(), grid=Grid(grid)
    )
    account = work_out(told, CALCULATOR, FEW)
    assert account.operational is not None
    return account.operational.value


def test_a_published_intensity_is_rounded_and_one_that_its_author_measured_is_not():
    assert CALCULATOR.decimals == 2
    assert emitted("lifecycle location average") == pytest.approx(430.0)
    assert emitted("location average custom") == pytest.approx(432.1)


def test_hardware_wears_by_its_hours_of_use_or_by_all_the_hours_that_it_is_owned():
    """A server used half of its life: an hour of use costs twice an hour of owning it."""
    inventory = whole(embodied=(server(each=1000.0, hours=10.0),))
    made = {
        method.id: work_out(inventory, method, FEW).embodied
        for method in (SUBMETER_1, find("sci", METHODS))
    }
    used, owned = (made[name] for name in ("submeter-1", "sci"))
    assert used is not None
    assert owned is not None
    assert owned.value == pytest.approx(1000.0 * 10.0 * 0.5 / (4.5 * 8760))
    assert used.value == pytest.approx(2 * owned.value)
