"""The CPU model's traces: exact, additive, idle never above the whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import QuantityError
from submeter.estimation import cpu
from submeter.estimation.coefficients import HOST, SMALL
from submeter.estimation.load_curve import machine_power, ratios
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.workloads.usage import Capacity, UsageTrace

SECOND = 10**9
NOTHING = Cumulative([], [])
CURVES = st.sampled_from([HOST, SMALL])


def running(values, start):
    totals = [start]
    for value in values:
        totals.append(totals[-1] + value)
    return totals


@st.composite
def machines(draw):
    threads = draw(st.integers(1, 256))
    steps = draw(st.lists(st.integers(1, 10 * SECOND), min_size=1, max_size=12))
    busy = [draw(st.integers(0, step * threads * 11 // 10)) for step in steps]
    times = running(steps, draw(st.integers(0, 10**15)))
    usage = UsageTrace("machine", Cumulative(times, running(busy, 0)), NOTHING)
    return usage, Capacity(threads, 2**34)


def stretches(trace):
    totals = trace.energy.totals
    return [later - earlier for earlier, later in pairwise(totals)]


@given(machines(), CURVES)
def test_energy_is_power_times_time_to_the_microjoule(machine, curve):
    usage, capacity = machine
    trace = cpu.power_trace(usage, capacity, curve)
    assert list(trace.energy.times) == list(usage.cpu.times)
    exact = 0.0
    for i, load in enumerate(cpu.loads(usage, capacity)):
        length = usage.cpu.times[i + 1] - usage.cpu.times[i]
        exact += machine_power(load, capacity.threads, curve) * length * 1e-3
        half_a_microwatt = 0.51 * (usage.cpu.times[i + 1] - usage.cpu.times[0]) / SECOND
        rounding = 0.51 * (i + 2) + half_a_microwatt
        assert trace.energy.totals[i + 1] == pytest.approx(exact, abs=rounding)
    assert all(isinstance(total, int) for total in trace.energy.totals)


@given(machines(), CURVES, st.data())
def test_windows_add_up(machine, curve, data):
    usage, capacity = machine
    trace = cpu.power_trace(usage, capacity, curve)
    first, last = usage.cpu.times[0], usage.cpu.times[-1]
    cut = data.draw(st.integers(first, last))
    parts = [trace.drawn(Span(first, cut)).energy, trace.drawn(Span(cut, last)).energy]
    assert sum(parts) == trace.energy.totals[-1]


@given(machines(), CURVES)
def test_idle_is_never_above_the_whole_in_any_stretch(machine, curve):
    usage, capacity = machine
    whole = stretches(cpu.power_trace(usage, capacity, curve))
    idle = stretches(cpu.idle_trace(usage, capacity, curve))
    assert all(0 <= part <= total for part, total in zip(idle, whole, strict=True))


def test_a_machine_that_does_nothing_draws_its_idle_power_alone():
    usage = UsageTrace("machine", Cumulative([0, 7, SECOND], [5, 5, 5]), NOTHING)
    whole = cpu.power_trace(usage, Capacity(4, 1), HOST)
    assert whole.energy == cpu.idle_trace(usage, Capacity(4, 1), HOST).energy
    assert whole.energy.totals[-1] == round(machine_power(0, 4, HOST) * 1e6)


def test_a_full_core_of_two_draws_less_than_the_machine_and_more_than_half_its_range():
    usage = UsageTrace("machine", Cumulative([0, SECOND], [0, SECOND]), NOTHING)
    half = cpu.power_trace(usage, Capacity(2, 1), HOST).energy.totals[-1] / 1e6
    idle, full = machine_power(0, 2, HOST), machine_power(1, 2, HOST)
    assert 0.4 < (half - idle) / (full - idle) < 0.7


@given(machines(), CURVES)
def test_the_trace_says_that_it_is_modelled_and_how_well(machine, curve):
    usage, capacity = machine
    trace = cpu.power_trace(usage, capacity, curve)
    assert (trace.tier, trace.sensor, trace.domain.id, trace.domain.component) == (
        Tier.MODELLED, "cpu-load-curve/1", "cpu:model", "cpu",
    )  # fmt: skip
    assert 0 < trace.accuracy.low < 1 < trace.accuracy.high
    assert trace.accuracy.refresh == 0
    assert trace.accuracy.reason == curve.reach


def test_an_idle_window_is_less_sure_than_a_busy_trace_and_says_so():
    times = [0, 100 * SECOND, 101 * SECOND]
    usage = UsageTrace("machine", Cumulative(times, [0, 100 * SECOND, 100 * SECOND]), NOTHING)
    capacity = Capacity(1, 1)
    busy = cpu.window_ratios(usage, capacity, HOST, Span(0, times[1]))
    idle = cpu.window_ratios(usage, capacity, HOST, Span(times[1], times[2]))
    assert busy == pytest.approx(ratios({1.0: 1.0}, HOST))
    assert idle == pytest.approx(ratios({0.0: 1.0}, HOST))
    assert idle[0] < busy[0] < busy[1] < idle[1]
    assert cpu.window_ratios(usage, capacity, HOST, Span(-5, -1)) == pytest.approx(idle)


def test_virtual_and_large_machines_get_the_curve_of_hosts_and_small_ones_a_wider():
    assert cpu.curve_for(Capacity(2, 1), is_virtual=True) is HOST
    assert cpu.curve_for(Capacity(64, 1), is_virtual=False) is HOST
    assert cpu.curve_for(Capacity(8, 1), is_virtual=False) is SMALL
    assert "laptops" in SMALL.reach


def test_the_estimator_picks_the_curve_and_says_when_it_knows_too_little():
    usage = UsageTrace("machine", Cumulative([0, SECOND], [0, SECOND]), NOTHING)
    for virtual, curve in ((True, HOST), (False, SMALL)):
        capacity = Capacity(4, 1)
        whole = cpu.ESTIMATOR.power_trace(usage, capacity, is_virtual=virtual)
        idle = cpu.ESTIMATOR.idle_trace(usage, capacity, is_virtual=virtual)
        assert whole == cpu.power_trace(usage, capacity, curve)
        assert idle == cpu.idle_trace(usage, capacity, curve)
    unseen = UsageTrace("machine", NOTHING, NOTHING)
    for trace, capacity in ((unseen, Capacity(4, 1)), (usage, Capacity(0, 1))):
        assert cpu.ESTIMATOR.power_trace(trace, capacity, is_virtual=True) is None
        assert cpu.ESTIMATOR.idle_trace(trace, capacity, is_virtual=True) is None
    assert "SPECpower" in cpu.ESTIMATOR.citation
    assert (cpu.ESTIMATOR.name, cpu.ESTIMATOR.id) == ("cpu", "cpu-load-curve/1")
    assert cpu.ESTIMATOR.component == "cpu"


def test_nothing_seen_is_no_energy_and_no_threads_is_an_error():
    assert cpu.power_trace(UsageTrace("m", NOTHING, NOTHING), Capacity(1, 1), HOST).energy == (
        (),
        (),
    )
    with pytest.raises(QuantityError, match="threads"):
        cpu.power_trace(UsageTrace("m", NOTHING, NOTHING), Capacity(0, 1), HOST)
