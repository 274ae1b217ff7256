"""A counter that stands still while power flows: the power is booked instead, and never both."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.calibration import Calibration
from submeter.sensing.metering.crosscheck import Check, crosscheck
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Power, Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy
from tests.lab.benches import MILLISECOND, START, fast_wave, lateness, random_wave, refresh, window

REFRESH = 100 * MILLISECOND
SENSED = Sensed(Domain("gpu:0", "gpu"), CounterSpec(), Accuracy(0.1, 0.95, 1.05, "gain ±5 %"))
OTHER = SENSED._replace(domain=Domain("gpu:1", "gpu"))


class Boards(LabSensor):
    """Two boards, the first with a counter that shows `part` of what it draws, and its power."""

    def __init__(self, device, part=0.0, averaged=0.0):
        refreshes = device.refresh / SECOND, 0.95, 1.05, "gain ±5 %"
        sensed = [each._replace(accuracy=Accuracy(*refreshes)) for each in (SENSED, OTHER)]
        super().__init__(dict.fromkeys(sensed, device))
        self.device, self.part, self.averaged = device, part, averaged
        self.fails = False

    def sample(self, now):
        first, second = super().sample(now)
        return [first._replace(value=int(first.value * self.part)), second]

    def powers(self, now):
        if self.fails:
            raise OSError("no answer")
        instant = now()
        over = round(self.averaged * SECOND)
        power = self.device.average(instant, over) if over else self.device.power(instant)
        return [Power(each.domain.id, power, instant, self.averaged) for each in (SENSED, OTHER)]


def checked(boards):
    clock = VirtualClock(START - 20 * SECOND)
    wait = lambda seconds: clock.go_to(clock.now() + round(seconds * SECOND))  # noqa: E731
    found = crosscheck(boards, 5.0, clock.now, wait, {})
    return {name: Calibration(None, 0.0, check) for name, check in found.items()}


def measure(boards, span, measured, late=lambda: 0):
    source = SensorSource(boards, measured)
    drive([source], VirtualClock(START), list(span), 1.0, late)
    return source, {each.domain.id: each for each in source.traces(span)}


@given(st.floats(0.0, 0.19), st.floats(20.0, 700.0), st.sampled_from([0.0, 1.0]))
def test_its_power_is_booked_once(part, watts, averaged):
    boards = Boards(Device(flat(watts), REFRESH), part, averaged)
    span = Span(START + 2 * SECOND, START + 12 * SECOND)
    source, traces = measure(boards, span, checked(boards))
    assert set(traces) == {"gpu:0", "gpu:1"}
    for trace in traces.values():
        drawn = trace.drawn(span)
        assert drawn.energy == pytest.approx(watts * 10e6, rel=1e-3)
        assert drawn.coverage == 1.0
        assert trace.tier.value == "measured"
    (told,) = source.doubts
    assert "gpu:0" in told
    assert "its counter grew by" in told
    assert "its power came to" in told
    assert told.endswith("its power is booked instead")


@pytest.mark.parametrize("wave", [random_wave, fast_wave])
def test_the_interval_of_what_is_booked_instead_holds_the_truth(wave):
    chance = random.Random(5)  # noqa: S311 - the same cases every time
    held = wider = 0
    for _ in range(200):
        every = refresh(chance)
        device = Device(wave(chance), every, chance.randrange(every))
        boards, span = Boards(device), window(chance, 0.05, 10.0)
        check = Check(0, 10**9, 10**8, 5.0)
        (late, _), found = lateness(chance), {"gpu:0": Calibration(None, 0.0, check)}
        _, traces = measure(boards, span, found, lambda late=late: late)
        drawn = traces["gpu:0"].drawn(span)
        counted = traces["gpu:1"].drawn(span)
        held += drawn.low <= device.draws.energy(span) <= drawn.high
        wider += drawn.high - drawn.low - (counted.high - counted.low)
    assert held >= 190
    assert wider > 0


def test_what_is_found_while_a_window_is_open_is_booked_from_then_on():
    """The time before is not made up: it was not seen."""
    boards = Boards(Device(flat(300), REFRESH))
    measured: dict[str, Calibration] = {}
    source = SensorSource(boards, measured)
    clock = VirtualClock(START)
    span = Span(START + SECOND, START + 21 * SECOND)
    drive([source], clock, [START + 5 * SECOND], 1.0)
    assert source.beat == 0
    measured |= checked(boards)
    drive([source], clock, [span.end], 1.0)
    assert source.beat == REFRESH / SECOND
    drawn = next(each for each in source.traces(span) if each.domain.id == "gpu:0").drawn(span)
    assert drawn.coverage == pytest.approx(0.78, abs=0.05)
    assert drawn.energy == pytest.approx(300e6 * 20 * drawn.coverage, rel=1e-3)


def test_a_power_that_fails_takes_no_counter_with_it():
    boards = Boards(Device(flat(300), REFRESH))
    measured = checked(boards)
    boards.fails = True
    span = Span(START + 2 * SECOND, START + 4 * SECOND)
    source, traces = measure(boards, span, measured)
    assert traces["gpu:0"].drawn(span) == (0, 0, 0, 0.0)
    assert traces["gpu:1"].drawn(span).energy == pytest.approx(600e6, rel=1e-3)
    assert source.failure == "lab: gpu:0 did not answer"
