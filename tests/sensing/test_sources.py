"""A sensor or a probe that fails is reported, and takes nothing else down."""

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.quantities.estimate import Tier
from submeter.sensing.metering.calibration import Calibration
from submeter.sensing.metering.probing import ProbeSource
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.probes.probe import Use
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

ACCURACY = Accuracy(0.1, 0.9, 1.1, "drawn; refresh not yet measured")


class Scripted:
    """A sensor of two domains whose answers are written down; an exception is raised."""

    name = "scripted"
    method = "scripted/1"
    may_hang = False

    def __init__(self, *answers):
        self.answers = list(answers)

    def domains(self):
        return [Sensed(Domain(name, "gpu"), CounterSpec(), ACCURACY) for name in ("a", "b")]

    def sample(self, now):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return [Sample(domain, Kind.COUNTER, value, now()) for domain, value in answer.items()]

    def close(self):
        pass


def read(*answers):
    clock = VirtualClock(0)
    source = SensorSource(Scripted(*answers), {"a": Calibration(0.02, 0.0)})
    for _ in answers:
        source.read(clock)
        clock.forward(1)
    return source, Span(0, clock.now() - SECOND)


def traces(source, span):
    return {trace.domain.id: trace for trace in source.traces(span)}


@pytest.mark.parametrize(
    "failure",
    [
        OSError("the driver said no"),
        SensorUnavailable("the driver said no"),
        ValueError("the driver said no"),
        RuntimeError("the driver said no"),
    ],
)
def test_whatever_a_sensor_raises_is_reported_and_read_over(failure):
    source, span = read({"a": 0, "b": 0}, failure, {"a": 8, "b": 6})
    assert "the driver said no" in source.failure
    assert source.failure.startswith("scripted: ")
    assert traces(source, span)["a"].energy.between(span) == 8
    assert traces(source, span)["a"].drawn(span).coverage == 1.0


def test_a_failure_that_lasts_is_an_open_gap_with_its_reason():
    source, span = read({"a": 0, "b": 0}, {"a": 4, "b": 4}, OSError("gone"), OSError("gone"))
    trace = traces(source, span)["a"]
    assert trace.energy.between(span) == 4
    assert trace.drawn(span).coverage == pytest.approx(1 / 3, abs=0.01)
    ((start, end, reason),) = trace.gaps
    assert (start, end) == pytest.approx((SECOND, 3 * SECOND), abs=0.01 * SECOND)
    assert reason == "scripted: gone"


def test_a_domain_that_does_not_answer_leaves_the_others_alone():
    source, span = read({"a": 0, "b": 0}, {"a": 4}, {"a": 8})
    found = traces(source, span)
    assert found["a"].drawn(span).coverage == 1.0
    assert found["b"].drawn(span).coverage == 0.0
    assert found["b"].gaps[0].reason == source.failure == "scripted: b did not answer"


def test_numbers_of_domains_that_were_not_declared_are_passed_over():
    source, span = read({"a": 0, "b": 0, "c": 0}, {"a": 1, "b": 1, "c": 1})
    assert set(traces(source, span)) == {"a", "b"}


def test_a_domain_left_to_another_sensor_is_read_no_more():
    source = SensorSource(Scripted({"a": 0, "b": 0}, {"a": 5, "b": 5}), {})
    source.leave({"b", "unknown"})
    clock = VirtualClock(0)
    source.read(clock)
    clock.forward(1)
    source.read(clock)
    assert source.domains == {"a"}
    assert set(traces(source, Span(0, SECOND))) == {"a"}


def test_a_measured_refresh_takes_the_place_of_the_prior_and_says_so():
    source, span = read({"a": 0, "b": 0}, {"a": 1, "b": 1})
    found = traces(source, span)
    assert found["a"].accuracy == Accuracy(0.02, 0.9, 1.1, "drawn; refresh measured")
    assert found["b"].accuracy == ACCURACY
    assert {trace.tier for trace in found.values()} == {Tier.MEASURED}
    assert {trace.sensor for trace in found.values()} == {"scripted"}


def test_after_a_rest_the_pause_is_not_in_the_trace():
    clock = VirtualClock(0)
    source = SensorSource(Scripted(*({"a": n, "b": n} for n in (0, 5, 1000, 1001))), {})
    source.read(clock)
    clock.forward(1)
    source.read(clock)
    source.restart()
    clock.forward(3600)
    source.read(clock)
    clock.forward(1)
    source.read(clock)
    span = Span(0, clock.now())
    assert traces(source, span)["a"].energy.between(span) == 1


def test_memory_is_bounded_by_what_windows_need():
    clock = VirtualClock(0)
    source = SensorSource(Scripted(*({"a": n, "b": n} for n in range(100))), {})
    for _ in range(100):
        source.read(clock)
        clock.forward(1)
        source.keep((), clock.now() - 5 * SECOND)
    assert len(traces(source, Span(0, clock.now()))["a"].energy.times) <= 7


class Worker:
    who = "pid:1"

    def __init__(self, *answers):
        self.answers = list(answers)

    def sample(self, *, edge=True):
        del edge
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return [Use("cpu", answer[0]), Use("memory", answer[1])]

    def close(self):
        pass


def test_a_probe_fills_cpu_time_and_memory_held_over_time():
    clock = VirtualClock(0)
    source = ProbeSource(Worker((100, 10), (150, 30), (400, 30)))
    for _ in range(3):
        source.read(clock)
        clock.forward(1)
    usage = source.usage()
    assert usage.who == source.name == "pid:1"
    assert usage.cpu.totals == (0, 50, 300)
    assert usage.memory.totals == (0, 20, 50)
    assert source.usage(Span(2 * SECOND, 3 * SECOND)).cpu.times == (2 * SECOND,)


@pytest.mark.parametrize("failure", [ProcessLookupError("gone"), ValueError("?"), KeyError("k")])
def test_a_workload_that_is_gone_uses_nothing_more(failure):
    clock = VirtualClock(0)
    source = ProbeSource(Worker((100, 10), (150, 10), failure))
    for _ in range(3):
        source.read(clock)
        clock.forward(1)
    assert source.usage().cpu.totals == (0, 50)
    assert source.failure.startswith("pid:1: ")


def test_what_a_tree_had_used_when_it_ended_is_booked_at_its_end():
    clock = VirtualClock(0)
    source = ProbeSource(Worker((100, 10)))
    source.read(clock)
    clock.forward(1)
    source.finish(clock.now(), 175)
    assert source.usage().cpu == ((0, SECOND), (0, 75))
    assert source.usage().memory.totals == (0, 10)


def test_a_probe_keeps_what_windows_need_and_begins_anew_after_a_pause():
    clock = VirtualClock(0)
    source = ProbeSource(Worker(*((n, 1) for n in range(50))))
    for _ in range(50):
        source.read(clock)
        clock.forward(1)
    source.keep((), clock.now() - 5 * SECOND)
    assert len(source.usage().cpu.times) <= 7
    source.restart()
    assert source.usage().cpu == ((), ())


@pytest.mark.parametrize("told", [-5, None, "much"])
def test_a_number_that_cannot_be_is_not_booked_and_the_other_domain_goes_on(told):
    source, span = read({"a": 0, "b": 0}, {"a": told, "b": 4}, {"a": 8, "b": 8})
    assert source.failure
    found = traces(source, span)
    for trace in found.values():
        assert list(trace.energy.totals) == sorted(trace.energy.totals)
        assert trace.energy.between(span) == 8
