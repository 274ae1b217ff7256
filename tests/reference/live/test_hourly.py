"""Means over the hours: weighted by energy, never by what is missing."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.accounting.draws import Draws
from submeter.errors import QuantityError, UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.live.hourly import Hourly, Piece, Stretch, arranged
from submeter.reference.live.instants import HOUR, read

START = read("2026-11-24T00:00Z")
SOURCE = Source("test", "a test", "Apache-2.0")
YEARLY = Factor(
    "grid/FR", 500.0, 400.0, 600.0, "gCO2e/kWh", Spread.LOGNORMAL, Tier.ASSUMED, SOURCE,
    basis="lifecycle location average",
)  # fmt: skip


def series(values, basis="lifecycle location average", step=HOUR):
    """Make an `Hourly`; None is a gap."""
    stretches = tuple(
        Stretch(START + index * step, START + (index + 1) * step, value, 0.8 * value, 1.3 * value)
        for index, value in enumerate(values)
        if value is not None
    )
    return Hourly("grid/live/test/FR", "FR", basis, SOURCE, stretches, START)


amounts = st.floats(0.0, 2000.0)
values = st.lists(st.one_of(st.none(), amounts), min_size=1, max_size=30)
known = st.lists(amounts, min_size=1, max_size=30)


@st.composite
def pieces(draw, hours=30):
    found = []
    for _ in range(draw(st.integers(1, 8))):
        first = draw(st.integers(0, hours * 60 - 1))
        length = draw(st.integers(1, 600))
        energy = draw(st.integers(0, 10**12))
        minute = HOUR // 60
        found.append(Piece(START + first * minute, START + (first + length) * minute, energy))
    return found


def close(one, other):
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


@given(values, pieces())
def test_a_mean_lies_between_the_lowest_and_the_highest_hour(levels, drawn):
    hourly = series(levels)
    mean = hourly.weighted(drawn)
    if mean is None:
        return
    factor = mean.factor
    assert 0 < mean.coverage <= 1
    seen = [each.value for each in hourly.stretches]
    assert min(seen) * (1 - 1e-9) <= factor.value <= max(seen) * (1 + 1e-9)
    assert min(each.low for each in hourly.stretches) * (1 - 1e-9) <= factor.low <= factor.value
    assert factor.value <= factor.high <= max(each.high for each in hourly.stretches) * (1 + 1e-9)


@given(amounts, values, pieces())
def test_a_grid_that_never_changes_has_that_mean_whatever_is_missing(level, gaps, drawn):
    mean = series([None if gap is None else level for gap in gaps]).weighted(drawn)
    assert mean is None or close(mean.factor.value, level)


@given(known, pieces())
def test_carbon_of_parts_adds_up_to_that_of_the_whole(levels, drawn):
    assume(sum(each.energy for each in drawn))
    hourly = series([*levels, *[10.0] * 40])
    halves = [
        Piece(*span, energy)
        for each in drawn
        for span, energy in (
            ((each.start, (each.start + each.end) // 2), each.energy),
            (((each.start + each.end) // 2, each.end), each.energy),
        )
    ]
    whole = hourly.weighted(drawn)
    split = hourly.weighted(halves)
    alone = sum(each.energy * hourly.weighted([each]).factor.value for each in drawn if each.energy)
    assert whole.coverage == 1.0
    assert close(whole.factor.value, split.factor.value)
    assert close(whole.factor.value, alone / sum(each.energy for each in drawn))


@given(values, pieces(), st.integers(2, 1000), st.randoms())
def test_neither_the_order_nor_the_unit_of_energy_matters(levels, drawn, scale, chance):
    hourly = series(levels)
    other = [each._replace(energy=each.energy * scale) for each in drawn]
    chance.shuffle(other)
    one, two = hourly.weighted(drawn), hourly.weighted(other)
    assert (one is None) == (two is None)
    if one is not None:
        assert close(one.factor.value, two.factor.value)
        assert close(one.coverage, two.coverage)


@given(values, pieces())
def test_a_gap_widens_and_never_narrows(levels, drawn):
    hourly = series(levels)
    mean = hourly.weighted(drawn)
    if mean is None or mean.coverage == 1.0:
        return
    seen = hourly.weighted(
        [
            Piece(max(a.start, b.start), min(a.end, b.end), 0)._replace(
                energy=round(
                    a.energy
                    * (min(a.end, b.end) - max(a.start, b.start))
                    / (a.end - a.start)
                    * 10**6
                )
            )
            for a in drawn
            for b in hourly.stretches
            if min(a.end, b.end) > max(a.start, b.start)
        ]
    )
    assert mean.factor.low <= seen.factor.low * (1 + 1e-6) + 1e-6
    assert mean.factor.high >= seen.factor.high * (1 - 1e-6) - 1e-6
    assert "not known" in mean.notes[0]


@given(values, pieces())
def test_a_yearly_value_stands_in_for_exactly_what_is_missing(levels, drawn):
    hourly = series(levels)
    alone = hourly.weighted(drawn)
    mean = hourly.weighted(drawn, YEARLY)
    if alone is None:
        assert mean.factor is YEARLY
        assert mean.coverage == 0.0
        return
    part = alone.coverage
    assert mean.coverage == part
    assert close(mean.factor.value, part * alone.factor.value + (1 - part) * YEARLY.value)
    assert bool(mean.notes) == (part < 1)


def test_missing_hours_are_not_zero():
    hourly = series([100.0, None, 300.0])
    mean = hourly.mean(START, START + 3 * HOUR)
    assert mean.factor.value == pytest.approx(200.0)
    assert mean.coverage == pytest.approx(2 / 3)
    assert hourly.mean(START + HOUR, START + 2 * HOUR) is None
    assert hourly.mean(START - 9 * HOUR, START) is None
    assert [value for _, value in hourly.by_hour()][1] is None


def test_energy_weighs():
    hourly = series([100.0, 400.0])
    drawn = [Piece(START, START + HOUR, 3), Piece(START + HOUR, START + 2 * HOUR, 1)]
    assert hourly.weighted(drawn).factor.value == pytest.approx(175.0)
    assert hourly.weighted(drawn).factor.period == "2026-11-24T00Z/2026-11-24T02Z"


def test_no_energy_weighs_by_time_and_no_pieces_are_no_mean():
    hourly = series([100.0, 300.0])
    assert hourly.weighted([Piece(START, START + 2 * HOUR, 0)]).factor.value == pytest.approx(200)
    assert hourly.weighted([]) is None
    assert series([]).by_hour() == ()


@pytest.mark.parametrize("piece", [Piece(START, START, 1), Piece(START, START + 1, -1)])
def test_energy_without_time_and_negative_energy_are_refused(piece):
    with pytest.raises(QuantityError, match="cannot be"):
        series([1.0]).weighted([piece])


def test_all_hours_share_one_unknown():
    hourly = series([100.0, 200.0])
    first = hourly.mean(START, START + HOUR).factor
    second = hourly.mean(START + HOUR, START + 2 * HOUR).factor
    assert first.id == second.id
    draws = Draws(count=100)
    ratio = draws.figures(second) / draws.figures(first)
    assert ratio == pytest.approx([2.0] * 101)


def test_a_marginal_series_accounts_for_nothing():
    hourly = series([100.0, None], basis="combustion location marginal")
    assert hourly.mean(START, START + HOUR).factor.basis.endswith("marginal")
    with pytest.raises(UsageError, match="marginal intensity cannot account"):
        hourly.average()
    with pytest.raises(UsageError, match="an average cannot stand in"):
        hourly.mean(START, START + HOUR, YEARLY)
    assert series([1.0]).average() is not None


def test_a_mixture_of_combustion_and_life_cycle_is_no_life_cycle():
    mean = series([100.0, None], basis="combustion location average")
    factor = mean.mean(START, START + 2 * HOUR, YEARLY).factor
    assert factor.basis == "combustion location average"
    assert factor.id == "grid/live/test/FR+grid/FR"


@pytest.mark.parametrize(("value", "spread"), [(0.0, Spread.EXACT), (50.0, Spread.LOGNORMAL)])
def test_an_hour_of_nothing_has_a_shape(value, spread):
    assert series([value]).mean(START, START + HOUR).factor.spread is spread


def test_a_low_end_of_zero_has_a_shape():
    stretch = Stretch(START, START + HOUR, 0.0, 0.0, 30.0)
    hourly = Hourly("grid/x", "x", "combustion location average", SOURCE, (stretch,), START)
    mean = hourly.mean(START, START + HOUR)
    assert mean is not None
    assert mean.factor.spread is Spread.UNIFORM
    assert Draws(count=10).figures(mean.factor)[0] == 0.0


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_what_no_grid_emits_is_refused(value):
    stretch = Stretch(START, START + HOUR, value, value, value)
    with pytest.raises(QuantityError, match="cannot be"):
        Hourly("grid/x", "x", "", SOURCE, (stretch,), START)


def test_two_values_for_one_time_are_refused_and_a_revision_is_the_last():
    one = Stretch(START, START + HOUR, 1.0, 1.0, 1.0)
    later = one._replace(value=2.0, high=2.0)
    over = Stretch(START + HOUR // 2, START + 2 * HOUR, 1.0, 1.0, 1.0)
    assert arranged([one, later]) == (later,)
    with pytest.raises(QuantityError, match="two values are for the same time"):
        Hourly("grid/x", "x", "", SOURCE, arranged([one, over]), START)


def test_a_night_of_25_hours_has_25_hours():
    span = read("2026-10-25T00:00+02:00"), read("2026-10-26T00:00+01:00")
    assert (span[1] - span[0]) // HOUR == 25
    first = read("2026-10-25T02:30+02:00")
    assert read("2026-10-25T02:30+01:00") - first == HOUR
