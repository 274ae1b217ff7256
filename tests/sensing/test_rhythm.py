"""When to read: what is dear is read seldom, an edge never later than it is due."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.sensing.metering.inbox import Inbox
from submeter.sensing.metering.rhythm import ALLOWED, SELDOM, YOUNG, Rhythm

HOUR = 3600 * SECOND
"""Reading has gone on for so long that what is lost between two is little of it."""


def weighed(cost, period=1.0, most=math.inf, allowed=ALLOWED):
    rhythm = Rhythm(period, most, allowed)
    for _ in range(200):
        rhythm.weigh(cost)
    return rhythm


@given(cost=st.integers(0, ALLOWED))
def test_what_costs_no_more_than_is_allowed_is_read_at_every_beat(cost):
    assert weighed(cost).pause(HOUR) == 1.0


@given(times=st.floats(1.1, SELDOM - 0.1), period=st.floats(0.1, 60.0))
def test_what_costs_more_is_read_so_much_more_seldom(times, period):
    assert weighed(round(times * ALLOWED), period).pause(HOUR) == pytest.approx(
        times * period, 1e-3
    )


def test_however_dear_it_is_it_is_read_at_every_tenth_beat():
    assert weighed(1000 * ALLOWED).pause(HOUR) == SELDOM


@given(
    age=st.floats(0.0, 100.0),
    start=st.integers(0, HOUR),
    times=st.floats(1.1, 1000.0),
    period=st.floats(0.1, 60.0),
)
def test_while_it_is_young_no_pause_is_most_of_what_was_read(age, start, times, period):
    """A board that is lost halfway through five seconds of work had been read for two of them."""
    rhythm = weighed(round(times * ALLOWED), period)
    rhythm.begin(start)
    pause = rhythm.pause(start + round(age * SECOND))
    assert pause <= max(period, YOUNG * age) * 1.000001
    old = rhythm.pause(start + 1000 * HOUR)
    assert pause <= old
    assert pause == pytest.approx(min(old, max(period, YOUNG * age)))


def test_what_must_be_read_often_is_whatever_it_costs():
    """A power is known only as far as it is looked at; a counter comes round."""
    assert weighed(1000 * ALLOWED, most=0.5).pause(HOUR) == 0.5


def test_an_edge_is_settled_when_its_meters_have_had_their_time_whatever_they_cost():
    rhythm = weighed(1000 * ALLOWED)
    rhythm.read(2, 10 * SECOND, (0.1,))
    assert not rhythm.is_settled
    assert rhythm.pause(10 * SECOND) == pytest.approx(0.1)
    assert rhythm.patience(0.1) == 0.1, "nobody waits for another then"
    rhythm.read(2, 10 * SECOND + SECOND // 10, (0.1,))
    assert rhythm.settled == 2


def test_one_dear_reading_makes_nobody_seldom():
    rhythm = weighed(ALLOWED // 2)
    rhythm.weigh(4 * ALLOWED)
    assert rhythm.pause(HOUR) == 1.0


def test_readings_are_worked_out_in_order_and_once():
    seen: list[int] = []
    inbox = Inbox(seen.append)
    inbox.put(1)
    inbox.put(2)
    assert seen == []
    inbox.settle()
    inbox.settle()
    assert seen == [1, 2]
    inbox.put(3)
    inbox.drop()
    inbox.settle()
    assert seen == [1, 2]
