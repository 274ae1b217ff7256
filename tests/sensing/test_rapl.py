"""RAPL on powercap trees on disk, whose true draw is known."""

import os
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.powercap import WRAP, Tree
from submeter.lab.waveform import flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.meter import Meter, SystemClock
from submeter.sensing.metering.reader import Needed
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.rapl import RaplSensor, open_sensor
from submeter.traces.reading import Kind
from tests.fakes.powercap import Powercap


@pytest.fixture
def tree(tmp_path):
    return Powercap(tmp_path / "powercap", VirtualClock())


def two_sockets(tree, package=150.0, dram=12.0):
    for socket in (0, 1):
        tree.zone(f"intel-rapl:{socket}", f"package-{socket}", package)
        tree.zone(f"intel-rapl:{socket}:0", "dram", dram)


def meter(tree, seconds, beats=10):
    """Read a tree through the real sensor for a time; gives its source and the window."""
    source = SensorSource(RaplSensor(str(tree.root)), {})
    start = tree.clock.now()
    source.read(tree.clock)
    for _ in range(beats):
        tree.forward(seconds / beats)
        source.read(tree.clock)
    return source, Span(start, tree.clock.now())


def joules(source, span):
    traces = source.traces(span)
    return {trace.domain.id: trace.energy.between(span) / 1e6 for trace in traces}


def added(source, span):
    """Give the energy [J] of the domains that may be added."""
    traces = {trace.domain.id: trace for trace in source.traces(span)}
    outer = [each for each in traces.values() if each.domain.inside not in traces]
    return sum(each.energy.between(span) for each in outer) / 1e6


def test_every_socket_and_its_memory_is_read_as_it_draws(tree):
    two_sockets(tree)
    source, span = meter(tree, 10)
    expected = {"package:0": 1500, "dram:0": 120, "package:1": 1500, "dram:1": 120}
    assert joules(source, span) == expected
    assert added(source, span) == 3240
    assert all(trace.drawn(span).coverage == 1.0 for trace in source.traces(span))


def test_what_was_drawn_before_the_window_is_not_in_it(tree):
    tree.zone("intel-rapl:0", "package-0", 100.0, counter=200_000_000_000)
    source, span = meter(tree, 5)
    assert joules(source, span) == {"package:0": 500}


def test_the_board_contains_packages_and_memory_and_is_added_alone(tree):
    two_sockets(tree)
    tree.zone("intel-rapl:2", "psys", 400.0)
    source, span = meter(tree, 10)
    assert added(source, span) == joules(source, span)["psys"] == 4000


def test_the_second_sockets_board_zone_is_another_domain_and_not_added(tree):
    """Its MSR is valid on the primary socket only (Intel SDM, MSR_PLATFORM_ENERGY_COUNTER)."""
    tree.zone("intel-rapl:0", "package-0", 100.0)
    tree.zone("intel-rapl:1", "psys", 300.0)
    tree.zone("intel-rapl:2", "package-1", 100.0)
    tree.zone("intel-rapl:3", "psys-1", 7.0)
    source, span = meter(tree, 10)
    assert joules(source, span) == {
        "package:0": 1000,
        "psys": 3000,
        "package:1": 1000,
        "psys:1": 70,
    }
    assert added(source, span) == 3000


def test_cores_and_graphics_lie_inside_their_package(tree):
    tree.zone("intel-rapl:0", "package-0", 50.0)
    tree.zone("intel-rapl:0:0", "core", 30.0)
    tree.zone("intel-rapl:0:1", "uncore", 5.0)
    source, span = meter(tree, 10)
    assert joules(source, span) == {"package:0": 500, "core:0": 300, "uncore:0": 50}
    assert added(source, span) == 500


def test_memory_mapped_twins_are_read_once(tree):
    two_sockets(tree)
    for socket in (0, 1):
        tree.zone(f"intel-rapl-mmio:{socket}", f"package-{socket}", 150.0)
    source, span = meter(tree, 10)
    assert added(source, span) == 3240
    assert len(source.traces(span)) == 4


def test_memory_mapped_zones_are_read_where_there_are_no_others(tree):
    tree.zone("intel-rapl-mmio:0", "package-0", 15.0)
    source, span = meter(tree, 10)
    assert joules(source, span) == {"package:0": 150}


def test_dies_of_a_package_are_domains_of_their_own_and_add_up(tree):
    for number, (socket, die) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        tree.zone(f"intel-rapl:{number}", f"package-{socket}-die-{die}", 40.0)
        tree.zone(f"intel-rapl:{number}:0", "dram", 5.0)
    source, span = meter(tree, 10)
    assert set(joules(source, span)) == {
        f"{kind}:{socket}.{die}" for kind in ("package", "dram") for socket in "01" for die in "01"
    }
    assert added(source, span) == 1800


def test_zones_are_numbered_by_their_socket_not_their_folder(tree):
    tree.zone("intel-rapl:0", "package-1", 10.0)
    tree.zone("intel-rapl:0:0", "dram", 1.0)
    tree.zone("intel-rapl:1", "package-0", 20.0)
    source, span = meter(tree, 10)
    assert joules(source, span) == {"package:1": 100, "dram:1": 10, "package:0": 200}


