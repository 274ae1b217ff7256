"""The memory model: constant, exact, and idle where nobody held it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.estimation import memory
from submeter.estimation.coefficients import MEMORY
from submeter.estimation.integral import within
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.workloads.usage import Capacity, UsageTrace

SECOND = 10**9
NOTHING = Cumulative([], [])


@st.composite
def machines(draw):
    installed = draw(st.integers(2**20, 2**44))
    times, totals = [draw(st.integers(0, 10**15))], [0]
    for _ in range(draw(st.integers(1, 10))):
        length = draw(st.integers(1, 100 * SECOND))
        times.append(times[-1] + length)
        totals.append(totals[-1] + draw(st.integers(0, installed * length * 11 // 10 // SECOND)))
    return UsageTrace("machine", NOTHING, Cumulative(times, totals)), Capacity(4, installed)


@given(machines(), st.data())
def test_power_is_constant_and_windows_add_up(machine, data):
    usage, capacity = machine
    trace = memory.power_trace(usage, capacity)
    times = usage.memory.times
    watts = MEMORY.value * capacity.memory / 2**30
    for i, (time, total) in enumerate(zip(times, trace.energy.totals, strict=True)):
        seconds = (time - times[0]) / SECOND
        half_a_microwatt = 0.51 * seconds
        assert total == pytest.approx(watts * seconds * 1e6, abs=1 + i / 2 + half_a_microwatt)
    cut = data.draw(st.integers(times[0], times[-1]))
    parts = [trace.drawn(Span(times[0], cut)), trace.drawn(Span(cut, times[-1]))]
    assert sum(part.energy for part in parts) == trace.energy.totals[-1]


@given(machines())
def test_idle_is_never_above_the_whole_in_any_stretch(machine):
    usage, capacity = machine
    whole = memory.power_trace(usage, capacity).energy.totals
    idle = memory.idle_trace(usage, capacity).energy.totals
    for i in range(len(whole) - 1):
        assert 0 <= idle[i + 1] - idle[i] <= whole[i + 1] - whole[i]


def test_a_quarter_in_use_leaves_three_quarters_idle():
    usage = UsageTrace("machine", NOTHING, Cumulative([0, SECOND], [0, 2**32]))
    capacity = Capacity(4, 2**34)
    assert memory.power_trace(usage, capacity).energy.totals[-1] == 2_400_000
    assert memory.idle_trace(usage, capacity).energy.totals[-1] == 1_800_000


def test_the_cpu_instants_serve_where_the_memory_in_use_is_not_known():
    usage = UsageTrace("machine", Cumulative([0, SECOND], [0, 0]), NOTHING)
    capacity = Capacity(4, 2**34)
    trace = memory.ESTIMATOR.power_trace(usage, capacity, is_virtual=True)
    assert trace is not None
    assert trace.energy == ((0, SECOND), (0, 2_400_000))
    assert memory.ESTIMATOR.idle_trace(usage, capacity, is_virtual=True) is None
    with pytest.raises(QuantityError, match="in use"):
        memory.idle_trace(usage, capacity)


def test_memory_of_unknown_size_is_missing_and_not_zero():
    usage = UsageTrace("machine", Cumulative([0, 1], [0, 0]), Cumulative([0, 1], [0, 0]))
    capacity = Capacity(4, 0)
    assert memory.ESTIMATOR.power_trace(usage, capacity, is_virtual=False) is None
    assert memory.ESTIMATOR.idle_trace(usage, capacity, is_virtual=False) is None
    with pytest.raises(QuantityError, match="installed"):
        memory.power_trace(usage, capacity)


def test_the_trace_says_that_it_is_modelled_and_how_well():
    usage = UsageTrace("machine", NOTHING, Cumulative([0, SECOND], [0, 0]))
    trace = memory.ESTIMATOR.idle_trace(usage, Capacity(4, 2**34), is_virtual=True)
    assert trace is not None
    assert trace == memory.power_trace(usage, Capacity(4, 2**34))
    assert (trace.tier, trace.sensor, trace.domain.id, trace.domain.component) == (
        Tier.MODELLED, "memory-per-byte/1", "memory:model", "memory",
    )  # fmt: skip
    assert trace.accuracy.low * MEMORY.value == pytest.approx(MEMORY.low)
    assert trace.accuracy.high * MEMORY.value == pytest.approx(MEMORY.high)
    answer = memory.memory_power(2**30)
    assert (answer.low, answer.value, answer.high) == (MEMORY.low, MEMORY.value, MEMORY.high)
    assert (memory.ESTIMATOR.name, memory.ESTIMATOR.component) == ("memory", "memory")
    assert "Cloud Carbon Footprint" in memory.ESTIMATOR.citation


def test_the_published_figures_lie_within_the_interval():
    for published in (0.105, 0.273, 0.392):
        assert MEMORY.low < published < MEMORY.high


def test_a_part_without_samples_stays_without():
    assert within(NOTHING, NOTHING) == ((), ())
