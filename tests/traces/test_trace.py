"""Traces: windows add up, gaps are not zero, the interval holds the truth."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, Gap, PowerTrace
from tests.strategies import SECOND, instants, power_traces, real_spans, spans

EXACT = Accuracy(0.0, 1.0, 1.0, "exact")


def trace_of(times, totals, accuracy=EXACT, gaps=()):
    domain = Domain("gpu:0", "gpu")
    return PowerTrace(domain, "drawn", Tier.MEASURED, Cumulative(times, totals), accuracy, gaps)


@given(power_traces(), st.lists(instants, min_size=2, max_size=8))
def test_windows_add_up_to_the_microjoule_and_the_nanosecond(trace, edges):
    edges.sort()
    parts = [Span(*pair) for pair in pairwise(edges)]
    whole = Span(edges[0], edges[-1])
    assert sum(trace.drawn(part).energy for part in parts) == trace.drawn(whole).energy
    assert sum(trace.seen(part) for part in parts) == trace.seen(whole)


@given(power_traces(), spans)
def test_the_interval_holds_the_reading_and_coverage_is_a_share(trace, span):
    drawn = trace.drawn(span)
    assert 0 <= drawn.low <= drawn.energy <= drawn.high
    assert 0.0 <= drawn.coverage <= 1.0


@given(power_traces(), real_spans, st.floats(1.0, 3.0))
def test_a_worse_meter_never_has_a_narrower_interval(trace, span, worse):
    refresh, low, high, reason, cycle = trace.accuracy
    wider = Accuracy(refresh * worse, low / worse, high * worse, reason, cycle)
    other = PowerTrace(trace.domain, "drawn", trace.tier, trace.energy, wider, trace.gaps)
    one, two = trace.drawn(span), other.drawn(span)
    assert two.low <= one.low
    assert two.high >= one.high


@given(power_traces(), real_spans)
def test_what_was_seen_lies_within_the_samples_and_outside_the_gaps(trace, span):
    times = trace.energy.times
    reach = Span(times[0], times[-1])
    lost = sum(
        span.overlap(Span(max(gap.start, reach.start), min(gap.end, reach.end)))
        for gap in trace.gaps
        if gap.start < reach.end
    )
    assert trace.seen(span) == span.overlap(reach) - lost


def test_a_gap_after_the_last_sample_is_not_taken_off_twice():
    trace = trace_of([0, 100], [0, 5], gaps=(Gap(100, 200, "it fell silent"),))
    assert trace.drawn(Span(0, 200)).coverage == 0.5


def test_a_gap_is_not_zero_it_lowers_the_coverage():
    trace = trace_of([0, 100, 200], [0, 5, 5], gaps=(Gap(100, 200, "reset"),))
    still = trace_of([0, 100, 200], [0, 5, 5])
    assert trace.drawn(Span(0, 200)).energy == still.drawn(Span(0, 200)).energy == 5
    assert trace.drawn(Span(0, 200)).coverage == 0.5
    assert still.drawn(Span(0, 200)).coverage == 1.0


def test_at_the_edges_of_a_gap_a_meter_shows_the_past_as_at_those_of_a_window():
    """A refresh of 10 ns at 1 µJ/ns: half of one is not known on either side of each edge."""
    accuracy = Accuracy(10 / SECOND, 1.0, 1.0, "")
    times, totals = [0, 50, 60, 100], [0, 50, 50, 90]
    gapped = trace_of(times, totals, accuracy, (Gap(50, 60, "reset"),))
    doubt = gapped.doubt(Span(20, 90))
    assert doubt.within[0] == 10.0
    assert doubt.within[1] >= 10.0
    assert trace_of(times, totals, accuracy).doubt(Span(20, 90)).within == (0.0, 0.0)
    late = gapped.doubt(Span(-20, 30))
    assert late.within[0] == 5.0
    assert late.within[1] >= 5.0
    assert gapped.doubt(Span(20, 90)).joined(gapped.doubt(Span(90, 120))).within[0] == 15.0


def test_power_is_of_the_time_that_was_seen():
    trace = trace_of([0, SECOND, 3 * SECOND], [0, 7_000_000, 7_000_000])
    gapped = trace_of(
        trace.energy.times, trace.energy.totals, gaps=(Gap(SECOND, 3 * SECOND, "reset"),)
    )
    window = Span(0, 3 * SECOND)
    assert gapped.power(window) == 7.0
    assert gapped.power(Span(SECOND, 3 * SECOND)) is None
    assert trace.power(Span(SECOND, 3 * SECOND)) == 0.0


@given(power_traces())
def test_readings_are_the_trace_without_its_gaps(trace):
    readings = list(trace.readings())
    times = trace.energy.times
    assert sum(each.energy for each in readings) == trace.energy.between(Span(times[0], times[-1]))
    assert sum(each.end - each.start for each in readings) == trace.seen(Span(times[0], times[-1]))
    assert {each.tier for each in readings} <= {"measured"}
    assert {each.domain for each in readings} <= {trace.domain.id}


def test_an_empty_window_and_an_empty_trace_draw_nothing_and_see_nothing():
    assert trace_of([0, 100], [0, 5]).drawn(Span(50, 50)) == (0, 0, 0, 0.0)
    assert trace_of([], []).drawn(Span(0, 100)) == (0, 0, 0, 0.0)
    assert trace_of([], []).power(Span(0, 100)) is None
    assert trace_of([10], [5], Accuracy(0.1, 0.9, 1.1, "")).drawn(Span(0, 100)).coverage == 0.0
