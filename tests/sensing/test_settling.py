"""Each meter is read again once it has shown what had been drawn at an edge, and not before."""

import math
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.age import LONGEST_LAG, QUICK, Age, lags
from submeter.sensing.metering.calibration import Calibration
from submeter.sensing.metering.meter import Meter, SystemClock
from submeter.sensing.metering.reader import Needed
from submeter.sensing.metering.rhythm import Rhythm
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind
from submeter.traces.trace import Accuracy

START = 1000 * SECOND
MILLISECOND = SECOND // 1000


@given(
    st.sets(st.integers(1, 20_000).map(lambda each: each / 1000), min_size=1, max_size=4),
    st.integers(0, 10**12),
)
def test_an_edge_has_a_reading_of_its_own_for_each_meter(waits, began):
    """At the last of them it is settled, and until then for some meters only."""
    rhythm = Rhythm(math.inf)
    rhythm.read(1, began, waits)
    now = began
    assert rhythm.has(1, 0.0)
    for lag in sorted(waits):
        assert not rhythm.is_settled
        now += round(rhythm.pause(now) * SECOND)
        assert not rhythm.is_free
        assert now - began == round(lag * SECOND)
        assert not rhythm.has(1, lag)
        rhythm.read(1, now, waits)
        assert rhythm.has(1, lag)
    assert rhythm.is_settled


