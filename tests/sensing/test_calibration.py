"""A meter's refresh and the cost of reading it are measured, on a virtual clock."""

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.sensing.metering.calibration import calibrate
from submeter.traces.reading import Kind, Sample


class Refreshing:
    """Two domains: one changes every `refresh` seconds, the other never does."""

    def __init__(self, clock, refresh, cost=1e-5):
        self.clock, self.refresh, self.cost = clock, refresh, cost
        self.reads = 0

    def sample(self, now):
        self.reads += 1
        instant = now()
        self.clock.forward(self.cost)
        step = instant // round(self.refresh * SECOND)
        return [
            Sample("moving", Kind.COUNTER, step, instant),
            Sample("still", Kind.POWER, 5, instant),
        ]


def watch(sensor, clock, seconds=3.0):
    return calibrate(sensor, seconds, clock.now, clock.forward)


@pytest.mark.parametrize("refresh", [0.005, 0.02, 0.1])
def test_the_refresh_is_found(refresh):
    clock = VirtualClock()
    found = watch(Refreshing(clock, refresh), clock)
    assert found["moving"].refresh == pytest.approx(refresh, rel=0.1)
    assert found["moving"].read_cost == pytest.approx(1e-5, rel=0.01)


def test_a_value_that_does_not_change_has_no_known_refresh():
    clock = VirtualClock()
    found = watch(Refreshing(clock, 0.02), clock)
    assert found["still"].refresh is None


def test_watching_ends_in_time_and_costs_a_fifth_of_a_core_at_most():
    clock = VirtualClock()
    sensor = Refreshing(clock, 0.1, cost=0.01)
    began = clock.now()
    watch(sensor, clock)
    spent = (clock.now() - began) / SECOND
    assert spent <= 3.1
    assert sensor.reads * 0.01 <= 0.21 * spent


def test_a_sensor_that_is_slow_to_read_is_read_once():
    clock = VirtualClock()
    sensor = Refreshing(clock, 0.1, cost=0.5)
    found = watch(sensor, clock)
    assert sensor.reads == 1
    assert found == {}


@pytest.mark.parametrize("failure", [OSError("x"), SensorUnavailable("x"), ZeroDivisionError("x")])
def test_a_sensor_that_fails_is_not_calibrated(failure):
    class Failing:
        def sample(self, now):
            del now
            raise failure

    assert watch(Failing(), VirtualClock()) == {}
