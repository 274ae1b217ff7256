"""Windows' energy meters, from bytes laid out as emi.h documents them. None is from a machine."""

import itertools
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.energy_meter import EnergyMeter
from submeter.lab.waveform import flat
from submeter.quantities.clock import Span
from submeter.sensing.devices import emi
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.emi import EmiSensor, open_sensor

RAILS = ("PKG", "PP0", "PP1", "DRAM")
SOCKET = {f"RAPL_Package0_{rail}": 10**12 for rail in RAILS}


def joules(folder, meter, drawn, seconds=10):
    """Read meters through the real sensor while `drawn` [J] is drawn; by domain."""
    clock = VirtualClock()
    source = SensorSource(EmiSensor(str(folder)), {})
    start = clock.now()
    watts = {name: Device(flat(energy / seconds)) for name, energy in drawn.items()}
    meter.follow(watts, clock.now)
    clock.each_time(meter.show)
    source.read(clock)
    for _ in range(10):
        clock.forward(seconds / 10)
        source.read(clock)
    traces = source.traces(Span(start, clock.now()))
    return {each.domain.id: each.energy.between(Span(start, clock.now())) / 1e6 for each in traces}


def test_every_rail_of_a_socket_is_read_as_it_draws(tmp_path):
    meter = EnergyMeter(tmp_path / "0", SOCKET)
    drawn = dict(zip(SOCKET, (1500.0, 900.0, 50.0, 120.0), strict=True))
    assert joules(tmp_path, meter, drawn) == pytest.approx(
        {"package:0": 1500, "core:0": 900, "uncore:0": 50, "dram:0": 120}, abs=2e-5
    )


def test_cores_and_graphics_lie_inside_their_package(tmp_path):
    EnergyMeter(tmp_path / "0", SOCKET)
    inside = {each.domain.id: each.domain.inside for each in EmiSensor(str(tmp_path)).domains()}
    assert inside == {"package:0": "", "core:0": "package:0", "uncore:0": "package:0", "dram:0": ""}


def test_cores_without_their_package_stand_for_themselves(tmp_path):
    EnergyMeter(tmp_path / "0", {"RAPL_Package0_PP0": 5_000})
    (only,) = EmiSensor(str(tmp_path)).domains()
    assert (only.domain.id, only.domain.inside) == ("core:0", "")


def test_a_device_of_version_1_has_one_channel(tmp_path):
    meter = EnergyMeter(tmp_path / "0", {"RAPL_Package0_PKG": 5_000}, version=1)
    assert joules(tmp_path, meter, {"RAPL_Package0_PKG": 36.0}) == pytest.approx(
        {"package:0": 36}, abs=2e-6
    )
    (only,) = EmiSensor(str(tmp_path)).domains()
    assert only.domain.device == "ACME Meter 1"


def test_sockets_with_a_device_each_are_told_apart(tmp_path):
    for socket in (0, 1):
        EnergyMeter(tmp_path / str(socket), {f"RAPL_Package{socket}_PKG": 5_000})
    names = [each.domain.id for each in EmiSensor(str(tmp_path)).domains()]
    assert names == ["package:0", "package:1"]


def test_a_channel_told_twice_is_counted_once(tmp_path):
    for device in ("a", "b"):
        EnergyMeter(tmp_path / device, {"RAPL_Package0_PKG": 5_000})
    sensor = EmiSensor(str(tmp_path))
    assert [each.domain for each in sensor.sample(lambda: 1)] == ["package:0"]


def test_what_no_document_explains_and_what_counts_nothing_is_left_out_and_named(tmp_path):
    counted = {"RAPL_Package0_PKG": 5_000, "RAPL_Package0_DRAM": 0, "Apu Power": 5_000}
    EnergyMeter(tmp_path / "0", counted)
    sensor = EmiSensor(str(tmp_path))
    assert [each.domain.id for each in sensor.domains()] == ["package:0"]
    assert sensor.refused == (
        "channel RAPL_Package0_DRAM counts nothing",
        "channel Apu Power: what it covers is not documented",
    )