def test_a_beat_may_be_late_though_a_slow_meter_is_waited_for():
    """Readers that follow another go on to do so for the ten seconds that a controller takes."""
    rhythm = Rhythm(1.0)
    rhythm.read(1, 0, (10.0,))
    assert rhythm.pause(0) == 1.0
    assert rhythm.is_free
    assert not rhythm.is_settled
    assert rhythm.patience(1.0) == 1.5
    rhythm.read(1, 95 * SECOND // 10, (10.0,))
    assert rhythm.pause(95 * SECOND // 10) == pytest.approx(0.5)
    assert not rhythm.is_free


def test_what_has_been_shown_already_is_not_waited_for():
    rhythm = Rhythm(1.0)
    rhythm.read(1, 0, (10.0,), lambda _: False)
    rhythm.read(2, 3 * SECOND, (10.0,), lambda instant: instant <= SECOND)
    assert (rhythm.settled, rhythm.is_settled) == (1, False)
    rhythm.read(2, 5 * SECOND, (10.0,), lambda instant: instant <= 4 * SECOND)
    assert (rhythm.settled, rhythm.is_settled) == (2, True)
    assert rhythm.pause(5 * SECOND) == 1.0


def test_meters_that_are_much_alike_share_a_reading_and_what_takes_too_long_has_none():
    ages = [Age(0.019), Age(0.02), Age(1.0), Age(LONGEST_LAG + 1), Age(0.0), Age(1.0, 1.0)]
    assert lags(ages) == [2.0, 1.0, 0.02]
    assert lags([]) == []


def source_of(device, refresh, grain=1, kind=Kind.COUNTER):
    accuracy = Accuracy(refresh, 1.0, 1.0, "as the lab has it")
    sensed = Sensed(Domain("wall", "machine"), CounterSpec(grain=grain), accuracy)
    return SensorSource(LabSensor({sensed: device}, kind), {})


def ended(source, seconds):
    """Give how long [s] after the end of a window it had shown what was drawn by then."""
    clock, end = VirtualClock(START), START + round(seconds * SECOND)
    drive([source], clock, [START + SECOND, end])
    return (clock.now() - end) / SECOND


@given(st.integers(0, 10 * SECOND - 1), st.floats(2.0, 60.0))
def test_a_counter_that_moved_since_is_not_waited_for_any_longer(phase, seconds):
    """It is seen at the next beat, a refresh after the edge at the latest."""
    device = Device(flat(100), 10 * SECOND, phase)
    waited = ended(source_of(device, 10.0), seconds)
    end = START + round(seconds * SECOND)
    moves = (device.refreshed(end) + 10 * SECOND - end) / SECOND
    assert moves <= waited <= min(moves + 1.0, 10.0) + 1e-6


@pytest.mark.parametrize(
    ("grain", "kind", "watts"),
    [(0, Kind.COUNTER, 100), (1, Kind.POWER, 100), (1, Kind.COUNTER, 0)],
)
def test_what_is_not_known_to_move_at_once_is_waited_for_its_whole_time(grain, kind, watts):
    """A sum of counters, a power, and one that stands still tell nothing by moving."""
    device = Device(flat(watts), 4 * SECOND, SECOND)
    assert ended(source_of(device, 4.0, grain, kind), 7.3) == pytest.approx(4.0)


def test_after_a_failure_nothing_is_known_of_what_it_would_show():
    device = Device(flat(100), 4 * SECOND, SECOND)
    source, clock = source_of(device, 4.0), VirtualClock(START)
    for _ in range(10):
        source.read(clock)
        clock.forward(1)
    moved = device.refreshed(clock.now())
    assert source.shown(moved - SECOND)
    source.sensor.sample = lambda _: (_ for _ in ()).throw(OSError("gone"))
    source.read(clock)
    assert not source.shown(moved - SECOND)


def test_a_counter_of_coarse_steps_may_have_left_out_one():
    """What it shows once it has moved is short of what had been drawn, by a step at most."""
    step = 360_000_000

    class Coarse(LabSensor):
        def _read(self, device, instant):
            return device.counter(instant) // step * step

    for watts in range(50, 400, 7):
        for phase in range(0, 10, 3):
            device = Device(flat(watts), 10 * SECOND, phase * SECOND)
            accuracy = Accuracy(10.0 + step / watts / 1e6, 1.0, 1.0, "as the lab has it")
            sensed = Sensed(Domain("wall", "machine"), CounterSpec(grain=step), accuracy)
            source = SensorSource(Coarse({sensed: device}), {})
            span = Span(START + 20 * SECOND, START + 47 * SECOND)
            drive([source], VirtualClock(START), list(span))
            drawn = source.traces(span)[0].drawn(span)
            assert drawn.low <= device.draws.energy(span) <= drawn.high


def test_a_mean_is_as_old_as_what_it_is_of_and_its_refresh_together():
    device = Device(flat(100), SECOND)
    accuracy = Accuracy(1.0, 1.0, 1.0, "refresh not yet measured")
    sensed = Sensed(Domain("bmc", "machine"), CounterSpec(), accuracy, 1.0, 2.0)
    source = SensorSource(LabSensor({sensed: device}, Kind.POWER, 2 * SECOND), {})
    assert list(source.lags) == [3.0]
    quick = SensorSource(
        LabSensor({sensed: device}, Kind.POWER, 2 * SECOND), {"bmc": Calibration(0.1, 0.0)}
    )
    assert list(quick.lags) == pytest.approx([2.1])
    edges = [each.traces(Span(START, START))[0].accuracy.refresh for each in (source, quick)]
    assert 2.0 < edges[1] < edges[0] < 3.0


class Slow:
    """A source that shows an edge when it is told to, and not by the time."""

    name, group, beat = "slow", "", 0.0
    lags = (3600.0,)

    def __init__(self):
        self.showing = threading.Event()
        self.reads = 0

    def read(self, clock, *, edge=True):
        del clock, edge
        self.reads += 1

    def shown(self, instant):
        del instant
        return self.showing.is_set()

    def keep(self, pinned, before):
        pass

    def restart(self):
        pass


@pytest.fixture
def slow():
    """Give a meter of one slow source, and that."""
    source = Slow()
    meter = Meter([source], SystemClock(), 0.01, lambda: Needed((), 0))
    meter.start()
    yield meter, source
    assert meter.stop()


def test_who_has_no_patience_has_what_was_read_at_the_edge(slow):
    meter, _ = slow
    mark = meter.mark()
    assert meter.wait(mark, 30.0, settled=True, patience=0.0) == []
    assert meter.slowest == 3600.0
    assert meter.slow(mark) == ["slow"]
    assert meter.slow(mark, but=["slow"]) == []


def test_who_waits_is_called_when_it_has_been_shown(slow):
    meter, source = slow
    mark, found = meter.mark(), []
    waiting = threading.Thread(target=lambda: found.append(meter.wait(mark, 30.0, settled=True)))
    waiting.start()
    reads = source.reads
    deadline = time.monotonic() + 30
    while source.reads < reads + 3 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert waiting.is_alive()
    source.showing.set()
    waiting.join(30)
    assert found == [[]]
    assert meter.slow(mark) == []


def test_in_a_hurry_nobody_waits_for_slow_meters(slow):
    meter, _ = slow
    mark, found = meter.mark(), []
    waiting = threading.Thread(target=lambda: found.append(meter.wait(mark, 30.0, settled=True)))
    waiting.start()
    meter.hurry()
    waiting.join(30)
    assert found == [[]]
    assert meter.slow(mark) == ["slow"]
    assert QUICK < 3600.0
