"""Entries added up by pattern before anything is drawn: the same account, to rounding."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.columns import Sums, exact_sums, group_of, scaled
from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounting.inventory import FunctionalUnit
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.patterns import grouped
from submeter.accounting.statement import Heading, state_groups, state_together
from submeter.accounting.surroundings import Grid
from submeter.errors import QuantityError
from submeter.quantities.energy import to_kwh
from submeter.quantities.factor import Factor, Spread
from tests.accounting.inventories import (
    METER,
    apart,
    drew,
    exact,
    for_method,
    kwh,
    server,
    whole,
    wide,
)

FEW = Draws(count=256)
HEADING = Heading("all", "all", "inference", FunctionalUnit("request", 10))
EXACT_METHODS = [each for each in METHODS if each.decimals is None]
PART = wide("idle-model:idle", 0.3, 1.4, "")


def pattern(number):
    """Give one of a few patterns: another meter, grid, idle or hardware."""
    grid = Grid(wide(f"grid/{number % 3}", 100.0 * (1 + number % 3), 1.5, "gCO2e/kWh"))
    told = whole(grid=grid, overhead=kwh("meter", 0.001, 1.5))
    if number % 2:
        told = replace(told, idle=(), embodied=())
    if number % 5 == 0:
        told = replace(told, items=(replace(told.items[0], idle_part=PART), told.items[1]))
    return told


def entry(number, energies, occupied, coverage, note):
    """Give an entry of a pattern: its own energies, hours, coverage, notes."""
    base = pattern(number)
    items = tuple(
        replace(item, energy=scaled(item.energy, each), coverage=coverage)
        for item, each in zip(base.items, energies, strict=False)
    )
    idle = tuple(
        replace(item, energy=scaled(item.energy, energies[2]), occupied=occupied, reserved=0.7)
        for item in base.idle
    )
    embodied = tuple(
        replace(item, hours=100 * energies[2], share=occupied) for item in base.embodied
    )
    return replace(base, items=items, idle=idle, embodied=embodied, missing=(note,))


ENERGY = st.one_of(st.just(0.0), st.floats(1e-6, 1e3))
ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.tuples(ENERGY, ENERGY, ENERGY),
        st.floats(0, 1),
        st.floats(0.1, 1),
        st.sampled_from(["gpu: 2 kWh lost", "gpu: 3 kWh lost", "cpu: nothing seen"]),
    ),
    min_size=1,
    max_size=12,
)


def one_by_one(entries, method=SUBMETER_1):
    """State entries without adding any of them up beforehand."""
    return state_groups(apart(entries), method, FEW, HEADING)


def numbers(answer, path=()):
    """Give every number of a statement by its path."""
    if isinstance(answer, dict):
        return {
            key: value
            for name, each in answer.items()
            for key, value in numbers(each, (*path, name)).items()
        }
    is_number = isinstance(answer, float | int) and not isinstance(answer, bool)
    return {path: answer} if is_number else {}


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(range(len(EXACT_METHODS))))
def test_groups_are_stated_as_their_entries_are(rows, method):
    method = EXACT_METHODS[method]
    entries = [for_method(entry(*row), method) for row in rows]
    apart = one_by_one(entries, method).as_dict()
    groups = grouped(entries)
    together = state_together(entries, method, FEW, HEADING).as_dict()
    assert len(groups) <= len(entries)
    assert sum(group.entries for group in groups) == len(entries)
    told, expected = numbers(together), numbers(apart)
    assert told.keys() == expected.keys()
    for path, value in expected.items():
        assert told[path] == pytest.approx(value, rel=1e-9, abs=1e-15), path
    counted = [note for note in apart["missing"] if "entries" in note]
    assert set(counted) <= set(together["missing"])
    assert {each["factor"] for each in together["widest"]} == {
        each["factor"] for each in apart["widest"]
    }


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(1.01, 3)), min_size=2, max_size=8))
def test_ends_of_one_unknown_add_up_whatever_the_widths(readings):
    entries = [
        whole(items=(drew("gpu", value, ratio),), idle=(), overhead=None)
        for value, ratio in readings
    ]
    both = [
        told.energy.by_component["gpu"]
        for told in (
            one_by_one(entries),
            state_together(entries, SUBMETER_1, FEW, HEADING),
        )
    ]
    for name in ("value", "low", "high"):
        one, other = (getattr(each, name) for each in both)
        assert other == pytest.approx(one, rel=2e-5)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 10), st.floats(0.05, 0.4)), min_size=2, max_size=6),
    st.floats(1.01, 1.3),
)
def test_entries_that_idled_by_other_parts_vary_together_as_one_by_one(rows, ratio):
    """What idle gains the work loses, of each domain's own energy."""
    entries = []
    for drawn, idled in rows:
        part = wide("idle-model", idled, ratio, "")
        own = EnergyItem("cpu", kwh("cpu", drawn * (1 - idled)), idle_part=part)
        idle = IdleItem("cpu", kwh("cpu", drawn * idled), 0.5, idle_part=part)
        entries.append(whole(items=(own,), idle=(idle,), embodied=(), overhead=None))
    groups = grouped(entries)
    assert len(groups) == 1
    together = state_together(entries, SUBMETER_1, FEW, HEADING).energy.by_component
    apart = one_by_one(entries).energy.by_component
    for name in ("cpu", "idle"):
        for end in ("value", "low", "high"):
            told, expected = getattr(together[name], end), getattr(apart[name], end)
            assert told == pytest.approx(expected, rel=1e-9), (name, end)


