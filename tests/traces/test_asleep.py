"""A machine that slept: what its meters counted meanwhile is a gap, and everything else stays."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.asleep import REASON, awake
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, Gap, PowerTrace
from tests.strategies import SECOND, power_traces, real_spans


def counted(times, totals, refresh=0.0, gaps=()):
    accuracy = Accuracy(refresh, 1.0, 1.0, "")
    energy = Cumulative(times, totals)
    return PowerTrace(Domain("wall", "machine"), "drawn", Tier.MEASURED, energy, accuracy, gaps)


def test_what_was_counted_across_a_nap_is_a_gap():
    trace = awake(counted([0, 10, 20, 30], [0, 5, 905, 910]), [Span(12, 13)])
    assert trace.energy.totals == (0, 5, 5, 10)
    assert trace.gaps == (Gap(10, 20, REASON),)
    assert trace.drawn(Span(0, 30)).coverage == pytest.approx(2 / 3)


def test_a_reading_stands_up_to_a_refresh_before_it_was_taken():
    trace = counted([0, 10, 20, 30], [0, 5, 905, 910], refresh=9 / SECOND)
    assert awake(trace, [Span(22, 23)]).energy.totals == (0, 5, 5, 5)


def test_a_stretch_that_was_a_gap_stays_the_gap_that_it_was():
    reset = Gap(10, 20, "the counter made a reset")
    trace = awake(counted([0, 10, 20], [0, 5, 5], gaps=(reset,)), [Span(11, 15)])
    assert trace.gaps == (reset,)


@given(power_traces(), st.lists(real_spans, max_size=3))
def test_totals_lose_just_what_lies_in_the_new_gaps(trace, naps):
    found = awake(trace, naps)
    assert list(found.energy.times) == list(trace.energy.times)
    added = [gap for gap in found.gaps if gap not in trace.gaps]
    assert {gap.reason for gap in added} <= {REASON}
    for ends in pairwise(trace.energy.times):
        whole, left = (each.energy.between(Span(*ends)) for each in (trace, found))
        assert left == (0 if any(gap[:2] == ends for gap in found.gaps) else whole)
    for nap in naps:
        for ends in pairwise(found.energy.times):
            if Span(*ends).overlap(nap):
                assert found.energy.between(Span(*ends)) == 0


@given(power_traces())
def test_a_machine_that_never_slept_changes_nothing(trace):
    assert awake(trace, []) is trace
