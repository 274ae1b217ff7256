"""No recording of a stand-in passes for one of hardware."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab.building import LIBRARIES, build
from submeter.lab.clock import VirtualClock
from submeter.lab.energy_meter import EnergyMeter
from submeter.lab.hwmon import Monitors, superchip
from submeter.lab.marks import is_marked, stand_ins
from submeter.lab.powercap import Tree
from submeter.lab.powermetrics import PowerMetricsFile
from submeter.sensing.sensors.replay import ReplaySensor, recorded


@pytest.fixture(autouse=True)
def no_library_of_another_test(monkeypatch):
    """Other tests load stand-in libraries into this process."""
    monkeypatch.setattr("submeter.lab.marks._mapped", set)


def powercap(folder):
    return Tree(folder / "powercap", VirtualClock().now).root


def hwmon(folder):
    monitors = Monitors(folder, VirtualClock().now)
    superchip(monitors, 0)
    return monitors.root


def emi(folder):
    EnergyMeter(folder / "emi" / "0", {"RAPL_Package0_PKG": 5})
    return folder / "emi"


def apple(folder):
    file = PowerMetricsFile(folder / "power.plist")
    file.tell(1.0, cpu=3.0)
    return file.path


@pytest.mark.parametrize("stand_in", [powercap, hwmon, emi, apple])
def test_a_stand_in_on_disk_says_that_it_is_one(tmp_path, stand_in):
    root = stand_in(tmp_path)
    assert is_marked(str(root))
    assert stand_ins({stand_in.__name__: str(root), "nvidia": ""}) == (stand_in.__name__,)


def test_the_class_that_a_meter_looks_through_holds_the_kernels_own_and_no_more(tmp_path):
    assert sorted(each.name for each in powercap(tmp_path).iterdir()) == ["intel-rapl"]


def test_what_is_no_stand_in_is_not_called_one(tmp_path):
    (tmp_path / "intel-rapl").mkdir()
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"\x7fELF of the maker's own")
    roots = {"rapl": tmp_path, "nvidia": tmp_path / "libnvidia-ml.so.1", "wall": "http://[::1]/"}
    assert stand_ins({name: str(root) for name, root in roots.items()}) == ()


def test_a_tree_marks_nothing_beside_it(tmp_path):
    """Least of all the folder of all temporary files, where a recording of hardware may lie."""
    beside = tmp_path / "beside"
    beside.mkdir()
    tree = Tree(tmp_path / "tree", VirtualClock().now)
    assert is_marked(str(tree.root))
    assert not is_marked(str(beside))


@pytest.mark.system
@pytest.mark.parametrize("source", LIBRARIES)
def test_a_stand_in_library_says_that_it_is_one(tmp_path, source):
    assert is_marked(build(source, folder=tmp_path))


@pytest.fixture(scope="session")
def nvml(tmp_path_factory):
    try:
        return build("nvml.c", folder=tmp_path_factory.mktemp("nvml"))
    except SensorUnavailable as refusal:
        pytest.skip(refusal.what)


LOADS = {
    "idle": ["--seconds", "0.5"],
    "square": ["--load", "square", "--period", "200 ms", "--seconds", "1"],
    "inference": ["--", sys.executable, "-c", "sum(range(10**6))"],
}


@pytest.mark.system
@pytest.mark.parametrize("load", LOADS)
def test_a_recording_of_the_stand_in_nvml_says_so_replays_and_says_so_again(tmp_path, nvml, load):
    """Through the command, the real sensor and its library, by the maker's own name."""
    path = tmp_path / "recording.ndjson"
    # The library is found as the driver's own would be; the machine's other sensors stay out.
    nowhere = {f"SUBMETER_SENSOR_{name}": str(tmp_path) for name in ("RAPL", "HWMON", "PERF")}
    environ = {**os.environ, **nowhere, "LD_LIBRARY_PATH": str(Path(nvml).parent)}
    environ |= {"FAKE_NVML_WAVE": "300:1", "SUBMETER_HOME": str(tmp_path / "home")}
    words = [sys.executable, "-m", "submeter.cli.main", "lab", "record", str(path)]
    subprocess.run([*words, *LOADS[load]], env=environ, check=True, timeout=60, capture_output=True)
    header, (sensed,), lines = recorded(str(path))
    assert header["stand_in"] == "stand-in, not hardware: nvidia"
    assert sensed.domain.device.endswith("(stand-in, not hardware)")
    counted = [each for each in lines if each.kind == "counter"]
    seconds = (counted[-1].instant - counted[0].instant) / 1e9
    drawn = (int(counted[-1].value) - int(counted[0].value)) / 1e6
    assert drawn == pytest.approx(300 * seconds, abs=2 * 300 * 0.05)
    sensor = ReplaySensor(str(path))
    assert sensor.caveats == ("recorded of a stand-in, not hardware: nvidia",)
    (sample,) = sensor.sample(lambda: 10**9)
    assert (sample.domain, sample.value) == ("gpu:0", counted[0].value)
    assert stand_ins({"replay": str(path)}) == ("replay",)
    shown = subprocess.run(
        [sys.executable, "-m", "submeter.cli.main", "lab", "show", str(path), "--json", "-"],
        env=environ, check=True, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert json.loads(shown.stdout)["stand_in"] == header["stand_in"]
