"""The meter's own threads: nothing that hangs, fails or is late holds up anything else."""

import threading
import time

import pytest

from submeter.quantities.clock import Span
from submeter.sensing.metering.meter import Meter, SystemClock
from submeter.sensing.metering.reader import KEEP_EVERY, Needed
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

ALL = Needed((), 0)
LONG = 60.0


class Noted:
    """A source that notes what is asked of it, and waits in `read` while its gate is shut."""

    def __init__(self, name="noted", *, may_hang=False):
        self.name = name
        self.group = name if may_hang else ""
        self.beat = 0.0
        self.lags = ()
        self.gate = threading.Event()
        self.gate.set()
        self.calls = []

    def read(self, clock, *, edge=True):
        del clock, edge
        self.gate.wait(30)
        self.calls.append("read")

    def keep(self, pinned, before):
        self.calls.append(("keep", tuple(pinned), before))

    def restart(self):
        self.calls.append("restart")

    def shown(self, instant):
        del instant
        return False

    @property
    def reads(self):
        return self.calls.count("read")


@pytest.fixture
def started():
    """Make meters that end with the test."""
    made: list[Meter] = []
    shut: list[Noted | SensorSource] = []

    def start(*sources, period=LONG, needed=lambda: ALL, wanted=lambda: True):
        meter = Meter(sources, SystemClock(), period, needed, wanted)
        made.append(meter)
        shut.extend(sources)
        meter.start()
        return meter

    yield start
    for source in shut:
        if isinstance(source, Noted):
            source.gate.set()
    for meter in made:
        assert meter.stop()


def eventually(fact, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.002)


def test_a_mark_brings_a_reading_at_once_not_at_the_next_beat(started):
    source = Noted()
    meter = started(source)
    for _ in range(5):
        before = source.reads
        assert meter.wait(meter.mark(), 5.0) == []
        assert source.reads > before


def test_without_being_asked_it_reads_at_every_beat(started):
    source = Noted()
    started(source, period=0.02)
    eventually(lambda: source.reads >= 4)


def test_what_may_hang_is_read_right_after_what_cannot(started):
    quick, slow = Noted("quick"), Noted("slow", may_hang=True)
    meter = started(quick, slow, period=0.1)
    assert meter.wait(meter.mark(), 5.0) == []
    beats = quick.reads
    eventually(lambda: quick.reads >= beats + 4)
    assert slow.reads >= 4


def test_a_source_that_hangs_is_named_and_holds_up_nothing(started):
    quick, hanging = Noted("quick"), Noted("hanging", may_hang=True)
    hanging.gate.clear()
    meter = started(quick, hanging)
    began = time.monotonic()
    assert meter.wait(meter.mark(), 0.2) == ["hanging"]
    assert time.monotonic() - began < 2.0
    assert quick.reads >= 1
    before = quick.reads
    meter.wait(meter.mark(), 0.05)
    assert quick.reads > before
    assert hanging.reads == 0


def test_one_that_hangs_is_waited_for_once_until_it_answers_again(started):
    hanging = Noted("hanging", may_hang=True)
    hanging.gate.clear()
    meter = started(hanging)
    assert meter.wait(meter.mark(), 0.05) == ["hanging"]
    began = time.monotonic()
    assert meter.wait(meter.mark(), 5.0) == ["hanging"]
    assert time.monotonic() - began < 2.0, "it is waited for in vain once only"
    hanging.gate.set()
    eventually(lambda: meter.wait(meter.mark(), 5.0) == [])


def test_all_that_hang_share_one_deadline(started):
    several = [Noted(f"h{number}", may_hang=True) for number in range(4)]
    for each in several:
        each.gate.clear()
    meter = started(*several)
    began = time.monotonic()
    assert meter.wait(meter.mark(), 0.2) == ["h0", "h1", "h2", "h3"]
    assert time.monotonic() - began < 0.7


def test_a_caller_never_waits_for_a_read(started):
    hanging = Noted("hanging", may_hang=True)
    hanging.gate.clear()
    meter = started(Noted(), hanging)
    costs = []
    for _ in range(200):
        before = time.perf_counter()
        meter.mark()
        costs.append(time.perf_counter() - before)
    assert sorted(costs)[100] < 0.001


def test_one_that_hangs_is_left_behind_at_the_end(started):
    hanging = Noted("hanging", may_hang=True)
    meter = started(hanging)
    assert meter.wait(meter.mark(), 5.0) == []
    hanging.gate.clear()
    meter.mark()
    time.sleep(0.05)
    assert not meter.stop()


