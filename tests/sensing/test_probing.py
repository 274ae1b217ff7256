"""Two probes that are read right after one another tell of one instant."""

from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.sensing.metering.probing import AT_ONCE, ProbeSource
from submeter.sensing.probes.probe import Use


class Worker:
    """Somebody who uses one processor, and takes a time to be asked [s]."""

    def __init__(self, who, clock, takes=0.0):
        self.who, self.clock, self.takes = who, clock, takes

    def sample(self, *, edge=True):
        del edge
        used = self.clock.now()
        self.clock.forward(self.takes)
        return [Use("cpu", used)]

    def close(self):
        pass


def instants(takes):
    """Give when each of two was read, over three beats."""
    clock = VirtualClock()
    machine = ProbeSource(Worker("machine", clock, takes))
    own = ProbeSource(Worker("pid:1", clock), machine)
    for _ in range(3):
        machine.read(clock)
        own.read(clock)
        clock.forward(1)
    return machine.usage().cpu.times, own.usage().cpu.times


def test_what_is_read_within_a_millisecond_is_of_one_instant():
    machine, own = instants(0.5 * AT_ONCE / SECOND)
    assert machine == own
    assert len(own) == 3


def test_what_is_read_later_has_an_instant_of_its_own():
    machine, own = instants(5 * AT_ONCE / SECOND)
    assert [late - early for early, late in zip(machine, own, strict=True)] == [5 * AT_ONCE] * 3