def test_a_meter_that_told_nothing_keeps_what_it_may_have_missed():
    silent = Factor("gpu", 0.0, 0.0, 0.5, "kWh", Spread.UNIFORM, kwh("x", 1.0).tier, METER)
    entries = [whole(items=(EnergyItem("gpu", silent),), idle=())] * 3
    (group,) = grouped(entries)
    assert group.inventory.items[0].energy.high == 1.5
    with pytest.raises(QuantityError, match="no ratio"):
        scaled(silent, 2.0)
    sure = scaled(kwh("gpu", 1.0), 2.0)
    assert (sure.low, sure.value, sure.high) == (2.0, 2.0, 2.0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**63 - 1)), max_size=50))
def test_columns_add_up_to_the_microjoule(rows):
    column = np.array([row[1] for row in rows], dtype=np.int64)
    index = np.array([row[0] for row in rows], dtype=np.int64)
    assert exact_sums(index, column, 4) == tuple(
        sum(energy for place, energy in rows if place == number) for number in range(4)
    )


def test_sums_from_columns_are_stated_as_the_entries():
    energies = [(3_600_000_000_001, 5, 7), (1, 2, 3), (10**15, 0, 10**12)]
    entries = [
        replace(
            whole(overhead=None),
            items=tuple(
                replace(item, energy=scaled(item.energy, to_kwh(each)))
                for item, each in zip(whole().items, row, strict=False)
            ),
            idle=(IdleItem("cpu", kwh("cpu", to_kwh(row[2]), 1.8), 0.25),),
            embodied=(server(hours=2.0),),
        )
        for row in energies
    ]
    sums = [sum(column) for column in zip(*energies, strict=True)]
    group = group_of(
        entries[0],
        Sums(3, (sums[0], sums[1]), idle=(sums[2],), occupied=(0.25,), hours=(3 * 2.0 * 0.5,)),
    )
    told = state_groups([group], SUBMETER_1, FEW, HEADING).carbon.total
    expected = one_by_one(entries).carbon.total
    assert told is not None
    assert expected is not None
    for name in ("value", "low", "high", "coverage"):
        assert getattr(told, name) == pytest.approx(getattr(expected, name), rel=1e-12)


def test_ends_that_were_added_up_are_kept():
    base = whole(items=(drew("gpu", 1.0, 2.0),), idle=(), embodied=())
    unit = 3_600_000_000_000
    group = group_of(base, Sums(2, (4 * unit,), (3 * unit,), (9 * unit,), overhead=unit))
    energy = group.inventory.items[0].energy
    assert (energy.low, energy.value, energy.high) == (3.0, 4.0, 9.0)
    assert group.inventory.overhead is not None
    assert group.inventory.overhead.value == 1.0
    exact_ones = group_of(base, Sums(2, (unit,), (unit,), (unit,)))
    assert exact_ones.inventory.items[0].energy.spread is Spread.EXACT
    zero = group_of(base, Sums(2, (unit,), (0,), (2 * unit,)))
    assert zero.inventory.items[0].energy.spread is Spread.UNIFORM


def test_what_does_not_fit_is_refused():
    with pytest.raises(QuantityError, match="as many sums as items"):
        group_of(whole(), Sums(1, (1,)))
    rounding = next(each for each in METHODS if each.decimals is not None)
    with pytest.raises(QuantityError, match="rounds every entry"):
        state_groups(grouped([whole()] * 2), rounding, FEW, HEADING)


def test_other_factors_make_other_groups():
    base = whole()
    others = [
        replace(base, grid=Grid(exact("grid/other", 1.0, "gCO2e/kWh"))),
        replace(base, items=(drew("gpu", 2.0, 1.05), drew("cpu", 0.5, 1.9))),
        replace(base, embodied=()),
        replace(base, stage="training"),
        replace(base, place={"region": "FR"}),
        replace(base, overhead=None),
    ]
    assert len(grouped([base, base, *others])) == 1 + len(others)


def test_idle_parts_that_may_pass_all_are_told_apart_by_their_size():
    """What is cut off at 1 does not go with the part, so that such parts cannot be added up."""

    def idled(share):
        part = wide("idle-model", share, 1.3, "")
        return whole(items=(EnergyItem("cpu", kwh("cpu", 1.0), idle_part=part),), idle=())

    assert len(grouped([idled(0.3), idled(0.5)])) == 1
    assert len(grouped([idled(0.65), idled(0.75)])) == 2
    far = [idled(0.65), idled(0.75)]
    told, apart_ = state_together(far, SUBMETER_1, FEW, HEADING), one_by_one(far)
    assert told.energy == apart_.energy


@pytest.mark.parametrize("method", [each for each in METHODS if each.decimals is not None])
def test_a_method_that_rounds_takes_entries_one_by_one(method):
    entries = [for_method(whole(), method)] * 3
    assert state_together(entries, method, FEW, HEADING) == one_by_one(entries, method)