def test_a_reading_that_never_came_is_not_said_to_have_come(started):
    hanging = Noted("hanging", may_hang=True)
    hanging.gate.clear()
    meter = started(hanging)
    mark = meter.mark()
    assert not meter.stop()
    assert meter.wait(mark, 0.05) == ["hanging"]


def test_sources_can_join_a_running_meter(started):
    first, quick, slow = Noted("first"), Noted("quick"), Noted("slow", may_hang=True)
    meter = started(first)
    early = meter.mark()
    meter.add(quick)
    meter.add(slow)
    assert meter.wait(early, 5.0) == []
    assert meter.wait(meter.mark(), 5.0) == []
    assert quick.reads
    assert slow.reads


def test_a_quick_source_can_join_a_meter_that_has_none(started):
    meter = started(Noted("slow", may_hang=True))
    quick = Noted("quick")
    meter.add(quick)
    assert meter.wait(meter.mark(), 5.0) == []
    assert quick.reads


def test_quick_sources_share_a_thread_and_are_named_together(started):
    one, two = Noted("one"), Noted("two")
    one.gate.clear()
    meter = started(one, two)
    assert meter.wait(meter.mark(), 0.05) == ["one, two"]


def test_while_nobody_needs_anything_it_rests_and_then_begins_anew(started):
    wanted = [True]
    source = Noted()
    meter = started(source, period=0.01, wanted=lambda: wanted[0])
    eventually(lambda: source.reads > 2)
    wanted[0] = False
    meter.wait(meter.mark(), 5.0)
    time.sleep(0.05)
    resting = source.reads
    time.sleep(0.1)
    assert source.reads == resting
    assert "restart" not in source.calls
    wanted[0] = True
    calls = len(source.calls)
    assert meter.wait(meter.mark(), 5.0) == []
    assert source.calls[calls : calls + 2] == ["restart", "read"]
    eventually(lambda: source.reads > resting + 3)
    assert source.calls.count("restart") == 1


def test_it_keeps_what_is_needed(started):
    source = Noted()
    meter = started(source, needed=lambda: Needed((7, 9), 5))
    for _ in range(KEEP_EVERY):
        meter.wait(meter.mark(), 5.0)
    assert ("keep", (7, 9), 5) in source.calls


def test_reading_costs_are_counted(started):
    meter = started(Noted(), Noted(may_hang=True), period=0.005)
    meter.wait(meter.mark(), 5.0)
    eventually(lambda: meter.cpu > 0)


class Sensing:
    """A sensor of 100 W that raises what it is told to."""

    method = "sensing/1"

    def __init__(self, name, *, may_hang):
        self.name = name
        self.may_hang = may_hang
        self.failure = None

    def domains(self):
        return [Sensed(Domain(self.name, "gpu"), CounterSpec(), Accuracy(0.0, 1.0, 1.0, ""))]

    def sample(self, now):
        if self.failure is not None:
            raise self.failure
        instant = now()
        return [Sample(self.name, Kind.COUNTER, instant // 10, instant)]

    def close(self):
        pass


@pytest.mark.parametrize("may_hang", [False, True])
def test_a_sensor_that_fails_midway_is_reported_and_the_other_is_read_to_the_end(started, may_hang):
    failing, sound = Sensing("failing", may_hang=may_hang), Sensing("sound", may_hang=False)
    sources = [SensorSource(each, {}) for each in (failing, sound)]
    meter = started(*sources, period=0.02)
    assert meter.wait(meter.mark(), 5.0) == []
    start = meter.mark().instant
    time.sleep(0.1)
    meter.wait(meter.mark(), 5.0)
    failing.failure = TypeError("a bug in the plug-in")
    time.sleep(0.1)
    end = meter.mark()
    assert meter.wait(end, 5.0) == []
    span = Span(start, end.instant)
    assert "a bug in the plug-in" in sources[0].failure
    assert sources[1].failure == ""
    lost, kept = (source.traces(span)[0].drawn(span) for source in sources)
    assert kept.coverage == 1.0
    assert abs(kept.energy - span.nanoseconds // 10) < 1000
    assert 0.2 < lost.coverage < 0.9


def test_the_clocks_are_the_machines():
    clock = SystemClock()
    assert clock.now() <= time.monotonic_ns()
    assert abs(clock.utc() - time.time_ns()) < 1_000_000_000
