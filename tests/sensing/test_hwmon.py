"""Hardware monitors on trees on disk, whose true draw is known."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.hwmon import Monitors, Rail, superchip
from submeter.lab.waveform import flat
from submeter.quantities.clock import Span
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.hwmon import HwmonSensor, _stated, open_sensor
from submeter.traces.reading import Kind

CARD = "0000:03:00.0"


class Tree(Monitors):
    """A tree with a clock of its own, whose files go with it."""

    def __init__(self, folder):
        self.clock = VirtualClock()
        super().__init__(folder, self.clock.now)
        self.clock.each_time(self.show)


def steady(watts):
    return Device(flat(watts))


def rail(label, millivolts, milliamperes):
    return Rail(label, steady(millivolts * milliamperes / 1e6), millivolts)


@pytest.fixture
def monitors(tmp_path):
    return Tree(tmp_path)


def metered(monitors, seconds=10.0, beats=10):
    """Give the energy [J] by domain over a time, with the domains."""
    sensor = open_sensor(str(monitors.root))
    source = SensorSource(sensor, {})
    start = monitors.clock.now()
    source.read(monitors.clock)
    for _ in range(beats):
        monitors.clock.forward(seconds / beats)
        source.read(monitors.clock)
    span = Span(start, monitors.clock.now())
    traces = {trace.domain.id: trace for trace in source.traces(span)}
    sensor.close()
    drawn = {name: trace.energy.between(span) / 1e6 for name, trace in traces.items()}
    return drawn, {name: trace.domain for name, trace in traces.items()}


def added(drawn, domains):
    """Give the energy [J] of the domains that may be added."""
    return sum(joules for name, joules in drawn.items() if domains[name].inside not in domains)


def test_an_intel_card_is_counted_and_its_package_lies_in_it(monitors):
    chip = monitors.chip("xe", CARD)
    monitors.counter(chip, 1, steady(180.0), "card")
    monitors.counter(chip, 2, steady(120.0), "pkg")
    drawn, domains = metered(monitors)
    assert drawn == {f"gpu:{CARD}": 1800, f"gpu-package:{CARD}": 1200}
    assert added(drawn, domains) == 1800
    assert {each.component for each in domains.values()} == {"gpu"}


def test_a_card_that_counts_its_package_alone_stands_by_that(monitors):
    monitors.counter(monitors.chip("xe", CARD), 2, steady(120.0), "pkg")
    drawn, domains = metered(monitors)
    assert drawn == {f"gpu-package:{CARD}": 1200}
    assert added(drawn, domains) == 1200


def test_two_cards_and_their_tiles_are_told_apart(monitors):
    for place in (CARD, "0000:04:00.0"):
        monitors.counter(monitors.chip("i915", place), 1, steady(100.0))
        for tile in (0, 1):
            monitors.counter(monitors.chip(f"i915_gt{tile}", place), 1, steady(40.0))
    drawn, domains = metered(monitors)
    assert len(drawn) == 6
    assert drawn[f"gpu-tile:{CARD}.1"] == 400
    assert added(drawn, domains) == 2000


def test_a_card_is_read_often_enough_for_its_drivers_register(monitors):
    monitors.counter(monitors.chip("xe", CARD), 1, steady(180.0), "card")
    assert SensorSource(open_sensor(str(monitors.root)), {}).beat == 60


@pytest.mark.parametrize("old", [False, True])
def test_a_grace_hopper_module_contains_grace_which_contains_its_rails(monitors, old):
    for socket in (0, 1):
        superchip(monitors, socket, old=old)
    drawn, domains = metered(monitors)
    assert drawn == {
        f"{name}:{socket}": watts * 10
        for socket in (0, 1)
        for name, watts in {
            "module": 500, "grace": 200, "grace-cpu": 120, "grace-sysio": 30, "dram": 50
        }.items()
    }  # fmt: skip
    assert added(drawn, domains) == 10_000
    assert domains["grace-cpu:1"].inside == "grace:1"
    assert domains["grace:1"].inside == "module:1"
    assert domains["dram:1"].component == "memory"


def test_without_a_module_each_grace_stands_for_itself(monitors):
    monitors.acpi(steady(200.0), "Grace Power Socket 0")
    monitors.acpi(steady(150.0), "CPU Power Socket 0")
    drawn, domains = metered(monitors)
    assert drawn == {"grace:0": 2000, "grace-cpu:0": 1500}
    assert added(drawn, domains) == 2000


def test_a_power_meter_that_names_nothing_is_the_machines(monitors):
    superchip(monitors, 0)
    monitors.acpi(steady(900.0))
    drawn, domains = metered(monitors)
    assert drawn["bmc"] == 9000
    assert added(drawn, domains) == 9000
    assert domains["bmc"].component == "machine"


def test_of_several_meters_that_name_nothing_none_is_taken_for_the_machines(monitors):
    monitors.acpi(steady(900.0))
    monitors.acpi(steady(20.0))
    with pytest.raises(SensorUnavailable, match="2 ACPI meters do not tell"):
        open_sensor(str(monitors.root))


def test_a_battery_is_no_draw(monitors):
    monitors.acpi(steady(15.0)).show("power1_is_battery", 1)
    with pytest.raises(SensorUnavailable) as refusal:
        open_sensor(str(monitors.root))
    assert "modprobe acpi_power_meter" in refusal.value.fix


@pytest.mark.parametrize("unknown", [0, 0xFFFF_FFFF * 1000])
def test_a_meter_that_could_not_measure_is_a_gap_and_never_a_number(monitors, unknown):
    for part in ("Grace", "CPU", "SysIO"):
        chip = monitors.acpi(steady(100.0), f"{part} Power Socket 0")
    sensor = open_sensor(str(monitors.root))
    assert len(sensor.sample(monitors.clock.now)) == 4
    chip.show("power1_average", unknown)
    names = [sample.domain for sample in sensor.sample(monitors.clock.now)]
    assert names == ["grace:0", "grace-cpu:0"], "without SysIO what is left for memory is not known"


def test_the_interval_and_the_accuracy_that_firmware_states_are_taken(monitors):
    chip = monitors.acpi(steady(500.0), interval=2000)
    chip.show("power1_accuracy", "98.500%")
    (sensed,) = open_sensor(str(monitors.root)).domains()
    assert sensed.accuracy.refresh == 2.0
    assert (sensed.accuracy.low, sensed.accuracy.high) == pytest.approx((0.98, 1.02), abs=0.006)
    assert "stated by its firmware" in sensed.accuracy.reason
    assert sensed.beat == 1.0


@given(st.integers(1, 100_000))
def test_the_kernels_way_of_writing_thousandths_is_undone(accuracy):
    """It prints ``%u.%u%%`` of accuracy / 1000 and accuracy % 1000."""
    text = f"{accuracy // 1000}.{accuracy % 1000}%"
    assert _stated(text) == pytest.approx(1 - accuracy / 100_000)


@pytest.mark.parametrize("text", ["", "0.0%", "unknown", "120.0%"])
def test_an_accuracy_that_says_nothing_is_none(text):
    assert _stated(text) is None


def test_the_board_of_a_jetson_contains_its_rails(monitors):
    monitors.rails(
        "1-0040",
        rail("VDD_IN", 5000, 4000),
        rail("VDD_CPU_GPU_CV", 5000, 2000),
        rail("VDD_SOC", 5000, 600),
    )
    drawn, domains = metered(monitors)
    assert drawn == {"board": 200, "rail:VDD_CPU_GPU_CV": 100, "rail:VDD_SOC": 30}
    assert added(drawn, domains) == 200
    assert domains["board"].component == "machine"


def test_without_a_rail_for_the_whole_the_rails_that_contain_nothing_add_up(monitors):
    monitors.rails(
        "1-0040",
        rail("VDD_GPU_SOC", 19000, 500),
        rail("VDD_CPU_CV", 19000, 200),
        rail("VIN_SYS_5V0", 5000, 900),
    )
    monitors.rails("1-0041", rail("NC", 0, 0), rail("VDDQ_VDD2_1V8AO", 5000, 100))
    drawn, domains = metered(monitors)
    assert added(drawn, domains) == pytest.approx(95 + 38 + 45)
    assert domains["rail:VDDQ_VDD2_1V8AO"].inside == "rail:VIN_SYS_5V0"
    assert [domains[f"rail:{each}"].component for each in ("VDD_GPU_SOC", "VDD_CPU_CV")] == [
        "gpu", "cpu"
    ]  # fmt: skip


@given(millivolts=st.integers(0, 26_000), milliamperes=st.integers(-50, 20_000))
def test_a_rails_power_is_exact_and_its_noise_about_zero_is_not_negative(
    tmp_path_factory, millivolts, milliamperes
):
    monitors = Tree(tmp_path_factory.mktemp("sys"))
    monitors.rails("1-0040", rail("VDD_IN", millivolts, milliamperes))
    (sample,) = open_sensor(str(monitors.root)).sample(monitors.clock.now)
    assert (sample.kind, sample.value) == (Kind.POWER, max(0, millivolts * milliamperes))


def test_what_is_no_power_of_the_machines_or_not_known_is_left_out(monitors):
    for name, place in (("nvme", "nvme0"), ("BAT0", "PNP0C0A:00"), ("nct6775", "nct6775.656")):
        monitors.chip(name, place).show("power1_input", 5_000_000)
    monitors.rails("2-0045", rail("FAN", 12000, 100))
    monitors.chip("", "nameless")
    monitors.counter(monitors.chip("xe", CARD), 1, steady(10.0), "card")
    monitors.counter(monitors.chip("xe", CARD), 3, steady(99.0), "something new")
    drawn, _ = metered(monitors)
    assert drawn == {f"gpu:{CARD}": 100}


def test_one_that_falls_silent_is_a_gap_and_the_others_go_on(monitors):
    chip = monitors.rails("1-0040", rail("VDD_IN", 5000, 4000), rail("VDD_SOC", 5000, 600))
    sensor = open_sensor(str(monitors.root))
    chip.vanish("curr2_input")
    assert [sample.domain for sample in sensor.sample(monitors.clock.now)] == ["board"]
    chip.vanish("in1_input")
    with pytest.raises(OSError, match="it tells no number"):
        sensor.sample(monitors.clock.now)
    chip.show("in1_input", 5000)
    assert [sample.value for sample in sensor.sample(monitors.clock.now)] == [20_000_000]


def test_one_that_is_silent_from_the_start_is_named_and_contains_nothing(monitors):
    chip = monitors.rails("1-0040", rail("VDD_IN", 5000, 4000), rail("VDD_SOC", 5000, 600))
    chip.vanish("in1_input")
    sensor = open_sensor(str(monitors.root))
    assert [(each.domain.id, each.domain.inside) for each in sensor.domains()] == [
        ("rail:VDD_SOC", "")
    ]
    assert sensor.refused == ("board cannot be read: it tells no number",)


def test_each_number_is_stamped_when_it_is_asked_for(monitors):
    superchip(monitors, 0)
    ticks = iter(range(100))
    samples = open_sensor(str(monitors.root)).sample(lambda: next(ticks))
    assert [sample.instant for sample in samples] == list(range(5))


def test_no_monitors_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(SensorUnavailable, match="no hardware monitor in") as refusal:
        HwmonSensor(str(tmp_path / "nothing"))
    assert refusal.value.fix


def test_a_closed_sensor_leaves_no_file_open(monitors):
    superchip(monitors, 0)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not walked
    sensor = open_sensor(str(monitors.root))
    sensor.sample(monitors.clock.now)
    sensor.close()
    sensor.close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
