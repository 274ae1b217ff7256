"""Counters that reset or jump, meters that fall silent, machines that sleep: told as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import flat, square
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind
from submeter.traces.trace import Accuracy

START = 1000 * SECOND
LIMIT = 700_000_000


class Troubled(LabSensor):
    """A counter that leaps ahead [µJ] at some instants [ns], or begins anew (a leap of 0)."""

    def __init__(self, device, off):
        accuracy = Accuracy(0.02, 1.0, 1.0, "exact")
        sensed = Sensed(Domain("gpu:0", "gpu"), CounterSpec(limit=LIMIT), accuracy)
        super().__init__({sensed: device})
        self._off = off

    def _read(self, device, instant):
        ahead, since = 0, 0
        for at, leap in self._off:
            if instant >= at:
                ahead, since = (ahead + leap, since) if leap else (0, device.counter(at))
        return super()._read(device, instant) - since + ahead


def metered(sensor, seconds, period=1.0):
    clock = VirtualClock(START)
    source = SensorSource(sensor, {})
    span = Span(START + SECOND, START + SECOND + round(seconds * SECOND))
    drive([source], clock, list(span), period)
    (trace,) = source.traces(span)
    return trace, span


troubles = st.lists(
    st.tuples(
        st.integers(START + 2 * SECOND, START + 60 * SECOND),
        st.sampled_from([10**10, 10**13, 0]),
    ),
    max_size=4,
)


@given(st.floats(0, 600), troubles)
def test_no_joule_is_negative_or_more_than_could_be_drawn_and_a_gap_is_not_zero(watts, off):
    device = Device(flat(watts), 20_000_000)
    trace, span = metered(Troubled(device, sorted(off)), 62)
    totals = trace.energy.totals
    assert list(totals) == sorted(totals)
    drawn = trace.drawn(span)
    truth = device.draws.energy(span)
    assert drawn.energy <= truth * 1.01 + 10**6
    # What was lost is missing, in time as in energy, and what was seen is all there.
    assert drawn.energy == pytest.approx(truth * drawn.coverage, rel=0.02, abs=10**6)
    assert 1 - drawn.coverage <= 0.035 * max(1, len(off))


def test_a_machine_that_slept_books_no_impossible_power():
    """Its clock stood still while the counter went on: more than could be drawn in a second."""
    device = Device(flat(300), 20_000_000)
    asleep = [(START + 10 * SECOND, 300 * 3600 * 1_000_000)]
    trace, span = metered(Troubled(device, asleep), 30)
    drawn = trace.drawn(span)
    assert [gap.reason for gap in trace.gaps] == ["the counter made a jump"]
    assert drawn.coverage == pytest.approx(29 / 30, abs=0.002)
    assert drawn.energy == pytest.approx(300e6 * 29, rel=0.002)


def test_a_power_that_nobody_could_look_at_for_ten_seconds_is_not_guessed():
    accuracy = Accuracy(0.1, 1.0, 1.0, "exact")
    sensed = Sensed(Domain("gpu:0", "gpu"), CounterSpec(), accuracy, beat=0.1)
    source = SensorSource(LabSensor({sensed: Device(square(0, 600, 3.0))}, Kind.POWER), {})
    clock = VirtualClock(START)
    drive([source], clock, [START + 5 * SECOND])
    clock.go_to(clock.now() + 10 * SECOND)
    drive([source], clock, [clock.now() + 5 * SECOND])
    span = Span(START, clock.now())
    (trace,) = source.traces(span)
    (gap,) = trace.gaps
    assert "nobody could look at gpu:0 for 10.0 s" in gap.reason
    assert trace.drawn(span).coverage == pytest.approx(10 / 20, abs=0.03)
