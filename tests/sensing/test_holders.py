"""Who holds an accelerator: told in time, unknown where it could not be looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.attribution.attribution import Shares
from submeter.attribution.devices import DeviceHeld
from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.holders import HolderSource, pids_are_visible

OURS = {10, 11}


class Tells:
    """A sensor that answers with the processes written down for each look."""

    name = "fake"

    def __init__(self, *looks):
        self.looks = list(looks)

    def holders(self):
        look = self.looks.pop(0)
        if isinstance(look, BaseException):
            raise look
        return look if isinstance(look, dict) else {"gpu:0": look}


def look(*looks):
    clock = VirtualClock(0)
    source = HolderSource(Tells(*looks), lambda: OURS)
    for _ in looks:
        source.read(clock)
        clock.forward(1)
    return source, Span(0, clock.now() - SECOND)


def seconds(source, span, domain="gpu:0"):
    return [track.between(span) / SECOND for track in source.held()[domain]]


def split(source, span, energy=1000):
    return DeviceHeld(*source.held()["gpu:0"]).split(energy, span)


@pytest.mark.parametrize(
    ("pids", "shares"),
    [
        ({10}, Shares(1000, 0, 0, 0)),
        ({10, 11}, Shares(1000, 0, 0, 0)),
        ({99}, Shares(0, 1000, 0, 0)),
        ({10, 99}, Shares(0, 0, 0, 1000)),
        (set(), Shares(0, 0, 1000, 0)),
    ],
)
def test_energy_goes_to_who_holds_the_device(pids, shares):
    assert split(*look(pids, pids, pids)) == shares


def test_a_change_lies_midway_between_two_looks():
    source, span = look(set(), {10}, {10})
    assert seconds(source, span) == [1.5, 0, 0, 0]
    assert split(source, span) == Shares(750, 0, 250, 0)


@pytest.mark.parametrize(
    "failure", [OSError("lost"), SensorUnavailable("lost"), RuntimeError("lost")]
)
def test_while_it_cannot_be_looked_up_nobody_is_billed_and_nothing_is_idle(failure):
    source, span = look({10}, {10}, failure, failure, {10}, {10})
    assert seconds(source, span) == [2, 0, 0, 3]
    assert split(source, span) == Shares(400, 0, 0, 600)
    assert source.failure.startswith("fake holders: ")
    assert "lost" in source.failure


def test_a_failure_that_lasts_to_the_end_is_not_seen():
    source, span = look({10}, {10}, OSError("lost"), OSError("lost"), OSError("lost"))
    assert split(source, span) == Shares(250, 0, 0, 750)


def test_one_device_that_does_not_answer_leaves_the_others_alone():
    both, one = {"gpu:0": {10}, "gpu:1": {10}}, {"gpu:1": {10}}
    source, span = look(both, both, one, both)
    assert seconds(source, span, "gpu:0") == [1, 0, 0, 2]
    assert seconds(source, span, "gpu:1") == [3, 0, 0, 0]
    assert source.failure == "fake holders: gpu:0 did not answer"


def test_failing_before_the_first_answer_tells_of_no_device():
    source, _ = look(OSError("lost"), OSError("lost"))
    assert source.held() == {}
    assert source.failure == "fake holders: lost"


def test_it_may_hang_with_its_sensor_and_is_read_on_the_same_thread():
    assert HolderSource(Tells(), lambda: OURS).group == "fake"


class Holding:
    """A sensor whose board is held by whom it is told, and that counts how often it is asked."""

    name = "fake"

    def __init__(self):
        self.pids = {10}
        self.asked = 0

    def holders(self):
        self.asked += 1
        return {"gpu:0": set(self.pids)}


def beats(source, clock, count, seconds=1.0):
    for _ in range(count):
        clock.forward(seconds)
        source.read(clock, edge=False)


def test_holders_that_stay_the_same_are_looked_up_ever_more_seldom():
    clock, sensor = VirtualClock(0), Holding()
    source = HolderSource(sensor, lambda: OURS)
    source.read(clock)
    beats(source, clock, 10)
    assert sensor.asked == 11, "at every beat as long as that is not much of the time"
    beats(source, clock, 600)
    assert 120 <= sensor.asked - 11 <= 160, "and each five seconds at least"
    source.read(clock)
    assert seconds(source, Span(0, clock.now())) == [610.0, 0.0, 0.0, 0.0]


@given(held=st.integers(20, 400), more=st.integers(10, 60))
def test_when_they_change_the_time_that_each_held_it_is_off_by_a_twentieth_at_most(held, more):
    clock, sensor = VirtualClock(0), Holding()
    source = HolderSource(sensor, lambda: OURS)
    source.read(clock)
    beats(source, clock, held)
    sensor.pids = {99}
    beats(source, clock, more)
    source.read(clock)
    own, others, both, unknown = seconds(source, Span(0, clock.now()))
    assert own + others == pytest.approx(held + more)
    assert both == unknown == 0
    assert abs(own - held) <= min(held / 20, 2.5) + 0.5  # half a beat


def test_at_an_edge_they_are_looked_up_whatever_was_before():
    clock, sensor = VirtualClock(0), Holding()
    source = HolderSource(sensor, lambda: OURS)
    source.read(clock)
    beats(source, clock, 100)
    sensor.pids = {99}
    clock.forward(0.001)
    source.read(clock, edge=True)
    clock.forward(1)
    source.read(clock, edge=True)
    own, others, *_ = seconds(source, Span(0, clock.now()))
    # From when they were looked up last, which is not long ago, to now either may have held it.
    assert own == pytest.approx(100, abs=2.6)
    assert others == pytest.approx(1, abs=2.6)
    assert own + others == pytest.approx(101.001)


def test_it_keeps_what_windows_need_and_begins_anew_after_a_pause():
    source, span = look(*[{10}] * 50)
    source.keep((), span.end - 5 * SECOND)
    assert len(source.held()["gpu:0"].own.times) <= 7
    source.restart()
    assert source.held() == {}


@pytest.mark.parametrize(
    ("namespace", "visible"), [("pid:[4026531836]", True), ("pid:[4026532222]", False)]
)
def test_process_ids_are_a_drivers_only_in_the_first_namespace(monkeypatch, namespace, visible):
    monkeypatch.setattr("os.readlink", lambda _: namespace)
    assert pids_are_visible() is visible


def test_process_ids_are_not_trusted_where_the_namespace_is_not_told(monkeypatch):
    def refuse(path):
        raise PermissionError(path)

    monkeypatch.setattr("os.readlink", refuse)
    assert not pids_are_visible()
