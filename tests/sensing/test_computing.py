"""What holders of one device compute is placed in time by the driver's own timestamps."""

import pytest

from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.holders import HolderSource
from submeter.sensing.sensors.sensor import DeviceUse

OURS, THEIRS = 10, 99


class Stepping(VirtualClock):
    """A clock whose time of day can be set, as by a person or by NTP."""

    ahead = 1_700_000_000 * SECOND

    def utc(self):
        return self.ahead + self.now()


class Device:
    """A device held by both; `percents` a second from 0 s on, sampled at the full second."""

    name = "fake"

    def __init__(self, clock, percents, pids=(OURS, THEIRS)):
        self.clock, self.percents, self.pids = clock, percents, pids
        self.asked: list[int] = []

    def holders(self):
        return {"gpu:0": set(self.pids)}

    def uses(self, domain, since):
        assert domain == "gpu:0"
        self.asked.append(since)
        found = []
        for second, percents in enumerate(self.percents, start=1):
            stamp = (second * SECOND + self.clock.ahead) // 1000
            if second * SECOND <= self.clock.now() and stamp > since:
                found += [
                    DeviceUse(pid, stamp, percent)
                    for pid, percent in zip((OURS, THEIRS), percents, strict=True)
                    if percent
                ]
        return found


def watch(device, clock, beats=10, ours=lambda: {OURS}, step=None):
    source = HolderSource(device, ours)
    for beat in range(beats + 1):
        if step is not None and beat == step[0]:
            clock.ahead += step[1]
        source.read(clock)
        clock.forward(1)
    return source, Span(0, clock.now() - SECOND)


def seconds(source, span):
    return [each.between(span) / SECOND for each in source.computing.computed(span)["gpu:0"]][:3]


def test_each_sample_counts_from_the_one_before_it():
    clock = Stepping(0)
    source, span = watch(Device(clock, [(50, 50)] * 5 + [(10, 90)] * 5), clock)
    assert seconds(source, span) == pytest.approx([3.0, 7.0, 10.0])
    late = seconds(source, Span(5 * SECOND, 10 * SECOND))
    assert late == pytest.approx([0.5, 4.5, 5.0])


def test_each_look_asks_for_what_no_earlier_one_was_told():
    clock = Stepping(0)
    device = Device(clock, [(50, 50)] * 10)
    watch(device, clock)
    start = clock.ahead // 1000
    assert device.asked == [start, *(start + second * 10**6 for second in range(10))]


@pytest.mark.parametrize("step", [3600 * SECOND, -3600 * SECOND])
def test_a_time_of_day_that_steps_spoils_no_more_than_the_samples_of_that_moment(step):
    clock = Stepping(0)
    source, span = watch(Device(clock, [(30, 60)] * 10), clock, step=(5, step))
    own, others, told = seconds(source, span)
    assert own / others == pytest.approx(0.5)
    assert told >= 8


def test_a_process_of_ours_that_has_just_ended_is_still_ours():
    clock = Stepping(0)
    ours = iter([{OURS, 11}] * 5 + [{11}] * 6)
    device = Device(clock, [(40, 10)] * 5, pids=(OURS, THEIRS, 11))
    source, span = watch(device, clock, ours=lambda: next(ours))
    own, others, _ = seconds(source, span)
    assert own / others == pytest.approx(4.0)


def test_a_device_that_is_no_longer_shared_is_asked_once_more_and_then_left_alone():
    clock = Stepping(0)
    device = Device(clock, [(50, 50)] * 10)
    source = HolderSource(device, lambda: {OURS})
    for beat in range(10):
        device.pids = (OURS, THEIRS) if 2 <= beat < 5 else (OURS,)
        source.read(clock)
        clock.forward(1)
    assert len(device.asked) == 4
    assert seconds(source, Span(0, 9 * SECOND))[2] == pytest.approx(4.0)


def test_time_before_and_after_sharing_is_not_spread_over():
    clock = Stepping(0)
    device = Device(clock, [(50, 50)] * 20)
    source = HolderSource(device, lambda: {OURS})
    for beat in range(20):
        device.pids = (OURS, THEIRS) if beat in (3, 4, 15, 16) else (OURS,)
        source.read(clock)
        clock.forward(1)
    told = source.computing.computed()["gpu:0"].sampled
    assert told.between(Span(5 * SECOND, 14 * SECOND)) == 0


def test_seats_count_the_processes_of_each_while_both_hold_it():
    clock = Stepping(0)
    device = Device(clock, [(0, 0)] * 10, pids=(OURS, THEIRS, 100, 101))
    source, span = watch(device, clock)
    *_, own, others = source.computing.computed(span)["gpu:0"]
    assert (own.between(span), others.between(span)) == (10 * SECOND, 30 * SECOND)


def test_an_edge_is_looked_at_again_only_while_it_is_told_who_computes():
    clock = Stepping(0)
    device = Device(clock, [(50, 50)] * 10)
    source = HolderSource(device, lambda: {OURS})
    lags = []
    for beat in range(6):
        device.pids = (OURS, THEIRS) if beat in (1, 2, 3) else (OURS,)
        source.read(clock)
        lags.append(max(source.lags, default=0.0))
        clock.forward(1)
    assert lags == [0, 0.5, 0.5, 0.5, 0, 0]


def test_it_keeps_what_windows_need_and_begins_anew_after_a_pause():
    clock = Stepping(0)
    source, span = watch(Device(clock, [(50, 50)] * 60), clock, beats=50)
    source.keep((), span.end - 5 * SECOND)
    assert len(source.computing.computed(span)["gpu:0"].sampled.times) <= 7
    source.restart()
    assert source.computing.computed() == {}
