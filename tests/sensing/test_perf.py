"""The energy events of the ``power`` PMU: stand-in counters, and the real kernel's."""

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.energy_events import CODES, Kernel, place, pmu
from submeter.lab.waveform import flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.devices import perf
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.perf import PerfSensor, open_sensor
from submeter.sensing.sensors.rapl import RaplSensor
from tests.fakes.powercap import Powercap

CORES, PACKAGE, MEMORY, GRAPHICS, BOARD = range(1, 6)
SERVER = ("energy-pkg", "energy-ram")


@pytest.fixture
def clock():
    return VirtualClock()


def counting(clock, watts):
    """Give a kernel whose events, by code and CPU, count so many watts."""
    return Kernel({key: Device(flat(each)) for key, each in watts.items()}, clock.now)


def opened(sys, kernel, clock):
    return PerfSensor(str(sys), kernel.open, clock.forward)


def metered(sensor, clock, seconds=10.0, beats=10):
    """Give the energy [J] by domain over a time, and the traces."""
    source = SensorSource(sensor, {})
    start = clock.now()
    source.read(clock)
    for _ in range(beats):
        clock.forward(seconds / beats)
        source.read(clock)
    span = Span(start, clock.now())
    traces = {trace.domain.id: trace for trace in source.traces(span)}
    return {name: each.energy.between(span) / 1e6 for name, each in traces.items()}, traces, span


def two_sockets(sys):
    pmu(sys, SERVER, "0,28")
    place(sys, 0, 0)
    place(sys, 28, 1)
    return {(PACKAGE, 0): 150.0, (PACKAGE, 28): 90.0, (MEMORY, 0): 12.0, (MEMORY, 28): 8.0}


def test_every_socket_is_counted_by_one_processor_of_it(tmp_path, clock):
    kernel = counting(clock, two_sockets(tmp_path))
    drawn, traces, span = metered(opened(tmp_path, kernel, clock), clock)
    assert drawn == pytest.approx(
        {"package:0": 1500, "package:1": 900, "dram:0": 120, "dram:1": 80}, abs=3e-6
    )
    assert set(kernel.opened) == set(kernel.devices)
    assert all(trace.drawn(span).coverage == 1.0 for trace in traces.values())


def test_dies_of_a_socket_are_domains_of_their_own(tmp_path, clock):
    pmu(tmp_path, ("energy-pkg",), "0,8,16,24")
    for cpu, (socket, die) in zip((0, 8, 16, 24), [(0, 0), (0, 1), (1, 0), (1, 1)], strict=True):
        place(tmp_path, cpu, socket, die)
    kernel = counting(clock, {(PACKAGE, cpu): 10.0 for cpu in (0, 8, 16, 24)})
    names = [each.domain.id for each in opened(tmp_path, kernel, clock).domains()]
    assert names == ["package:0.0", "package:0.1", "package:1.0", "package:1.1"]


def test_a_range_of_processors_in_the_mask_is_understood(tmp_path, clock):
    pmu(tmp_path, ("energy-pkg",), "0-1,4")
    for socket, cpu in enumerate((0, 1, 4)):
        place(tmp_path, cpu, socket)
    assert [unit.cpu for unit in perf.units(str(tmp_path))] == [0, 1, 4]


def test_domains_are_named_nested_and_bounded_as_by_powercap(tmp_path, clock):
    """One register, two doors: what is read twice must be seen to be one thing."""
    tree = Powercap(tmp_path / "powercap", VirtualClock())
    for socket in (0, 1):
        tree.zone(f"intel-rapl:{socket}", f"package-{socket}", 100.0)
        for place_, part in enumerate(("core", "uncore", "dram")):
            tree.zone(f"intel-rapl:{socket}:{place_}", part, 10.0)
    tree.zone("intel-rapl:2", "psys", 300.0)
    tree.zone("intel-rapl:3", "psys-1", 300.0)
    sys = pmu(tmp_path / "sys", tuple(CODES), "0,1")
    place(sys, 0, 0)
    place(sys, 1, 1)
    kernel = counting(clock, {(code, cpu): 10.0 for code in CODES.values() for cpu in (0, 1)})
    ours = {each.domain.id: each for each in opened(sys, kernel, clock).domains()}
    theirs = {each.domain.id: each for each in RaplSensor(str(tree.root)).domains()}
    assert {name: (each.domain, each.accuracy) for name, each in ours.items()} == {
        name: (each.domain, each.accuracy) for name, each in theirs.items()
    }


