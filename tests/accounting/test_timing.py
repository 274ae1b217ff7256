"""When work runs: laws of a later start and of pauses, over any energy and any grid."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.accounting.breakeven import uses_until_parity
from submeter.accounting.timing import emitted_over, flexible_start, pause_and_resume
from submeter.errors import QuantityError

ENERGIES = st.lists(st.floats(0, 100), min_size=1, max_size=5)


@st.composite
def work_and_grid(draw):
    energies = draw(ENERGIES)
    latest = draw(st.integers(0, 5))
    length = len(energies) + latest
    grid = draw(st.lists(st.floats(0, 1000), min_size=length, max_size=length))
    return energies, grid, latest


@given(work_and_grid())
def test_more_freedom_never_costs_more(case):
    energies, grid, latest = case
    at_once = emitted_over(energies, grid)
    later = flexible_start(energies, grid, latest)
    paused = pause_and_resume(energies, grid, latest)
    slack = 1e-9 * (1 + at_once)
    assert paused.carbon <= later.carbon + slack <= at_once + 2 * slack


@given(work_and_grid())
def test_pauses_are_the_best_of_all_schedules(case):
    energies, grid, latest = case
    best = min(
        sum(energy * grid[slot] for energy, slot in zip(energies, slots, strict=True))
        for slots in itertools.combinations(range(len(grid)), len(energies))
    )
    found = pause_and_resume(energies, grid, latest)
    assert found.carbon == pytest.approx(best, abs=1e-9)
    assert len(found.slots) == len(energies)
    assert list(found.slots) == sorted(set(found.slots))


@given(ENERGIES, st.floats(0, 1000), st.integers(0, 4))
def test_on_an_even_grid_no_schedule_saves(energies, intensity, latest):
    grid = [intensity] * (len(energies) + latest)
    assert pause_and_resume(energies, grid, latest).carbon == pytest.approx(
        emitted_over(energies, grid)
    )


def test_an_hour_that_is_not_known_is_no_zero():
    for schedule in (flexible_start, pause_and_resume):
        with pytest.raises(QuantityError, match="known for 2 slots"):
            schedule([1.0, 1.0], [0.1, 0.2], 1)
    with pytest.raises(QuantityError, match="known for 1 slots"):
        emitted_over([1.0, 1.0], [0.1])


@given(st.floats(1e-3, 1e9), st.floats(1e-6, 1e3))
def test_parity_is_the_last_use_that_is_covered(making, use):
    count = uses_until_parity(making, use)
    assert count * use <= making * (1 + 1e-9)
    assert (count + 1) * use >= making * (1 - 1e-9)


def test_a_use_of_nothing_has_no_parity():
    with pytest.raises(QuantityError, match="no parity"):
        uses_until_parity(1.0, 0.0)
