"""Books kept as the work goes are the books of the whole."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.runs.books import Evidence, LoadShape, book
from submeter.runs.tally import STRETCH, Tally
from submeter.traces.domain import Domain
from submeter.traces.trace import Accuracy, PowerTrace
from submeter.workloads.usage import Capacity, UsageTrace

LENGTH = 600
EXACT = Accuracy(0.0, 0.95, 1.05, "drawn")


def growing(per_second):
    """Give a running total by its growth in each second."""
    totals = [0]
    for growth in per_second:
        totals.append(totals[-1] + growth)
    return Cumulative([second * SECOND for second in range(len(totals))], totals)


class Machine:
    """A machine of two threads whose past is known in full."""

    def __init__(self, watts, busy, own):
        self.energy = growing([each * 1_000_000 for each in watts])
        self.everyone = growing([each * 1_000_000 for each in busy])
        self.mine = growing([each * 1_000_000 // 2 for each in own])
        self.reached = 0

    def read_until(self):
        return self.reached

    def evidence(self, span, *, final=True):
        del span, final
        domain = Domain("package:0", "cpu")
        trace = PowerTrace(domain, "drawn", Tier.MEASURED, self.energy, EXACT)
        none = Cumulative([], [])
        half = Cumulative(self.energy.times, [total // 2 for total in self.energy.totals])
        return Evidence(
            [trace], {}, UsageTrace("machine", self.everyone, none),
            UsageTrace("pid:1", self.mine, none), {}, Capacity(2, 0),
            LoadShape(self.energy, half, 0.5, 1.5, "curve/1"),
        )  # fmt: skip


seconds = st.lists(st.integers(1, 1000), min_size=LENGTH, max_size=LENGTH)


@settings(max_examples=10, deadline=None)
@given(seconds, seconds, st.lists(st.integers(1, LENGTH), max_size=5))
def test_stretch_by_stretch_comes_to_the_same_as_all_at_once(watts, busy, looks):
    machine: Any = Machine(watts, busy, busy)
    tally = Tally(0)
    for look in sorted(looks):
        machine.reached = look * SECOND
        tally.advance(machine, LENGTH * SECOND, ())
        assert look * SECOND - tally.until < STRETCH
    end = LENGTH * SECOND
    _, whole = tally.upto(machine, end, ())
    (at_once,) = book(machine.evidence(None), Span(0, end))
    (by_parts,) = whole.bookings
    assert by_parts.meter == at_once.meter
    total = by_parts.workload + by_parts.others + by_parts.idle + by_parts.unattributed
    assert total == by_parts.meter
    for account in ("workload", "others", "idle", "unattributed"):
        assert abs(getattr(by_parts, account) - getattr(at_once, account)) <= 4 * LENGTH
    assert by_parts.coverage == pytest.approx(1.0)
    assert (by_parts.low, by_parts.high) == pytest.approx((at_once.low, at_once.high))
    assert (by_parts.idle_low, by_parts.idle_high) == pytest.approx((0.5, 1.5))
    assert by_parts.rule == at_once.rule
    assert whole.busy == machine.everyone.totals[-1]
    assert whole.own.cpu == machine.mine.totals[-1]
