"""The lab's powercap tree: laid out as the kernel's, counting exactly what is drawn."""

import os
import time

import pytest

from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.live import Live, Machine, ZonePlan
from submeter.lab.powercap import WRAP, Tree
from submeter.lab.processors import MILLIONTHS, Processors, busy_seconds
from submeter.lab.waveform import Waveform, flat, square
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.devices.powercap import zones
from submeter.sensing.devices.procfs import busy_time
from submeter.sensing.sensors.rapl import RaplSensor


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def tree(tmp_path, clock):
    return Tree(tmp_path / "powercap", clock.now)


def test_zones_are_nested_and_linked_flat_as_the_kernel_does(tree):
    tree.socket(0, Device(flat(150)), Device(flat(12)))
    nested = tree.root / "intel-rapl" / "intel-rapl:0" / "intel-rapl:0:0"
    assert (nested / "name").read_text() == "dram\n"
    assert (tree.root / "intel-rapl:0:0").resolve() == nested.resolve()
    assert (tree.root / "intel-rapl" / "subsystem").resolve() == tree.root.resolve()
    assert [each.name for each in zones(str(tree.root))] == ["package-0", "dram"]


def test_a_zone_counts_its_waveform_to_the_microjoule_and_wraps(tree, clock):
    wave = square(50, 300, 0.7)
    zone = tree.add("intel-rapl:0", "package-0", Device(wave), counter=WRAP - 1_000_000)
    start = clock.now()
    clock.forward(3.3)
    tree.show()
    drawn = wave.energy(Span(start, clock.now()))
    assert int(zone.file.read_text()) == pytest.approx(drawn - 1_000_000, abs=1)


def test_the_counters_file_is_always_as_long(tree, clock):
    zone = tree.add("intel-rapl:0", "package-0", Device(flat(400)), counter=WRAP - 1)
    before = zone.file.stat().st_size
    clock.forward(1)
    tree.show()
    assert zone.file.stat().st_size == before


def test_a_zone_that_fails_stays_so_while_the_others_go_on(tree, clock):
    tree.socket(0, Device(flat(100)), Device(flat(10)))
    package, dram = tree.zones
    package.vanish()
    clock.forward(2)
    tree.show()
    assert package.file.read_text() == ""
    assert int(dram.file.read_text()) == 20_000_000
    dram.forbid()
    tree.show()
    assert dram.file.is_dir()


def test_mirrored_dies_count_alike(tree, clock):
    """As the dies of some processors do, which mirror one register."""
    device = Device(flat(120))
    for die in (0, 1):
        tree.add(f"intel-rapl:{die}", f"package-0-die-{die}", device)
    clock.forward(4)
    tree.show()
    assert len({zone.file.read_text() for zone in tree.zones}) == 1


def test_processors_are_busy_as_told(tmp_path, clock):
    load = Waveform(((SECOND, MILLIONTHS), (SECOND, 3 * MILLIONTHS)))
    processors = Processors(tmp_path / "stat", load, 4, clock.now)
    before, start = busy_time(processors.file.read_text()), clock.now()
    clock.forward(10)
    processors.show()
    assert busy_time(processors.file.read_text()) - before == 20 * SECOND
    assert busy_seconds(load, start, clock.now()) == 20
    lines = processors.file.read_text().splitlines()
    assert sum(line.startswith("cpu") for line in lines) == 5


@pytest.mark.slow
def test_a_process_of_its_own_keeps_the_tree_true(tmp_path):
    """It is late on a busy machine, but never shows what was not drawn yet."""
    begin = time.monotonic_ns()
    plan = ZonePlan("intel-rapl:0", "package-0", flat(100), wraps=begin + 3600 * SECOND)
    with Live(Machine(tmp_path, (plan,))):
        sensor = RaplSensor(str(tmp_path / "powercap"))
        (first,) = sensor.sample(time.monotonic_ns)
        time.sleep(0.5)
        (last,) = sensor.sample(time.monotonic_ns)
        sensor.close()
    watts = (last.value - first.value) / (last.instant - first.instant) * 1e3
    assert watts == pytest.approx(100, rel=0.2)
    stands = (tmp_path / "powercap" / "intel-rapl:0" / "energy_uj").read_text()
    time.sleep(0.05)
    assert (tmp_path / "powercap" / "intel-rapl:0" / "energy_uj").read_text() == stands


def test_a_machine_survives_being_written_as_json(tmp_path):
    plan = ZonePlan("intel-rapl:0", "package-0", square(1, 2, 3), 4, 5, "vanish")
    machine = Machine(tmp_path, (plan,), flat(0.5))
    assert Machine.from_json(machine.as_json()) == machine


def test_without_zones_or_load_there_are_no_files(tmp_path):
    machine = Machine(tmp_path)
    assert (machine.tree, machine.stat) == (None, None)
    assert os.listdir(tmp_path) == []  # noqa: PTH208
