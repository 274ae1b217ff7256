"""What a meter of the whole saw beside its parts: together they are the whole."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.remainder import disagreements, excess, parted, remainder, together
from submeter.traces.trace import Accuracy, Gap, PowerTrace
from tests.strategies import SECOND, running

SURE = Accuracy(0.0, 1.0, 1.0, "exact")
LENGTH = 20


def trace(name, component, growths, inside="", accuracy=SURE, every=SECOND):
    times = [every * i for i in range(len(growths) + 1)]
    domain = Domain(name, component, inside)
    energy = Cumulative(times, running(growths))
    return PowerTrace(domain, "drawn", Tier.MEASURED, energy, accuracy)


def left_known(wall):
    """Give the seconds at which the whole had just moved."""
    return [i for i in range(len(wall) + 1) if i in (0, len(wall)) or wall[i - 1]]


growths = st.lists(st.integers(0, 10**9), min_size=LENGTH, max_size=LENGTH)


@given(growths, growths, growths)
def test_parts_and_remainder_are_the_whole(rest, cpu, gpu):
    wall = [sum(each) for each in zip(rest, cpu, gpu, strict=True)]
    traces = [
        trace("wall", "machine", wall),
        trace("package:0", "cpu", cpu, "wall"),
        trace("gpu:0", "gpu", gpu, "wall"),
    ]
    found = {each.domain.id: each for each in parted(traces)}
    assert set(found) == {"wall:rest", "package:0", "gpu:0"}
    left = found["wall:rest"].energy
    assert [left.at(i * SECOND) for i in left_known(wall)] == [
        running(rest)[i] for i in left_known(wall)
    ]
    span = Span(0, LENGTH * SECOND)
    assert sum(each.energy.between(span) for each in found.values()) == sum(wall)


@given(growths, growths)
def test_meters_that_disagree_for_a_moment_leave_a_remainder_that_never_falls(wall, gpu):
    whole = trace("wall", "machine", wall)
    rest = remainder(whole, [trace("gpu:0", "gpu", gpu, "wall")])
    totals = rest.energy.totals
    assert list(totals) == sorted(totals)
    assert totals[0] == 0
    assert totals[-1] == max(0, sum(wall) - sum(gpu))


def test_a_chain_of_wholes_adds_up_to_the_outermost():
    traces = [
        trace("wall", "machine", [100] * LENGTH),
        trace("bmc", "machine", [80] * LENGTH, "wall"),
        trace("gpu:0", "gpu", [50] * LENGTH, "bmc"),
    ]
    totals = {each.domain.id: each.energy.totals[-1] for each in parted(traces)}
    assert totals == {"wall:rest": 400, "bmc:rest": 600, "gpu:0": 1000}


def test_a_package_keeps_its_cores_inside():
    traces = [trace("package:0", "cpu", [9] * 3), trace("core:0", "cpu", [5] * 3, "package:0")]
    assert parted(traces) == traces


def test_the_errors_of_both_are_in_the_remainder():
    errs = Accuracy(0.0, 0.97, 1.03, "±3 %")
    gains = Accuracy(0.0, 0.96, 1.04, "±4 %")
    whole = trace("wall", "machine", [100_000] * LENGTH, accuracy=errs)
    rest = remainder(whole, [trace("gpu:0", "gpu", [75_000] * LENGTH, "wall", gains)])
    # 3 % of 100 and 4 % of 75 in squares are 4.24 of the 25 that are left.
    drawn = rest.drawn(Span(0, LENGTH * SECOND))
    assert drawn.energy == 25_000 * LENGTH
    assert drawn.energy - drawn.low == pytest.approx(4_243 * LENGTH, rel=1e-3)
    assert drawn.high - drawn.energy == pytest.approx(4_243 * LENGTH, rel=1e-3)


@given(growths, st.integers(0, 10**9), st.floats(0.9, 1.0), st.floats(0.9, 1.0))
def test_a_remainder_of_nothing_is_known_no_better_than_any_other(gpu, more, one, other):
    """Where the parts seem to draw all, the meters may still err by as much."""
    whole = trace("wall", "machine", gpu, accuracy=Accuracy(0.0, one, 2 - one, ""))
    drew = [growth + more for growth in gpu]
    part = trace("gpu:0", "gpu", drew, "wall", Accuracy(0.0, other, 2 - other, ""))
    drawn = remainder(whole, [part]).drawn(Span(0, LENGTH * SECOND))
    assert drawn.energy == drawn.low == 0
    known = math.hypot(sum(gpu) * (1 - one), sum(drew) * (1 - other))
    assert drawn.high == pytest.approx(known, rel=1e-6, abs=1)


def test_parts_that_draw_more_than_the_whole_can_explain_are_told():
    errs = Accuracy(0.0, 0.95, 1.05, "±5 %")
    whole = trace("wall", "machine", [100_000] * LENGTH, accuracy=errs)
    span = Span(0, LENGTH * SECOND)
    near = trace("gpu:0", "gpu", [108_000] * LENGTH, "wall", errs)
    far = trace("gpu:0", "gpu", [150_000] * LENGTH, "wall", errs)
    assert excess(whole, [near], span) == 0
    assert excess(whole, [far], span) == (142_500 - 105_000) * LENGTH
    assert disagreements([whole, near], span) == []
    (told,) = disagreements([whole, far], span)
    assert told.startswith("wall: gpu:0 drew 0.75 J more than it")


@given(growths, growths, growths, growths)
def test_several_chassis_are_added_before_their_parts_are_taken_off(one, two, cpu, gpu):
    """Nobody knows which part hangs on which chassis: all of them name the first."""
    first = [sum(each) for each in zip(one, cpu, strict=True)]
    second = [sum(each) for each in zip(two, gpu, strict=True)]
    traces = [
        trace("bmc:1", "machine", first),
        trace("bmc:HGX", "machine", second),
        trace("package:0", "cpu", cpu, "bmc:1"),
        trace("gpu:0", "gpu", gpu, "bmc:1"),
    ]
    found = parted(traces)
    assert sum(each.energy.totals[-1] for each in found) == sum(first) + sum(second)
    assert {each.domain.id for each in found} == {"bmc:1:rest", "package:0", "gpu:0"}


def test_the_sum_of_several_chassis_is_as_unsure_as_the_least_sure():
    fine = Accuracy(0.5, 0.99, 1.04, "±1 to 4 %")
    coarse = Accuracy(2.0, 0.95, 1.01, "±5 to 1 %")
    traces = [
        trace("bmc:1", "machine", [70] * LENGTH, accuracy=fine),
        trace("bmc:2", "machine", [30] * LENGTH, accuracy=coarse),
        trace("gpu:0", "gpu", [60] * LENGTH, "bmc:1"),
    ]
    both, gpu = together(traces)
    assert both.energy.totals[-1] == 100 * LENGTH
    assert both.accuracy[:3] == (2.0, 0.95, 1.04)
    assert gpu is traces[2]


def test_parts_that_were_not_seen_all_the_time_tell_nothing_of_the_whole():
    whole = trace("wall", "machine", [100_000] * LENGTH)
    part = trace("gpu:0", "gpu", [150_000] * LENGTH, "wall")
    span = Span(0, LENGTH * SECOND)
    assert excess(whole, [part], span) == 50_000 * LENGTH
    gapped = replace(part, gaps=(Gap(0, SECOND, "it fell silent"),))
    assert excess(whole, [gapped], span) == 0
    assert excess(replace(whole, gaps=(Gap(0, SECOND, "the same"),)), [part], span) == 0


def test_several_chassis_without_parts_stay_as_they_are():
    traces = [trace("bmc:1", "machine", [5] * 3), trace("bmc:2", "machine", [7] * 3)]
    assert parted(traces) == traces


@given(growths, growths, growths, st.integers(0, LENGTH - 1), st.integers(1, LENGTH))
def test_what_parts_drew_while_the_whole_was_silent_is_not_taken_off(rest, cpu, gpu, start, length):
    """It is not in what the whole told: else a pause of its meter would eat up the remainder."""
    end = min(start + length, LENGTH)
    lost = range(start, end)
    wall = [
        0 if i in lost else sum(each) for i, each in enumerate(zip(rest, cpu, gpu, strict=True))
    ]
    whole = replace(trace("wall", "machine", wall), gaps=(Gap(start * SECOND, end * SECOND, "?"),))
    parts = [trace("package:0", "cpu", cpu, "wall"), trace("gpu:0", "gpu", gpu, "wall")]
    drawn = remainder(whole, parts).drawn(Span(0, LENGTH * SECOND))
    assert drawn.energy == sum(each for i, each in enumerate(rest) if i not in lost)
    assert drawn.low == drawn.energy == drawn.high
    assert drawn.coverage == pytest.approx(1 - len(lost) / LENGTH)


@given(
    growths, growths, growths, st.lists(st.integers(0, LENGTH - 1), max_size=4, unique=True),
    st.lists(st.integers(0, LENGTH - 1), max_size=4, unique=True),
)  # fmt: skip
def test_what_one_chassis_did_not_see_is_not_seen_of_all(one, two, gpu, silent, mute):
    def chassis(name, growths, lost):
        seen = [0 if i in lost else each for i, each in enumerate(growths)]
        gaps = tuple(Gap(i * SECOND, (i + 1) * SECOND, "?") for i in sorted(lost))
        return replace(trace(name, "machine", seen), gaps=gaps)

    first = [sum(each) for each in zip(one, gpu, strict=True)]
    traces = [
        chassis("bmc:1", first, silent), chassis("bmc:2", two, mute),
        trace("gpu:0", "gpu", gpu, "bmc:1"),
    ]  # fmt: skip
    found = {each.domain.id: each for each in parted(traces)}
    drawn = found["bmc:1:rest"].drawn(Span(0, LENGTH * SECOND))
    lost = {*silent, *mute}
    rest = [sum(each) for each in zip(one, two, strict=True)]
    assert drawn.energy == sum(each for i, each in enumerate(rest) if i not in lost)
    assert drawn.coverage == pytest.approx(1 - len(lost) / LENGTH)


def test_a_chassis_that_never_answered_takes_nothing_from_the_others():
    mute = replace(trace("bmc:1", "machine", [5]), energy=Cumulative([], []))
    lost = (Gap(SECOND, 2 * SECOND, "?"),)
    other = replace(trace("bmc:2", "machine", [7, 0, 7]), gaps=lost)
    found = {
        each.domain.id: each
        for each in parted([mute, other, trace("gpu:0", "gpu", [1] * 3, "bmc:1")])
    }
    assert found["bmc:1:rest"].energy.totals[-1] == 12
    assert found["bmc:1:rest"].gaps == lost
