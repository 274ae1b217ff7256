"""A counter and the power beside it are held against one another, for some seconds once a boot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.calibration import Calibration
from submeter.sensing.metering.crosscheck import Check, crosscheck
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Power, Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

ACCURACY = Accuracy(0.1, 0.95, 1.05, "gain ±5 %; refresh not yet measured")


class Device:
    """One domain that draws 200 W, and reads `counter` of it here and `power` of it there."""

    name = "fake"
    method = "fake/1"
    may_hang = False

    def __init__(self, clock, counter=1.0, power=1.0, window=0.0, cost=0.002):
        self.clock, self.counter, self.power = clock, counter, power
        self.window, self.cost = window, cost
        self.reads = 0

    def domains(self):
        return [Sensed(Domain("gpu:0", "gpu"), CounterSpec(), ACCURACY)]

    def sample(self, now):
        instant = now()
        self.clock.forward(self.cost)
        value = int(200_000_000 * self.counter * instant // SECOND)
        return [Sample("gpu:0", Kind.COUNTER, value, instant)]

    def powers(self, now):
        instant = now()
        self.reads += 1
        self.clock.forward(self.cost)
        return [Power("gpu:0", int(200_000_000 * self.power), instant, self.window)]

    def close(self):
        pass


class Failing(Device):
    def powers(self, now):
        del now
        raise ZeroDivisionError


class Counting(Device):
    def powers(self, now):
        del now
        return []


def check(seconds=5.0, **told):
    clock = VirtualClock()
    device = Device(clock, **told)
    found = crosscheck(device, seconds, clock.now, clock.forward, {"gpu:0": 0.1})
    return found["gpu:0"], device


@pytest.mark.parametrize(("counter", "power"), [(1, 1), (0.96, 1.03), (1.04, 0.97)])
def test_they_agree_within_refresh_and_gain(counter, power):
    found, _ = check(counter=counter, power=power)
    assert found.agrees
    assert found.integrated == pytest.approx(found.seconds * 200e6 * power, rel=1e-3)
    assert found.counted == pytest.approx(found.seconds * 200e6 * counter, rel=1e-3)


def test_what_refresh_and_gain_do_not_explain_is_told_with_both_values():
    found, _ = check(counter=187 / 327, power=1.0)
    assert not found.agrees
    assert f"{found.counted / 1e6:.1f} J" in str(found)
    assert f"{found.integrated / 1e6:.1f} J" in str(found)


def test_an_averaged_power_may_differ_by_what_is_drawn_in_its_window():
    plain, averaged = (check(window=window)[0] for window in (0.0, 1.0))
    assert averaged.allowed - plain.allowed == pytest.approx(200e6, rel=1e-3)


def test_it_takes_little():
    """A twentieth of a core at most, however long a read takes."""
    for cost in (0.0001, 0.002, 0.02):
        found, device = check(cost=cost)
        assert device.reads * cost <= 0.06 * found.seconds
        assert device.reads <= 101


def test_a_sensor_that_fails_is_not_checked():
    clock = VirtualClock()
    assert crosscheck(Failing(clock), 5.0, clock.now, clock.forward, {}) == {}


def test_a_board_with_one_number_only_is_left_at_once():
    clock = VirtualClock()
    began = clock.now()
    assert crosscheck(Counting(clock), 5.0, clock.now, clock.forward, {}) == {}
    assert clock.now() - began < 0.1 * SECOND


@pytest.mark.parametrize("power", [1.75, 0.5])
def test_the_interval_is_widened_so_that_it_holds_both(power):
    found = Check(1_000_000, round(1_000_000 * power), 100_000, 5.0)
    clock = VirtualClock()
    source = SensorSource(Device(clock), {"gpu:0": Calibration(0.1, 0.001, found)})
    start = clock.now()
    for _ in range(20):
        source.read(clock)
        clock.forward(0.5)
    span = Span(start + SECOND, start + 8 * SECOND)
    (trace,) = source.traces(span)
    drawn = trace.drawn(span)
    assert drawn.low <= drawn.energy <= drawn.high
    # The power may err too, by its own gain.
    assert drawn.low <= drawn.energy * power * 0.95
    assert drawn.energy * power * 1.05 <= drawn.high
    assert "disagree" in trace.accuracy.reason
    assert source.doubts == (f"fake: gpu:0: {found}; the interval holds both",)


class StartsAnew(Device):
    """A counter that is at 0 again halfway through."""

    def sample(self, now):
        (told,) = super().sample(now)
        return [told if self.reads < 20 else told._replace(value=0)]


def test_a_counter_that_starts_anew_meanwhile_is_not_judged():
    clock = VirtualClock()
    assert crosscheck(StartsAnew(clock), 5.0, clock.now, clock.forward, {}) == {}


def test_where_they_agree_nothing_is_told_and_nothing_widened():
    found = Check(1_000_000, 1_020_000, 100_000, 5.0)
    source = SensorSource(Device(VirtualClock()), {"gpu:0": Calibration(0.1, 0.001, found)})
    assert source.doubts == ()


BOARDS = """
import json, sys, time
from submeter.sensing.metering.crosscheck import crosscheck
from submeter.sensing.sensors.nvidia import open_sensor
found = crosscheck(open_sensor(sys.argv[1]), 1.5, time.monotonic_ns, time.sleep, {})
print(json.dumps({name: each.agrees for name, each in found.items()}))
"""


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "agrees"),
    [
        ({}, True),
        ({"COUNTER_GAIN": 0.57}, False),
        ({"COUNTER_GAIN": 0.57, "FIELDS": "instant"}, False),
        ({"FIELDS": "instant,module", "MODULE": 150, "NAME": "NVIDIA GH200 120GB"}, True),
    ],
)
def test_nvidia_boards_are_held_against_their_own_power(fake_nvml, told, agrees):
    environ = {f"FAKE_NVML_{name}": str(value) for name, value in told.items()}
    ran = subprocess.run(
        [sys.executable, "-c", BOARDS, fake_nvml], cwd=Path(__file__).parents[2],
        env={**os.environ, "FAKE_NVML_WAVE": "300:1", **environ}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    ((domain, found),) = json.loads(ran.stdout).items()
    assert domain.startswith("module:" if "MODULE" in told else "gpu:")
    assert found is agrees