@pytest.mark.parametrize("alive", [True, False])
def test_cores_asleep_are_kept_with_their_package_and_dropped_without(tmp_path, clock, alive):
    pmu(tmp_path, ("energy-pkg", "energy-cores", "energy-gpu", "energy-ram"))
    watts = {(PACKAGE, 0): 9.0 * alive, (CORES, 0): 4.0, (GRAPHICS, 0): 0.0, (MEMORY, 0): 1.0}
    sensor = opened(tmp_path, counting(clock, watts), clock)
    names = {each.domain.id for each in sensor.domains()}
    assert names == {"core:0", "dram:0"} | ({"package:0", "uncore:0"} if alive else set())
    assert len(sensor.refused) == (0 if alive else 2)


def test_an_empty_register_is_no_meter_and_nothing_of_a_guest_is_measured_as_zero(tmp_path, clock):
    """The board's event of Sapphire Rapids is there in every guest, and counts nothing."""
    pmu(tmp_path, ("energy-psys",))
    kernel = counting(clock, {(BOARD, 0): 0.0})
    with pytest.raises(SensorUnavailable, match="psys stands still") as refusal:
        opened(tmp_path, kernel, clock)
    assert "virtual machine" in refusal.value.fix
    assert all(event.closed for event in kernel.opened.values())
    assert clock.now() <= 1_000.1 * SECOND, "a guest is not kept waiting"


def test_a_board_that_counts_whole_joules_is_waited_for(tmp_path, clock, monkeypatch):
    pmu(tmp_path, ("energy-pkg", "energy-psys"))
    kernel = counting(clock, {(PACKAGE, 0): 40.0, (BOARD, 0): 60.0})

    def coarse(kind, config, cpu):
        event = kernel.open(kind, config, cpu)
        if config == BOARD:
            exact = event.read
            monkeypatch.setattr(
                event, "read", lambda: exact() >> 35 << 35
            )  # eight joules at a time
        return event

    sensor = PerfSensor(str(tmp_path), coarse, clock.forward)
    assert {each.domain.id for each in sensor.domains()} == {"package:0", "psys"}


def test_what_may_not_be_opened_is_refused_with_the_one_command(tmp_path, clock):
    kernel = counting(clock, two_sockets(tmp_path))
    kernel.forbidden = True
    with pytest.raises(SensorUnavailable, match="may not be opened") as refusal:
        opened(tmp_path, kernel, clock)
    assert "sudo sysctl kernel.perf_event_paranoid=0" in refusal.value.fix
    assert "CAP_PERFMON" in refusal.value.fix


def test_an_event_that_the_kernel_lacks_is_named_beside_those_it_has(tmp_path, clock):
    watts = two_sockets(tmp_path)
    del watts[MEMORY, 28]
    sensor = opened(tmp_path, counting(clock, watts), clock)
    assert [each.domain.id for each in sensor.domains()] == ["package:0", "package:1", "dram:0"]
    assert sensor.refused == ("dram:1 cannot be opened: Invalid argument",)


@pytest.mark.parametrize("broken", ["type", "cpumask", "events/energy-pkg.scale"])
def test_a_half_there_pmu_is_none(tmp_path, clock, broken):
    pmu(tmp_path, ("energy-pkg",))
    (tmp_path / perf.PMU / broken).write_text("what?\n")
    with pytest.raises(SensorUnavailable, match="no energy events") as refusal:
        opened(tmp_path, counting(clock, {(PACKAGE, 0): 1.0}), clock)
    assert refusal.value.fix


def test_events_of_another_unit_or_another_form_are_passed_over(tmp_path):
    pmu(tmp_path, ("energy-pkg", "energy-ram", "energy-psys"))
    folder = tmp_path / perf.PMU / "events"
    (folder / "energy-ram.unit").write_text("Furlongs\n")
    (folder / "energy-psys").write_text("umask=0x1\n")
    assert [each.name for each in perf.events(str(tmp_path))] == ["energy-pkg"]


