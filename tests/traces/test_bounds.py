"""Between two readings a total lies where the readings around it say, and at one where it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.cumulative import Cumulative
from submeter.traces.bounds import Bounds
from tests.strategies import SECOND, cumulatives, instants

refreshes = st.integers(1, 200)


@given(cumulatives(), refreshes, instants)
def test_what_was_shown_lies_within(total, refresh, instant):
    """To the microjoule by which a total between two readings is rounded."""
    bounds = Bounds(total, refresh)
    assert bounds.least(instant) <= total.at(instant) + 1
    if instant <= total.times[-1]:
        assert bounds.most(instant) >= total.at(instant)


@given(cumulatives(), refreshes)
def test_at_a_reading_it_is_what_was_read(total, refresh):
    bounds = Bounds(total, refresh)
    for instant, read in zip(total.times[1:], total.totals[1:], strict=True):
        assert bounds.least(instant) == pytest.approx(read, abs=1e-3)
        assert bounds.most(instant) == pytest.approx(read, abs=1e-3)


@given(cumulatives(), refreshes, st.integers(1, 500))
def test_after_the_last_reading_no_less_was_drawn_than_it_showed(total, refresh, late):
    assert Bounds(total, refresh).least(total.times[-1] + late) == total.totals[-1]


def test_a_counter_that_was_read_once_tells_of_no_refresh():
    once = Bounds(Cumulative([SECOND], [7]), SECOND)
    assert once.unshown() == 0.0
    assert once.power_near(0) == 0.0
    assert once.most(3 * SECOND) == 7


def test_the_power_around_an_instant_is_the_greatest_of_the_readings_near_it():
    times = [SECOND * i for i in range(8)]
    bounds = Bounds(Cumulative(times, [0, 100, 110, 120, 130, 140, 150, 160]), SECOND)
    assert bounds.power_near(3) == 100
    assert bounds.power_near(4) == 10