def test_what_is_no_rapl_zone_or_half_there_is_passed_over(tree):
    tree.zone("intel-rapl:0", "package-0", 10.0)
    tree.zone("dtpm:0", "pkg", 99.0)
    nameless = tree.zone("intel-rapl:1", "package-1", 99.0)
    (nameless.folder / "name").unlink()
    ranged = tree.zone("intel-rapl:2", "package-2", 99.0)
    (ranged.folder / "max_energy_range_uj").write_text("unknown\n")
    source, span = meter(tree, 10)
    assert joules(source, span) == {"package:0": 100}


def test_a_child_zone_of_a_nameless_parent_keeps_its_folders_number(tree):
    tree.zone("intel-rapl:7:0", "dram", 3.0)
    source, span = meter(tree, 10)
    assert joules(source, span) == {"dram:7": 30}


@pytest.mark.parametrize("made", [True, False])
def test_no_zones_is_refused_with_the_way_out(tmp_path, made):
    if made:
        Powercap(tmp_path / "powercap", VirtualClock())
    with pytest.raises(SensorUnavailable, match="no RAPL zones") as refusal:
        open_sensor(str(tmp_path / "powercap"))
    assert "modprobe" in refusal.value.fix


def test_unreadable_counters_are_refused_with_the_command_that_helps(tree):
    two_sockets(tree)
    for zone in tree.zones:
        zone.forbid()
    with pytest.raises(SensorUnavailable, match="no RAPL zone can be read") as refusal:
        RaplSensor(str(tree.root))
    assert "package:0 cannot be read: Is a directory" in refusal.value.what
    assert refusal.value.fix.startswith("run: sudo chmod a+r")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_counter_that_only_root_may_read_is_refused(tree):
    tree.zone("intel-rapl:0", "package-0").file.chmod(0)
    with pytest.raises(SensorUnavailable, match="Permission denied"):
        RaplSensor(str(tree.root))


def test_readable_zones_are_read_beside_unreadable_ones_which_are_named(tree):
    two_sockets(tree)
    tree.zones[3].forbid()
    sensor = RaplSensor(str(tree.root))
    assert [each.domain.id for each in sensor.domains()] == ["package:0", "dram:0", "package:1"]
    assert sensor.refused == ("dram:1 cannot be read: Is a directory",)


def test_cores_of_an_unreadable_package_are_not_added_to_the_board(tree):
    tree.zone("intel-rapl:0", "package-0", 50.0).forbid()
    tree.zone("intel-rapl:0:0", "core", 30.0)
    tree.zone("intel-rapl:1", "psys", 80.0)
    source, span = meter(tree, 10)
    assert added(source, span) == 800


def test_cores_of_an_unreadable_package_stand_for_themselves(tree):
    tree.zone("intel-rapl:0", "package-0", 50.0).forbid()
    tree.zone("intel-rapl:0:0", "core", 30.0)
    source, span = meter(tree, 10)
    assert added(source, span) == 300


def test_unreadable_zones_leave_no_file_open(tree):
    two_sockets(tree)
    for zone in tree.zones[1:]:
        zone.forbid()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not walked
    RaplSensor(str(tree.root)).close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_zone_that_vanishes_is_a_gap_and_the_others_go_on(tree):
    two_sockets(tree)
    source = SensorSource(RaplSensor(str(tree.root)), {})
    start = tree.clock.now()
    for second in range(10):
        if second == 5:
            tree.zones[0].vanish()
        source.read(tree.clock)
        tree.forward(1)
    span = Span(start, tree.clock.now())
    traces = {trace.domain.id: trace for trace in source.traces(span)}
    # The counter is up to 1 ms old when it is read.
    drawn = traces["package:0"].energy.between(span)
    assert drawn == pytest.approx(4 * 150_000_000, abs=150_000)
    assert traces["package:0"].drawn(span).coverage == pytest.approx(0.4, abs=1e-4)
    assert "package:0 did not answer" in traces["package:0"].gaps[-1].reason
    drawn = traces["package:1"].energy.between(span)
    assert drawn == pytest.approx(9 * 150_000_000, abs=150_000)
    assert traces["package:1"].drawn(span).coverage == pytest.approx(0.9, abs=1e-4)


def test_a_zone_that_comes_back_has_counted_all_along(tree):
    zone = tree.zone("intel-rapl:0", "package-0", 100.0)
    tree.zone("intel-rapl:1", "package-1", 1.0)
    source = SensorSource(RaplSensor(str(tree.root)), {})
    start = tree.clock.now()
    source.read(tree.clock)
    zone.vanish()
    tree.forward(5)
    source.read(tree.clock)
    zone.show()
    tree.forward(5)
    source.read(tree.clock)
    span = Span(start, tree.clock.now())
    trace = source.traces(span)[0]
    assert trace.energy.between(span) == 1_000_000_000
    assert trace.drawn(span).coverage == 1.0