def test_a_processor_that_goes_offline_is_a_gap_and_the_others_go_on(tmp_path, clock):
    kernel = counting(clock, two_sockets(tmp_path))
    source = SensorSource(opened(tmp_path, kernel, clock), {})
    start = clock.now()
    for second in range(10):
        kernel.opened[PACKAGE, 28].offline = second >= 5
        source.read(clock)
        clock.forward(1)
    span = Span(start, clock.now())
    traces = {trace.domain.id: trace for trace in source.traces(span)}
    assert traces["package:1"].drawn(span).coverage == pytest.approx(0.4, abs=1e-3)
    assert traces["package:0"].drawn(span).coverage == pytest.approx(0.9, abs=1e-3)
    for event in kernel.opened.values():
        event.offline = True
    source.read(clock)
    assert source.failure == "perf: no energy event answers"


@settings(max_examples=50, deadline=None)
@given(
    watts=st.integers(1, 900),
    start=st.integers(0, 2**64 - 1),
    beats=st.lists(st.integers(1, 3600), min_size=1, max_size=8),
)
def test_over_any_beats_and_across_its_wrap_the_total_is_the_draw(
    tmp_path_factory, watts, start, beats
):
    """A count is 64 bits of 2⁻³² J; one more µJ may be lost where it comes round."""
    clock = VirtualClock()
    sys = pmu(tmp_path_factory.mktemp("sys"), ("energy-pkg",))
    kernel = counting(clock, {(PACKAGE, 0): watts})
    kernel.start = start
    source = SensorSource(opened(sys, kernel, clock), {})
    began = clock.now()
    source.read(clock)
    for beat in beats:
        clock.forward(beat)
        source.read(clock)
    span = Span(began, clock.now())
    (trace,) = source.traces(span)
    assert abs(trace.energy.between(span) - watts * sum(beats) * 1_000_000) <= 2
    assert trace.gaps == ()


def test_it_asks_for_readings_no_oftener_than_the_heartbeat(tmp_path, clock):
    sensor = opened(pmu(tmp_path, ("energy-pkg",)), counting(clock, {(PACKAGE, 0): 5.0}), clock)
    assert SensorSource(sensor, {}).beat > 1_000_000


@pytest.fixture
def software(tmp_path):
    """Give a PMU whose event the kernel has on every machine: a processor's clock, as 1 W."""
    try:
        perf.Opened(1, 0, 0).close()
    except OSError as error:
        pytest.skip(f"the kernel opens no event for a whole processor: {error}")
    sys = pmu(tmp_path, ("energy-pkg",), kind=1, scale="1e-9")
    (sys / perf.PMU / "events" / "energy-pkg").write_text("event=0x00\n")
    return str(sys)


def test_through_the_real_system_call_a_watt_is_a_watt(software):
    """A processor's clock counts nanoseconds: at 1e-9 J each it draws 1 W, whatever the load."""
    sensor = open_sensor(software)
    stamps = []

    def now():
        stamps.append(time.monotonic_ns())
        return stamps[-1]

    (first,) = sensor.sample(now)
    after_first = time.monotonic_ns()
    time.sleep(0.05)
    (last,) = sensor.sample(now)
    after_last = time.monotonic_ns()
    sensor.close()
    grown = (last.value - first.value) * 1000
    slack = 100_000  # the clock of a processor and the monotonic one part by less than 0.1 ms
    assert last.instant - after_first - slack <= grown <= after_last - first.instant + slack


def test_a_closed_sensor_leaves_no_event_open(software):
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not walked
    sensor = open_sensor(software)
    sensor.close()
    sensor.close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_on_a_machine_without_the_system_call_known_nothing_is_opened(monkeypatch, tmp_path):
    class Elsewhere:
        machine = "pdp11"

    monkeypatch.setattr(os, "uname", Elsewhere)
    with pytest.raises(SensorUnavailable, match="not known on pdp11"):
        open_sensor(str(pmu(tmp_path, ("energy-pkg",))))
