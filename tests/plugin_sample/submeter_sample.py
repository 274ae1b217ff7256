"""Sensors as a stranger would write them."""

import time

from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy


class WallMeter:
    """A socket that draws 100 W; `root` is told back as the device's name."""

    name = "sample-wall"
    method = "sample-wall/1"
    may_hang = False

    def __init__(self, root=""):
        self.root = root

    def domains(self):
        domain = Domain("sample-wall:0", "sample", device=self.root)
        return [Sensed(domain, CounterSpec(), Accuracy(0.0, 0.99, 1.01, "by its maker"))]

    def sample(self, now):
        instant = now()
        return [Sample("sample-wall:0", Kind.COUNTER, instant // 10, instant)]

    def close(self):
        """Nothing is open."""


class Domainless(WallMeter):
    """It opens, and fails when it is asked what it reads."""

    name = "sample-domainless"

    def domains(self):
        raise LookupError("my list of domains is lost")


def absent(root):
    raise SensorUnavailable("no sample is plugged in", root, fix="plug one in")


def broken(root):
    raise ZeroDivisionError(f"a bug in the plug-in, {root}")


def slow(root):
    time.sleep(0.4)
    return WallMeter(root)
