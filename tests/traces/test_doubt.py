"""By how much a window may be misread: its edges are sure ends, and windows join."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.doubt import Doubt
from submeter.traces.ends import Ends
from submeter.traces.remainder import remainder
from submeter.traces.trace import Accuracy, PowerTrace
from tests.strategies import SECOND, running

amounts = st.floats(0, 1e9)
pairs = st.tuples(amounts, amounts)
doubts = st.builds(Doubt, pairs, pairs, amounts, pairs, pairs)


LENGTH = 500


@st.composite
def energies(draw):
    """Draw what had been drawn in truth at each nanosecond, in bursts."""
    bursts = draw(st.lists(st.integers(0, 10**6), min_size=LENGTH, max_size=LENGTH))
    return running([each if each % 3 == 0 else 0 for each in bursts])


@st.composite
def windows(draw):
    start = draw(st.integers(120, 200))
    return Span(start, draw(st.integers(start + 1, 300)))


@st.composite
def read(draw, truth, window, name="gpu", inside="", component="gpu"):
    """Draw a meter that shows the past, read at the window's edges and a refresh after each."""
    refresh = 2 * draw(st.integers(1, 60))
    phase = draw(st.integers(0, refresh - 1))
    more = draw(st.sets(st.integers(refresh, LENGTH - 1), max_size=10))
    looks = sorted({*more, *(edge + late for edge in window for late in (0, refresh))})
    shown = [truth[phase + (look - phase) // refresh * refresh] for look in looks]
    moved = Ends(Cumulative(looks, shown), Cumulative([look - refresh for look in looks], shown))
    return PowerTrace(
        Domain(name, component, inside),
        "drawn",
        Tier.MEASURED,
        Cumulative([look - refresh // 2 for look in looks], shown),
        Accuracy(refresh / SECOND, 1.0, 1.0, "its refresh alone"),
        ends=draw(st.sampled_from([None, moved])),
    )


@st.composite
def metered(draw):
    truth, window = draw(energies()), draw(windows())
    return truth, draw(read(truth, window)), window


@st.composite
def beside_a_part(draw):
    """Draw a whole machine, its card, and what is left of the one beside the other."""
    rest, card, window = draw(energies()), draw(energies()), draw(windows())
    machine = [one + other for one, other in zip(rest, card, strict=True)]
    whole = draw(read(machine, window, "wall", component="machine"))
    part = draw(read(card, window, "gpu:0", "wall"))
    return rest, remainder(whole, [part]), window


@settings(deadline=None)
@given(metered())
def test_read_at_its_edges_and_a_refresh_later_a_window_holds_the_truth(case):
    """Whatever was drawn in between, and whenever in its cycle the meter refreshes."""
    truth, trace, window = case
    drawn = trace.drawn(window)
    assert drawn.low - 1 <= truth[window.end] - truth[window.start] <= drawn.high + 1


@settings(deadline=None, max_examples=50)
@given(beside_a_part())
def test_what_is_left_beside_a_part_is_as_unsure_as_both(case):
    truth, trace, window = case
    drawn = trace.drawn(window)
    assert drawn.low - 1 <= truth[window.end] - truth[window.start] <= drawn.high + 1


def test_of_an_edge_that_no_reading_has_come_after_a_refresh_more_may_be_true():
    """A counter that moves once a second, read as it moves: what comes next nobody knows."""
    looks = [SECOND * i for i in range(11)]
    moved = Ends(Cumulative(looks, looks), Cumulative([look - SECOND for look in looks], looks))
    trace = PowerTrace(
        Domain("gpu:0", "gpu"), "drawn", Tier.MEASURED,
        Cumulative([look - SECOND // 2 for look in looks], looks),
        Accuracy(1.0, 1.0, 1.0, "its refresh alone"), ends=moved,
    )  # fmt: skip
    below, above = trace.doubt(Span(SECOND, 10 * SECOND)).end
    told = trace.energy.at(10 * SECOND)
    assert told - below <= 10 * SECOND
    assert told + above >= 10 * SECOND + SECOND


@settings(deadline=None)
@given(metered(), st.floats(0.01, 0.99))
def test_windows_join_at_an_edge_that_plays_no_part(case, where):
    _, trace, window = case
    cut = window.start + round(where * window.nanoseconds)
    parts = (Span(window.start, cut), Span(cut, window.end))
    joined, whole = trace.doubt(parts[0]).joined(trace.doubt(parts[1])), trace.doubt(window)
    assert (joined.start, joined.end, joined.variance) == (whole.start, whole.end, whole.variance)
    assert joined.below == pytest.approx(whole.below)
    assert joined.above == pytest.approx(whole.above)


@given(st.integers(2, 200), st.integers(1, 10**6))
def test_the_refresh_that_nobody_saw_may_be_fuller_than_any_that_was_the_less_so_the_more_were(
    seen, drawn
):
    def beyond(refreshes):
        energy = Cumulative(
            [SECOND * i for i in range(refreshes + 1)], running([drawn] * refreshes)
        )
        told = Accuracy(1.0, 1.0, 1.0, "its refresh alone")
        trace = PowerTrace(Domain("gpu:0", "gpu"), "drawn", Tier.MEASURED, energy, told)
        return trace.doubt(Span(SECOND, refreshes * SECOND)).end[1]

    assert beyond(seen) > beyond(seen + 1) > drawn
    assert beyond(10**4) == pytest.approx(drawn, rel=1e-3)


@given(doubts, doubts, doubts)
def test_it_does_not_matter_which_windows_are_joined_first(one, two, three):
    left, right = one.joined(two).joined(three), one.joined(two.joined(three))
    assert (left.start, left.end) == (right.start, right.end) == (one.start, three.end)
    assert left.variance == pytest.approx(right.variance)
    assert left.gains == pytest.approx(right.gains)
    assert left.below == pytest.approx(right.below)


@given(doubts, st.sampled_from(range(5)), st.floats(1, 10))
def test_more_doubt_in_any_part_is_never_less_in_all(doubt, place, more):
    parts = list(doubt)
    part = parts[place]
    parts[place] = part * more if isinstance(part, float) else tuple(each * more for each in part)
    wider = Doubt(*parts)
    assert wider.below >= doubt.below * (1 - 1e-12) >= 0
    assert wider.above >= doubt.above * (1 - 1e-12) >= 0


@given(st.floats(0.01, 0.1), st.integers(1, 10), st.integers(1, 5), st.integers(1, 10**6))
def test_what_a_meter_misses_between_its_looks_goes_with_them_as_independent_guesses(
    cycle, seconds, more, watts
):
    """Variances add up over time, over a longer cycle, and with the square of the power."""

    def variance(cycle, seconds, watts):
        times = [SECOND * i for i in range(60)]
        energy = Cumulative(times, [watts * 10**6 * i for i in range(60)])
        told = Accuracy(0.0, 1.0, 1.0, "its looks alone", cycle)
        trace = PowerTrace(Domain("gpu:0", "gpu"), "drawn", Tier.MEASURED, energy, told)
        return trace.doubt(Span(0, seconds * SECOND)).variance

    once = variance(cycle, seconds, watts)
    assert once > 0
    assert variance(cycle, seconds * more, watts) == pytest.approx(more * once)
    assert variance(cycle * more, seconds, watts) == pytest.approx(more * once)
    assert variance(cycle, seconds, watts * more) == pytest.approx(more**2 * once)
    assert variance(0.0, seconds, watts) == 0.0


def test_a_window_is_too_high_if_it_began_with_more_or_ended_with_less():
    edges = Doubt((1.0, 2.0), (4.0, 8.0), 0.0)
    assert (edges.below, edges.above) == (2.0 + 4.0, 1.0 + 8.0)
    inside = edges._replace(within=(16.0, 32.0))
    assert (inside.below, inside.above) == (6.0 + 16.0, 9.0 + 32.0)


def test_what_is_independent_adds_in_squares():
    none = (0.0, 0.0)
    assert Doubt(none, none, 4.0).below == Doubt(none, none, 4.0).above == 1.96 * 2
    gains = Doubt((0.0, 3.0), none, 0.0, (4.0, 0.0))
    assert (gains.below, gains.above) == (5.0, 0.0)
    all_three = Doubt((0.0, 3.0), none, 1.0, (4.0, 0.0)).below
    assert all_three == pytest.approx(math.hypot(5.0, 1.96))
