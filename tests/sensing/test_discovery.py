"""Plug-ins are found by entry points; one that is broken or refuses is named and skipped."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from submeter.lab.clock import VirtualClock
from submeter.sensing import discovery
from submeter.sensing.discovery import ORDER, find_sensors
from submeter.sensing.metering.source import SensorSource
from tests.fakes.powercap import Powercap

PLUGIN = Path(__file__).parents[1] / "plugin_sample"
RECORDING = Path(__file__).parent / "recordings" / "synthetic.ndjson"
NOWHERE = {
    "nvidia": "/nowhere/libnvidia-ml.so.1",
    "rapl": "/nowhere/powercap",
    "perf": "/nowhere/sys",
    "hwmon": "/nowhere/hwmon",
    "ipmi": "/nowhere/ipmi0",
}


@pytest.fixture
def plugin(monkeypatch):
    monkeypatch.syspath_prepend(str(PLUGIN))
    assert metadata.version("submeter-sample") == "1.0"


def refusals(found):
    return {each.name: each for each in found.refusals}


def test_a_plug_in_from_elsewhere_is_read_like_a_built_in(plugin):
    found = find_sensors({**NOWHERE, "sample-wall": "socket 7"}, ["sample-wall"])
    assert [sensor.name for sensor in found.sensors] == ["sample-wall"]
    source, clock = SensorSource(found.sensors[0], {}), VirtualClock()
    source.read(clock)
    assert source.domains == {"sample-wall:0"}
    assert found.sensors[0].domains()[0].domain.device == "socket 7"


def test_a_refusing_plug_in_is_named_with_its_remedy(plugin):
    refusal = refusals(find_sensors(NOWHERE))["sample-absent"]
    assert (refusal.reason, refusal.fix) == ("no sample is plugged in", "plug one in")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sample-broken", "ZeroDivisionError('a bug in the plug-in"),
        ("sample-unimportable", "ModuleNotFoundError"),
        ("sample-domainless", "LookupError('my list of domains is lost')"),
    ],
)
def test_a_broken_plug_in_is_named_with_its_reason_and_its_author(plugin, name, why):
    refusal = refusals(find_sensors(NOWHERE))[name]
    assert refusal.reason.startswith("the plug-in failed: ")
    assert why in refusal.reason
    assert "submeter_sample" in refusal.fix


def test_the_others_are_found_beside_the_broken_ones(plugin, tmp_path):
    tree = Powercap(tmp_path / "powercap", VirtualClock())
    tree.zone("intel-rapl:0", "package-0", 10.0)
    found = find_sensors({**NOWHERE, "rapl": str(tree.root)})
    names = [sensor.name for sensor in found.sensors]
    assert names[0] == "rapl"
    assert "sample-wall" in names
    for sensor in found.sensors:
        sensor.close()


def test_one_that_does_not_open_in_time_is_left_behind(plugin, monkeypatch):
    monkeypatch.setattr(discovery, "PATIENCE", 0.05)
    found = find_sensors(NOWHERE, ["sample-slow", "sample-wall"])
    assert [sensor.name for sensor in found.sensors] == ["sample-wall"]
    assert "did not open within" in refusals(found)["sample-slow"].reason
    assert refusals(found)["sample-slow"].fix


def test_every_refusal_of_a_built_in_carries_its_remedy():
    found = find_sensors(NOWHERE, ORDER)
    assert found.sensors == ()
    assert [each.name for each in found.refusals] == list(ORDER)
    assert all(each.reason and each.fix for each in found.refusals)


def test_a_recording_alone_is_the_machine():
    found = find_sensors({"replay": str(RECORDING)})
    assert [sensor.name for sensor in found.sensors] == ["replay"]
    assert found.refusals == ()


def test_built_ins_come_in_by_the_same_door():
    names = {point.name for point in metadata.entry_points(group="submeter.sensors")}
    assert set(ORDER) <= names


def test_a_run_beside_broken_plug_ins_ends_as_ever(tmp_path):
    environ = {**os.environ, "PYTHONPATH": str(PLUGIN), "SUBMETER_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "submeter", "run", "--", "sh", "-c", "exit 3"],
        env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 3
    assert "Traceback" not in ran.stderr
    assert "sample-broken-model" in ran.stderr
