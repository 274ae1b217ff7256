"""Counters that reset or jump, meters that fall silent, machines that sleep: told as it was."""

import random

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
from tests.lab.benches import fast_wave, random_wave, refresh

START = 1000 * SECOND
LIMIT = 700_000_000


class Troubled(LabSensor):
    """A counter that leaps ahead [µJ] at some instants [ns], or begins anew (a leap of 0)."""

    def __init__(self, device, off, gain=0.0):
        accuracy = Accuracy(device.refresh / SECOND, 1 - gain, 1 + gain, "as the lab has it")
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


def seen(trace, span, device):
    """Give what was drawn [µJ] in that part of a window that is said to have been seen."""
    times = trace.energy.times
    reach = Span(max(span.start, times[0]), min(span.end, times[-1]))
    truth = device.draws.energy(reach) if reach.nanoseconds > 0 else 0.0
    for gap in trace.gaps:
        lost = Span(max(reach.start, gap.start), min(reach.end, gap.end))
        truth -= device.draws.energy(lost) if lost.nanoseconds > 0 else 0.0
    return truth


def squares(chance):
    """Give a load that steps as seldom as a second or two, and far."""
    return square(20, 600, chance.uniform(0.5, 5))


@pytest.mark.parametrize("wave", [random_wave, fast_wave, squares])
@pytest.mark.parametrize("trouble", ["late", "reset", "jump"])
def test_of_what_was_seen_around_a_gap_the_interval_holds_the_truth(trouble, wave):
    """A meter shows the past where a gap begins and ends, too, and where it is first read.

    Gains are within what is stated, windows of 0.3 to 30 s.
    """
    chance = random.Random(trouble)  # noqa: S311 - the same cases every time
    held = []
    for _ in range(300):
        every = refresh(chance)
        device = Device(wave(chance), every, chance.randrange(every), chance.uniform(0.95, 1.05))
        length = round(SECOND * 0.3 * 100 ** chance.random())
        span = Span(START + SECOND, START + SECOND + length)
        when = span.start + round(length * chance.uniform(0.05, 0.8))
        off = {"late": [], "reset": [(when, 0)], "jump": [(when, 10**13)]}[trouble]
        begin = when if trouble == "late" else START
        source = SensorSource(Troubled(device, off, gain=0.05), {})
        edges = [edge for edge in span if edge >= begin]
        drive([source], VirtualClock(begin), edges)
        (trace,) = source.traces(span)
        drawn = trace.drawn(span)
        assert drawn.coverage < 1 or trouble == "late"
        held.append(drawn.low - 1 <= seen(trace, span, device) <= drawn.high + 1)
    assert sum(held) >= 0.95 * len(held)
