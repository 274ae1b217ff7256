"""Suspensions are found by the two clocks of the kernel, whatever else goes on."""

from hypothesis import given
from hypothesis import strategies as st

from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.sensing.metering.naps import Naps


@given(st.lists(st.tuples(st.floats(0.01, 60), st.sampled_from([0, 0, 0, 0.5, 300])), max_size=20))
def test_each_lies_between_two_looks_and_none_is_made_up(beats):
    clock = VirtualClock()
    naps = Naps(clock.asleep)
    naps.read(clock)
    expected = []
    for pause, slept in beats:
        before = clock.now()
        clock.forward(pause / 2)
        instant = clock.now()
        clock.suspend(slept)
        clock.forward(pause / 2)
        naps.read(clock)
        if slept:
            expected.append((before, instant, clock.now()))
    assert naps.count == len(naps.found) == len(expected)
    for (start, end), (before, instant, after) in zip(naps.found, expected, strict=True):
        assert before <= start <= instant <= end <= after


def test_a_machine_that_slept_before_the_first_look_or_while_nobody_looked_is_awake():
    clock = VirtualClock()
    clock.suspend(3600)
    naps = Naps(clock.asleep)
    naps.read(clock)
    clock.forward(1)
    naps.read(clock)
    assert naps.found == ()
    naps.restart()
    clock.suspend(3600)
    clock.forward(1)
    naps.read(clock)
    assert naps.found == ()


def test_clocks_that_are_read_apart_are_no_nap():
    """Stopped between two looks at the clocks, a program sees the time asleep shrink and grow."""
    clock, told = VirtualClock(), iter([10, 4, 10])
    naps = Naps(lambda: next(told) * SECOND)
    for _ in range(3):
        naps.read(clock)
        clock.forward(1)
    assert naps.found == ()


def test_it_forgets_what_no_window_needs():
    clock = VirtualClock()
    naps = Naps(clock.asleep)
    for _ in range(500):
        naps.read(clock)
        clock.suspend(1)
        clock.forward(1)
    naps.keep((), clock.now())
    assert 0 < len(naps.found) <= 61
    assert naps.count == 499
