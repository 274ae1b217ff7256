"""Apple's energy model: IOReport on a stand-in library, powermetrics from synthetic files.

The property lists have the published form (keys, units, the null byte between two); none was
recorded on a machine.
"""

import itertools
import json
import os
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.lab.powermetrics import PowerMetricsFile
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.devices.powermetrics import PowerMetrics
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.apple import AppleSensor, open_sensor
from tests.sensing.conftest import build

M1_MAX = (
    "CPU Energy|mJ|10;EACC_CPU|mJ|2;EACC_CPU0|mJ|1;PACC0_CPU|mJ|5;PACC1_CPU|mJ|3;GPU Energy|nJ|25;"
    "GPU0|mJ|24;GPU SRAM0|mJ|1;ANE0|mJ|4;ANE1|mJ|2;DRAM0|mJ|6;DCS0|mJ|3;DISP0|mJ|1"
)
ULTRA = (
    "DIE_0_CPU Energy|mJ|10;DIE_1_CPU Energy|mJ|20;DIE_0_EACC_CPU|mJ|2;DIE_1_EACC_CPU|mJ|3;"
    "GPU0_0|mJ|5;GPU0_1|mJ|6;DRAM0_0|mJ|1;DRAM0_1|mJ|2"
)
WATCH = """
import ctypes, json, sys
from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.apple import open_sensor

library = sys.argv[1]
fake = ctypes.CDLL(library)
fake.fake_set_clock.argtypes = [ctypes.c_int64]
try:
    sensor = open_sensor(library)
except SensorUnavailable as refused:
    print(json.dumps({"refusal": refused.what, "fix": refused.fix}))
    sys.exit()
def read(seconds):
    fake.fake_set_clock(seconds * 10**9)
    return {each.domain: each.value for each in sensor.sample(lambda: seconds)}
first, last = read(1000), read(1010)
sensor.close()
sensor.close()
print(json.dumps({
    "joules": {name: (last[name] - first[name]) / 1e6 for name in first},
    "inside": {each.domain.id: each.domain.inside for each in sensor.domains()},
    "refused": sensor.refused, "method": sensor.method, "held": fake.fake_held(),
}))
"""


@pytest.fixture(scope="session")
def fake_ioreport(tmp_path_factory):
    return build(tmp_path_factory.mktemp("ioreport"), source="ioreport.c")


@pytest.fixture
def ioreport(fake_ioreport):
    """Read channels that draw what they are told for ten seconds; gives what the sensor says."""

    def read(channels, group="Energy Model"):
        told = {"FAKE_IOREPORT_CHANNELS": channels, "FAKE_IOREPORT_GROUP": group}
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", WATCH, fake_ioreport],
            env={**os.environ, **told}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return read


@pytest.mark.system
def test_each_part_of_a_chip_is_read_in_the_unit_that_it_is_told_in(ioreport):
    told = ioreport(M1_MAX)
    assert told["joules"] == pytest.approx(
        {
            "core:0": 100,
            "cluster:0.EACC_CPU": 20,
            "cluster:0.PACC0_CPU": 50,
            "cluster:0.PACC1_CPU": 30,
            "gpu:apple": 250,
            "ane": 60,
            "dram:0": 60,
        },
        abs=0.01,
    )
    assert (told["method"], told["refused"]) == ("ioreport-energy/1", [])


@pytest.mark.system
def test_clusters_lie_inside_the_cpu_and_are_not_added_to_it(ioreport):
    told = ioreport(M1_MAX)
    outer = {name for name, inside in told["inside"].items() if not inside}
    assert outer == {"core:0", "gpu:apple", "ane", "dram:0"}
    assert ioreport("ECPU|mJ|1;PCPU|mJ|4")["inside"] == {
        "cluster:0.ECPU": "",
        "cluster:0.PCPU": "",
    }


@pytest.mark.system
def test_a_chip_of_two_dies_has_two_cpus_and_one_gpu(ioreport):
    told = ioreport(ULTRA)
    assert told["joules"] == pytest.approx(
        {
            "core:0": 100, "core:1": 200, "cluster:0.EACC_CPU": 20, "cluster:1.EACC_CPU": 30,
            "gpu:apple": 110, "dram:0": 30,
        },
        abs=0.01,
    )  # fmt: skip
    assert told["inside"]["cluster:1.EACC_CPU"] == "core:1"


@pytest.mark.system
@pytest.mark.parametrize("unit", ["nJ", "uJ", "mJ"])
def test_units_are_converted(ioreport, unit):
    told = ioreport(f"CPU Energy|{unit}|7")
    assert told["joules"]["core:0"] == pytest.approx(70, abs=0.01)


@pytest.mark.system
def test_a_unit_that_is_not_known_and_a_channel_without_a_value_are_not_guessed_at(ioreport):
    told = ioreport("CPU Energy|mJ|7;GPU Energy|ticks|7;DRAM0|mJ|none;ANE0|mJ|state")
    assert list(told["joules"]) == ["core:0"]


@pytest.mark.system
def test_channels_that_stand_still_while_the_cpu_runs_are_left_out_and_told(ioreport):
    """As on macOS 27, where those in mJ change every few minutes."""
    told = ioreport("CPU Energy|mJ|0;ANE0|mJ|0;DRAM0|mJ|0;GPU Energy|nJ|3")
    assert told["joules"] == pytest.approx({"gpu:apple": 30}, abs=0.01)
    assert "channels in mJ stand still" in told["refused"][0]


