"""Laws of the formulas themselves, and of how each is written down."""

import inspect
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting import (
    breakeven,
    chain,
    embodied,
    energy,
    operational,
    resources,
    timing,
    water,
)
from submeter.errors import QuantityError
from submeter.quantities.clock import HOURS_PER_YEAR

MODULES = (breakeven, chain, embodied, operational, resources, timing, water)
OF_ENERGY = (
    operational.facility_overhead,
    operational.emitted,
    water.water_on_site,
    water.water_of_electricity,
    resources.minerals_used_up,
    resources.primary_energy_drawn,
    resources.money_spent,
)
"""Formulas of an energy and a factor."""

FORMULAS = [
    each
    for module in MODULES
    for name, each in inspect.getmembers(module, inspect.isfunction)
    if each.__module__ == module.__name__ and not name.startswith("_")
] + [energy.left_of_idle, energy.grown_with_idle]

AMOUNT = st.floats(0, 1e9)
POSITIVE = st.floats(1e-6, 1e6)
RATIO = st.floats(1.0, 10.0)


def sections(formula):
    """Give the sections of a formula's docstring by name."""
    text = inspect.getdoc(formula) or ""
    parts = re.split(r"^(\w+)\n-+\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each.__name__)
class TestWrittenDown:
    def test_it_has_every_section(self, formula):
        wanted = {"Parameters", "Returns", "Notes", "References", "Examples"}
        assert wanted <= sections(formula).keys()

    def test_every_quantity_has_its_unit(self, formula):
        told = sections(formula)
        for name, kind in re.findall(r"^(\w[\w, ]*) : (.*)$", told["Parameters"], re.MULTILINE):
            if "float" not in kind and kind != "array":
                continue
            (meaning,) = re.findall(
                rf"^{name} : .*\n((?:    .*\n?)+)", told["Parameters"], re.MULTILINE
            )
            assert re.search(r"\[[^\]]+\]|0 to 1|exact|currency", meaning), name

    def test_it_has_an_equation_and_says_where_it_holds(self, formula):
        notes = sections(formula)["Notes"]
        assert re.search(r"``[^`]*[-+*/=(^ ][^`]*``", notes)
        assert len(re.sub(r"``[^`]*``", "", notes).split()) > 4

    def test_its_reference_can_be_found(self, formula):
        assert re.search(r"\d{4}|docs/explanation|tariff", sections(formula)["References"])

    def test_it_is_pure(self, formula):
        assert not re.search(r"\b(open|time|random|environ)\(", inspect.getsource(formula))


@pytest.mark.parametrize("formula", OF_ENERGY, ids=lambda each: each.__name__)
class TestOfEnergy:
    @given(AMOUNT, AMOUNT, POSITIVE)
    def test_energies_are_additive(self, formula, one, other, factor):
        assert formula(one + other, factor) == close(formula(one, factor) + formula(other, factor))

    @given(AMOUNT, POSITIVE, RATIO)
    def test_more_never_gives_less(self, formula, kwh, factor, more):
        assert formula(kwh * more, factor) >= formula(kwh, factor) >= 0
        assert formula(kwh, factor * more) >= formula(kwh, factor)

    @given(AMOUNT, POSITIVE, POSITIVE)
    def test_the_unit_of_energy_does_not_matter(self, formula, kwh, factor, unit):
        if formula is operational.facility_overhead:
            assert formula(kwh * unit, factor) == close(unit * formula(kwh, factor))
        else:
            assert formula(kwh * unit, factor / unit) == close(formula(kwh, factor))

    @given(st.lists(st.tuples(AMOUNT, POSITIVE), min_size=1, max_size=5))
    def test_realisations_do_not_meet(self, formula, rows):
        kwh, factor = (np.array(column) for column in zip(*rows, strict=True))
        assert formula(kwh, factor).tolist() == [float(formula(*row)) for row in rows]


SHARE = st.floats(0.0, 1.0)
YEARS = st.floats(0.1, 50.0)
USED = st.floats(0.01, 1.0)


@given(POSITIVE, AMOUNT, AMOUNT, SHARE, YEARS, USED)
def test_hours_of_use_are_additive(each, one, other, share, years, used):
    parts = [embodied.amortised(each, hours, share, years, used) for hours in (one, other)]
    assert embodied.amortised(each, one + other, share, years, used) == close(sum(parts))


@given(POSITIVE, YEARS, USED)
def test_a_devices_whole_life_is_what_making_it_cost(each, years, used):
    hours = years * HOURS_PER_YEAR * used
    assert embodied.amortised(each, hours, 1.0, years, used) == close(each)


@given(POSITIVE, AMOUNT, SHARE, YEARS, USED, RATIO)
def test_longer_kept_or_better_used_never_costs_more(each, hours, share, years, used, more):
    def part(**changes):
        told = {"each": each, "hours": hours, "years": years, "used": used, **changes}
        return embodied.amortised(told["each"], told["hours"], share, told["years"], told["used"])

    assert part(years=years * more) <= part() * (1 + 1e-12)
    assert part(used=used * more) <= part() * (1 + 1e-12)
    assert part(each=each * more) >= part()
    assert part(hours=hours * more) >= part()
    assert part(each=each * more) == close(more * part())


@given(POSITIVE, POSITIVE, RATIO)
def test_parity_lies_between_two_uses(making, use, more):
    count = breakeven.uses_until_parity(making, use)
    assert count * use <= making * (1 + 1e-12)
    assert (count + 1) * use > making * (1 - 1e-12)
    assert breakeven.uses_until_parity(making * more, use) >= count
    assert breakeven.uses_until_parity(making, use * more) <= count


def test_a_use_that_draws_nothing_has_no_parity():
    with pytest.raises(QuantityError, match="no parity"):
        breakeven.uses_until_parity(1.0, 0.0)


SLOTS = st.lists(st.floats(0, 1e3), min_size=1, max_size=5)
GRID = st.lists(st.floats(0, 2.0), min_size=10, max_size=12)


@given(SLOTS, SLOTS, GRID, st.integers(0, 4))
def test_emissions_over_time_are_additive(one, other, grid, start):
    length = max(len(one), len(other))
    rows = [[*row, *[0.0] * (length - len(row))] for row in (one, other)]
    both = [sum(pair) for pair in zip(*rows, strict=True)]
    parts = sum(timing.emitted_over(row, grid, start) for row in rows)
    assert timing.emitted_over(both, grid, start) == close(parts)


@given(SLOTS, GRID, st.integers(0, 4), st.integers(1, 4))
def test_cutting_work_in_two_changes_no_total(energies, grid, start, cut):
    head, tail = energies[:cut], energies[cut:]
    parts = timing.emitted_over(head, grid, start)
    if tail:
        parts += timing.emitted_over(tail, grid, start + cut)
    assert timing.emitted_over(energies, grid, start) == close(parts)


@settings(max_examples=50)
@given(SLOTS, GRID, st.integers(0, 4), POSITIVE, RATIO)
def test_choosing_is_never_worse_and_knows_no_units(energies, grid, latest, unit, more):
    now = timing.emitted_over(energies, grid)
    for choose in (timing.flexible_start, timing.pause_and_resume):
        found = choose(energies, grid, latest)
        assert found.carbon <= now * (1 + 1e-12) + 1e-12
        assert len(found.slots) == len(energies)
        assert list(found.slots) == sorted(set(found.slots))
        assert max(found.slots) < latest + len(energies)
        wider = choose(energies, grid, latest + 1)
        assert wider.carbon <= found.carbon * (1 + 1e-12) + 1e-12
        scaled = choose([each * unit for each in energies], [each / unit for each in grid], latest)
        assert scaled.carbon == pytest.approx(found.carbon, rel=1e-6, abs=1e-9)
        dearer = choose(energies, [each * more for each in grid], latest)
        assert dearer.carbon >= found.carbon * (1 - 1e-12)
    free = timing.pause_and_resume(energies, grid, latest).carbon
    assert free <= timing.flexible_start(energies, grid, latest).carbon * (1 + 1e-12) + 1e-12


@given(SLOTS, st.integers(0, 3))
def test_a_gap_in_the_grid_is_no_zero(energies, start):
    with pytest.raises(QuantityError, match="known for"):
        timing.emitted_over(energies, [0.1] * (len(energies) + start - 1), start)
    with pytest.raises(QuantityError, match="known for"):
        timing.pause_and_resume(energies, [0.1] * (len(energies) + start - 1), start)


@given(st.floats(0.01, 1e6), st.lists(st.floats(0.01, 3.0), max_size=8), st.floats(0.05, 0.95))
def test_work_and_idle_add_up_to_what_was_read(kwh, ratios, idle):
    part = np.array([idle, *(idle * ratio for ratio in ratios)])
    above = energy.left_of_idle(np.full(len(part), kwh * (1 - idle)), part)
    below = energy.grown_with_idle(np.full(len(part), kwh * idle), part)
    assert above + below == pytest.approx(np.full(len(part), kwh))
    assert (above >= 0).all()
    assert math.isclose(above[0], kwh * (1 - idle))
