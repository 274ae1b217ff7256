"""The first window of a program: what is drawn while sensors open is not seen, and told so."""

import pytest

SLOW = """
import time
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

class Slow:
    name = "slow"
    method = "slow/1"
    may_hang = True

    def domains(self):
        accuracy = Accuracy(0.01, 0.95, 1.05, "test")
        return [Sensed(Domain("gpu:slow", "gpu"), CounterSpec(), accuracy)]

    def sample(self, now):
        instant = now()
        return [Sample("gpu:slow", Kind.COUNTER, instant * 3 // 10, instant)]

    def close(self):
        pass

def open_sensor(root):
    time.sleep(0.6)
    return Slow()
"""

WINDOW = """
with submeter.measure("first", record="no") as window:
    time.sleep(SECONDS)
gpu = [each for each in window.bookings if each.component == "gpu"][0]
tell(meter=gpu.meter, coverage=gpu.coverage, whole=window.energy.coverage,
     seconds=window.seconds, missing=window.missing)
"""


def told(programs, seconds):
    programs.plug_in("slow", SLOW)
    return programs.told(WINDOW.replace("SECONDS", str(seconds)))


def test_a_device_whose_sensor_opened_after_the_end_is_named_as_not_seen(programs):
    """The processors are modelled from the start on: the sum must not pass for all of it."""
    found = told(programs, 0.05)
    assert found["coverage"] == found["meter"] == 0
    assert "gpu: gpu:slow was not seen at any time" in found["missing"]


def test_of_a_device_whose_sensor_opened_midway_the_rest_is_told_with_its_coverage(programs):
    found = told(programs, 1.5)
    assert not any("not seen" in each for each in found["missing"])
    assert 0.1 < found["coverage"] < 0.62
    assert found["whole"] == found["coverage"]
    seen = 300 * found["seconds"] * found["coverage"]
    assert found["meter"] / 1e6 == pytest.approx(seen, rel=0.02)
