"""Running totals: windows add up, whatever the split."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from tests import strategies
from tests.strategies import cumulatives, instants, real_spans, spans


@given(cumulatives(), st.lists(instants, min_size=2, max_size=8))
def test_any_split_of_a_window_adds_up_to_the_window(total, edges):
    edges.sort()
    parts = sum(total.between(Span(*pair)) for pair in pairwise(edges))
    assert parts == total.between(Span(edges[0], edges[-1]))


@given(cumulatives(), spans)
def test_growth_is_never_negative_and_never_more_than_was_counted(total, span):
    assert 0 <= total.between(span) <= total.totals[-1] - total.totals[0]


@given(cumulatives())
def test_at_a_sampled_instant_the_total_is_the_sample(total):
    assert [total.at(instant) for instant in total.times] == list(total.totals)


@given(cumulatives(), instants, instants)
def test_the_total_never_falls(total, one, other):
    assert total.at(min(one, other)) <= total.at(max(one, other))


@given(cumulatives(), instants)
def test_outside_the_samples_the_total_stands_still(total, instant):
    clamped = min(max(instant, total.times[0]), total.times[-1])
    assert total.at(instant) == total.at(clamped)


@given(cumulatives(), real_spans)
def test_a_window_is_seen_as_far_as_the_samples_reach(total, span):
    reach = Span(total.times[0], total.times[-1])
    assert total.seen(span) == span.overlap(reach)


@given(cumulatives(), real_spans)
def test_instants_lie_strictly_inside_the_window(total, span):
    inside = [instant for instant in total.times if span.start < instant < span.end]
    assert list(total.instants(span)) == inside


@given(cumulatives(), instants)
def test_an_instant_lies_between_the_samples_around_it(total, instant):
    around = total.around(instant)
    if around is None:
        assert instant < total.times[0] or instant >= total.times[-1]
    else:
        assert around[0] <= instant < around[1]
        assert total.instants(Span(*around)) == []


@given(cumulatives(), real_spans)
def test_the_reach_of_a_window_goes_from_the_sample_before_it_to_the_one_after(total, span):
    reach = total.reach(span)
    before = [instant for instant in total.times if instant <= span.start]
    after = [instant for instant in total.times if instant >= span.end]
    assert reach == (max(before, default=span.start), min(after, default=span.end))
    assert total.reach(reach) == reach
    assert total.between(reach) >= total.between(span)


def test_nothing_sampled_is_nothing_drawn_and_nothing_seen():
    empty, window = Cumulative([], []), Span(0, 100)
    assert empty.reach(window) == window
    assert (empty.between(window), empty.seen(window), empty.around(5)) == (0, 0, None)


def test_one_sample_sees_no_stretch():
    lone = Cumulative([10], [77])
    assert lone.at(0) == lone.at(10) == lone.at(99) == 77
    assert lone.seen(Span(0, 100)) == 0


@given(spans, spans)
def test_overlap_is_symmetric_and_within_both(one, other):
    assert one.overlap(other) == other.overlap(one)
    assert 0 <= one.overlap(other) <= min(one.nanoseconds, other.nanoseconds)


def test_a_span_knows_its_length():
    assert Span(0, strategies.SECOND // 2).seconds == 0.5
