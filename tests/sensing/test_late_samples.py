"""A driver tells late what was computed: until then nobody is said to have computed nothing."""

import pytest

from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.holders import HolderSource
from submeter.sensing.sensors.sensor import DeviceUse

OURS, THEIRS = 10, 99


class Late:
    """A board that both hold; ours computes in the fifth second alone, which is told at 6.5 s."""

    name = "fake"

    def __init__(self, clock):
        self.clock = clock

    def holders(self):
        return {"gpu:0": {OURS, THEIRS}}

    def uses(self, domain, since):
        del domain
        stamp = (self.clock.utc() - self.clock.now() + 5 * SECOND) // 1000
        told = self.clock.now() >= 6.5 * SECOND and stamp > since
        return [DeviceUse(OURS, stamp, 80)] if told else []


def test_a_sample_that_is_told_late_is_not_lost():
    clock = VirtualClock(0)
    source = HolderSource(Late(clock), lambda: {OURS})
    for _ in range(12):
        source.read(clock)
        clock.forward(1)
    span = Span(0, clock.now() - SECOND)
    own, others, sampled, *_ = (
        each.between(span) / SECOND for each in source.computing.computed(span)["gpu:0"]
    )
    assert own > 0.5
    assert others == 0
    assert sampled == pytest.approx(9, abs=0.1), "of the last two seconds it is not known yet"