def test_when_no_zone_answers_the_failure_is_kept_and_told(tree):
    tree.zone("intel-rapl:0", "package-0", 100.0)
    source, _ = meter(tree, 5)
    tree.zones[0].vanish()
    tree.forward(5)
    source.read(tree.clock)
    assert source.failure == "rapl: no RAPL zone answers"


def test_a_wrap_adds_what_was_drawn_and_no_short_window_is_negative(tree):
    """At 400 W, a counter that wraps a second from now, in windows of 0.2 s."""
    tree.zone("intel-rapl:0", "package-0", 400.0, counter=WRAP - 400_000_000)
    source = SensorSource(RaplSensor(str(tree.root)), {})
    edges = []
    for _ in range(12):
        edges.append(tree.clock.now())
        source.read(tree.clock)
        tree.forward(0.2)
    windows = [Span(*pair) for pair in pairwise(edges)]
    assert [joules(source, each)["package:0"] for each in windows] == [80.0] * 11


@settings(max_examples=40, deadline=None)
@given(
    watts=st.floats(0, 900),
    counter=st.integers(0, WRAP - 1),
    beats=st.lists(st.floats(0.05, 87), min_size=1, max_size=8),
)
def test_over_any_beats_under_half_a_wrap_the_total_is_exact(
    tmp_path_factory, watts, counter, beats
):
    tree = Powercap(tmp_path_factory.mktemp("sys"), VirtualClock())
    zone = tree.zone("intel-rapl:0", "package-0", watts, counter=counter)
    source = SensorSource(RaplSensor(str(tree.root)), {})
    start = tree.clock.now()
    source.read(tree.clock)
    for beat in beats:
        tree.forward(beat)
        source.read(tree.clock)
    trace = source.traces(Span(start, tree.clock.now()))[0]
    drawn = trace.energy.between(Span(start, tree.clock.now()))
    assert drawn == pytest.approx(zone.drawn - counter, abs=watts * 1_000 + 2)
    assert trace.gaps == ()


def test_a_counter_that_starts_anew_is_a_gap_and_never_negative(tree):
    zone = tree.zone("intel-rapl:0", "package-0", 100.0, counter=100_000_000_000)
    source = SensorSource(RaplSensor(str(tree.root)), {})
    start = tree.clock.now()
    for beat in range(5):
        if beat == 2:
            zone.restart()
        source.read(tree.clock)
        tree.forward(1)
    span = Span(start, tree.clock.now() - SECOND)
    trace = source.traces(span)[0]
    assert trace.energy.between(span) == 300_000_000
    assert trace.drawn(span).coverage == 0.75
    assert [gap.reason for gap in trace.gaps] == ["the counter made a reset"]


def test_samples_are_counters_stamped_as_they_are_asked_for(tree):
    two_sockets(tree)
    ticks = iter(range(100))
    samples = RaplSensor(str(tree.root)).sample(lambda: next(ticks))
    assert [sample.instant for sample in samples] == [0, 1, 2, 3]
    assert {sample.kind for sample in samples} == {Kind.COUNTER}


def test_through_the_real_meter_in_real_time(tree):
    """The counter grows between readings by what the clock says, read by the meter's own thread."""
    clock = SystemClock()
    stamped = [clock.now()]
    live = Tree(tree.root, lambda: stamped[0])
    live.add("intel-rapl:0", "package-0", Device(flat(100)))

    class Live(RaplSensor):
        def sample(self, now):
            def stamp():
                stamped[0] = now()
                live.show()
                return stamped[0]

            return super().sample(stamp)

    source = SensorSource(Live(str(tree.root)), {})
    meter = Meter([source], clock, 0.05, lambda: Needed((), 0))
    meter.start()
    assert meter.wait(meter.mark(), 2.0) == []
    start = clock.now()
    meter.mark()
    end = meter.mark()
    while clock.now() < start + SECOND // 5:
        end = meter.mark()
    assert meter.wait(end, 2.0) == []
    span = Span(start, end.instant)
    watts = source.traces(span)[0].power(span)
    assert watts is not None
    assert meter.stop()
    assert abs(watts - 100.0) < 0.1


def test_dies_that_mirror_one_counter_are_added_once(tree):
    """As on Zen 1 and Zen 2: two zones, one register."""
    for die in (0, 1):
        tree.zone(f"intel-rapl:{die}", f"package-0-die-{die}", 68.0, counter=100_000_000_000)
    source, span = meter(tree, 10)
    assert joules(source, span) == {"package:0.0": 680, "package:0.1": 680}
    assert added(source, span) == 680


def test_dies_that_count_by_themselves_are_both_read(tree):
    for die in (0, 1):
        counter = (die + 1) * 100_000_000_000
        tree.zone(f"intel-rapl:{die}", f"package-0-die-{die}", 68.0, counter=counter)
    source, span = meter(tree, 10)
    assert added(source, span) == 1360


def test_sockets_of_one_count_are_not_taken_for_mirrors(tree):
    for socket in (0, 1):
        tree.zone(f"intel-rapl:{socket}", f"package-{socket}", 68.0, counter=100_000_000_000)
    source, span = meter(tree, 10)
    assert added(source, span) == 1360
