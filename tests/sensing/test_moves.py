"""A counter is known by when it was seen to move, whatever its refresh is said to be."""

from bisect import bisect_right
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.cumulative import Cumulative
from submeter.sensing.metering.moves import by_moves

MOST = 200


@st.composite
def counters(draw):
    """Draw when it moves, what had been drawn at each nanosecond, and when it is read."""
    pauses = draw(st.lists(st.integers(1, 60), min_size=1, max_size=30))
    moves = list(accumulate(pauses, initial=draw(st.integers(-60, 0))))
    length = moves[-1]
    steps = draw(st.lists(st.integers(0, 50), min_size=1, max_size=12))
    drawn = list(accumulate(steps[i * len(steps) // MOST % len(steps)] for i in range(length + 1)))
    times = draw(st.sets(st.integers(0, max(1, length)), min_size=1, max_size=40))
    grain = draw(st.sampled_from([1, 30]))

    def shown(instant):
        at = moves[bisect_right(moves, instant) - 1]
        return (drawn[at] if at >= 0 else 0) // grain * grain

    read = Cumulative(tuple(sorted(times)), tuple(shown(each) for each in sorted(times)))
    return read, max(pauses), grain, drawn


@given(counters(), st.integers(1, 5), st.integers(0, 3000))
def test_the_ends_are_sure_however_seldom_it_is_said_to_move(drawn_and_read, slower, end):
    read, refresh, grain, drawn = drawn_and_read
    energy, ends = by_moves(read, refresh * slower, grain, end)
    for instant in range(len(drawn)):
        seen = bisect_right(read.times, instant)
        most = ends.most(instant)
        if seen:
            assert ends.shown.totals[seen - 1] <= drawn[instant]
        if most is not None:
            assert drawn[instant] <= most
        if seen and most is not None:
            assert ends.shown.totals[seen - 1] <= energy.at(instant) <= most


@given(counters(), st.integers(0, 3000))
def test_what_is_told_never_falls_and_ends_with_what_was_shown_last(drawn_and_read, end):
    read, refresh, grain, _ = drawn_and_read
    energy, ends = by_moves(read, refresh, grain, end)
    for series in (energy, ends.by):
        assert all(one < other for one, other in pairwise(series.times))
        assert all(one <= other for one, other in pairwise(series.totals))
    assert read.totals[-1] in energy.totals
    assert energy.times[-1] <= read.times[-1]


def test_a_flat_load_is_told_to_the_moment_by_a_counter_that_is_read_often():
    """A refresh of 10 s read once a second: it moved within the second before it was seen to."""
    times = range(60)
    read = Cumulative(tuple(times), tuple(max(0, (each - 3) // 10 * 10 + 3) for each in times))
    energy, ends = by_moves(read, 10, 1, 59)
    for instant in range(13, 50):
        assert abs(energy.at(instant) - instant) <= 1
        most = ends.most(instant)
        assert most is not None
        assert most - ends.shown.at(instant) <= 11


def test_what_stands_still_for_long_and_then_moves_drew_nothing_until_a_refresh_before():
    read = Cumulative((0, 5, 100, 105), (0, 0, 0, 50))
    energy, _ = by_moves(read, 10, 1, 105)
    assert energy.at(90) == 0
    assert energy.at(103) == 50