def test_a_channel_in_another_unit_is_not_read_and_shifts_no_other(tmp_path):
    EnergyMeter(tmp_path / "0", {"X": 5_000, "RAPL_Package0_PKG": 10_000}, units={"X": 1})
    (sample,) = EmiSensor(str(tmp_path)).sample(lambda: 1)
    assert (sample.domain, sample.value) == ("package:0", 36)


def test_a_counter_that_comes_round_loses_nothing(tmp_path):
    meter = EnergyMeter(tmp_path / "0", {"RAPL_Package0_PKG": 2**64 - 10**11})
    assert joules(tmp_path, meter, {"RAPL_Package0_PKG": 1000.0}) == pytest.approx(
        {"package:0": 1000}, abs=2e-5
    )


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**40))
def test_energies_add_up_to_the_microjoule_over_any_split(before, drawn):
    class Bytes:
        path = "here"

        def __init__(self, value):
            self.value = value % 2**64

        def ask(self, code, most):
            assert (code, most) == (emi.GET_MEASUREMENT, 16)
            return struct.pack("<QQ", self.value, 0)

        def close(self):
            pass

    first, last = (emi.energies(Bytes(value), 1)[0] for value in (before, before + drawn))
    growth = (last - first) % emi.WRAP
    assert abs(growth - drawn * 36 / 10_000) <= 2


@given(st.binary(max_size=200), st.integers(0, 3))
def test_no_answer_does_worse_than_an_error(data, version):
    class Bytes:
        path = "here"

        def ask(self, code, most):
            known = {
                emi.GET_VERSION: struct.pack("<H", version),
                emi.GET_METADATA_SIZE: struct.pack("<I", max(1, len(data))),
            }
            return known.get(code, data)[:most]

        def close(self):
            pass

    try:
        told = emi.metadata(Bytes())
    except OSError:
        return
    assert all(channel.place >= 0 for channel in told.channels)


@pytest.mark.parametrize("file", ["version", "metadata_size", "metadata", "measurement"])
@pytest.mark.parametrize("harm", [b"", b"\x09\x00", b"\xff\xff\xff\xff"])
def test_a_device_that_answers_otherwise_is_refused_and_the_other_is_read(tmp_path, file, harm):
    EnergyMeter(tmp_path / "0", {"RAPL_Package0_PKG": 5_000})
    EnergyMeter(tmp_path / "1", {"RAPL_Package1_PKG": 5_000})
    (tmp_path / "0" / file).write_bytes(harm)
    sensor = EmiSensor(str(tmp_path))
    assert [each.domain.id for each in sensor.domains()] == ["package:1"]
    assert sensor.refused


def test_a_device_that_falls_silent_is_left_out_and_if_all_do_it_is_told(tmp_path):
    for socket in (0, 1):
        EnergyMeter(tmp_path / str(socket), {f"RAPL_Package{socket}_PKG": 5_000})
    sensor, ticks = EmiSensor(str(tmp_path)), itertools.count(1)
    (tmp_path / "0" / "measurement").unlink()
    assert [each.domain for each in sensor.sample(lambda: next(ticks))] == ["package:1"]
    (tmp_path / "1" / "measurement").write_bytes(b"")
    with pytest.raises(OSError, match="fewer channels"):
        sensor.sample(lambda: next(ticks))


@pytest.mark.skipif(sys.platform == "win32", reason="it is there")
def test_elsewhere_it_refuses_with_one_line():
    with pytest.raises(SensorUnavailable, match="Windows' own") as refusal:
        open_sensor()
    assert refusal.value.fix


def test_a_folder_without_devices_is_refused(tmp_path):
    with pytest.raises(SensorUnavailable, match="no energy meter"):
        open_sensor(str(tmp_path))