@pytest.mark.system
def test_nothing_that_was_given_is_kept(ioreport):
    assert ioreport(M1_MAX)["held"] == 0


@pytest.mark.system
def test_without_the_group_or_known_channels_it_is_refused(ioreport):
    assert "no group" in ioreport(M1_MAX, group="Other")["refusal"]
    assert "no energy channel" in ioreport("DISP0|mJ|1")["refusal"]


def test_elsewhere_it_refuses_with_one_line(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SensorUnavailable, match="macOS' own") as refusal:
        open_sensor()
    assert refusal.value.fix


@pytest.mark.system
def test_a_library_without_the_calls_is_refused(tmp_path):
    with pytest.raises(SensorUnavailable, match="cannot be spoken to"):
        open_sensor(str(Path(build(tmp_path)).rename(tmp_path / "other.so")))
    with pytest.raises(SensorUnavailable, match="cannot be spoken to"):
        open_sensor(str(tmp_path / "missing.dylib"))


def joules(file, clock, watts, seconds=10):
    """Follow a file through the real sensor while it grows; gives energies by domain, the gaps."""
    source = SensorSource(AppleSensor(str(file.path)), {})
    start = clock.now()
    source.read(clock)
    for _ in range(seconds):
        clock.forward(1)
        file.tell(1.0, **watts)
        source.read(clock)
    span = Span(start, clock.now())
    return {each.domain.id: each.energy.between(span) / 1e6 for each in source.traces(span)}


@pytest.mark.parametrize("form", ["energies", "powers", "gpu apart"])
def test_a_growing_file_of_powermetrics_is_followed(tmp_path, form):
    file = PowerMetricsFile(tmp_path / "power.plist", form=form)
    for _ in range(3):
        file.tell(1.0, cpu=50.0, gpu=50.0, ane=50.0)
    drawn = joules(file, VirtualClock(), {"cpu": 8.0, "gpu": 12.5, "ane": 0.0})
    assert drawn == pytest.approx({"core:0": 80, "gpu:apple": 125, "ane": 0}, abs=1e-6)


def test_memory_is_told_where_the_chip_tells_it(tmp_path):
    file = PowerMetricsFile(tmp_path / "power.plist")
    file.tell(1.0, cpu=1.0, dram=2.0)
    drawn = joules(file, VirtualClock(), {"cpu": 1.0, "dram": 2.0})
    assert drawn == pytest.approx({"core:0": 10, "dram:0": 20}, abs=1e-6)


def test_a_cpu_that_drew_nothing_was_not_told(tmp_path):
    file = PowerMetricsFile(tmp_path / "power.plist")
    file.tell(1.0, cpu=0.0, gpu=3.0)
    assert [each.domain.id for each in AppleSensor(str(file.path)).domains()] == ["gpu:apple"]


def test_the_tools_interval_is_the_refresh(tmp_path):
    file = PowerMetricsFile(tmp_path / "power.plist")
    file.tell(0.25, cpu=1.0)
    assert AppleSensor(str(file.path)).domains()[0].accuracy.refresh == 0.25


def test_a_tool_that_has_stopped_is_a_gap_and_not_zero(tmp_path):
    file = PowerMetricsFile(tmp_path / "power.plist")
    file.tell(1.0, cpu=1.0)
    sensor = AppleSensor(str(file.path))
    sensor.sample(lambda: 1 * SECOND)
    sensor.sample(lambda: 5 * SECOND)
    with pytest.raises(OSError, match="stopped writing"):
        sensor.sample(lambda: 7 * SECOND)
    file.tell(1.0, cpu=1.0)
    assert sensor.sample(lambda: 8 * SECOND)[0].value == 1_000_000


def test_what_is_half_written_waits_for_its_end_and_what_is_broken_is_passed_over(tmp_path):
    file = PowerMetricsFile(tmp_path / "power.plist")
    file.tell(1.0, cpu=1.0)
    sensor, ticks = AppleSensor(str(file.path)), itertools.count(SECOND, SECOND // 10)
    whole = file.document(1.0, cpu=2.0)
    values = []
    for part in (whole[:100], whole[100:], b"<plist>broken</plist>", file.document(1.0, cpu=3.0)):
        with file.path.open("ab") as out:
            out.write(part)
        values.append(sensor.sample(lambda: next(ticks))[0].value)
    assert values == [0, 2_000_000, 2_000_000, 5_000_000]


@pytest.mark.parametrize("content", [None, b"", b"text", plistlib.dumps({"elapsed_ns": 10**9})])
def test_a_file_without_energies_is_refused_with_the_command_that_writes_one(tmp_path, content):
    path = tmp_path / "power.plist"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SensorUnavailable) as refusal:
        open_sensor(str(path))
    assert "sudo powermetrics" in refusal.value.fix


@given(st.lists(st.floats(0.001, 400), min_size=1, max_size=8), st.integers(1, 400))
def test_the_total_is_the_same_however_the_file_is_read(tmp_path_factory, watts, chunk):
    path = Path(tmp_path_factory.mktemp("split")) / "power.plist"
    file = PowerMetricsFile(path)
    file.tell(1.0, cpu=1.0)
    followed = PowerMetrics(str(path))
    data = b"".join(file.document(1.0, cpu=each) for each in watts)
    with path.open("ab", buffering=0) as out:
        for start in range(0, len(data), chunk * 10):
            out.write(data[start : start + chunk * 10])
            followed.channels(1)
    (told,) = followed.channels(1)
    followed.close()
    assert told.value == sum(round(each * 1e3 * 1_000_000) for each in watts)
