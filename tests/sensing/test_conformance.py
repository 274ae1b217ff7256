"""What every sensor keeps, whatever it reads: a new kind joins by one line in `KINDS`.

Each kind runs in a process of its own, as a driver's library stays loaded for ever.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from submeter.lab import http_pages
from submeter.lab.bmc import StandInBmc
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.energy_events import pmu
from submeter.lab.energy_meter import EnergyMeter
from submeter.lab.http_meters import HttpMeter
from submeter.lab.hwmon import Monitors, superchip
from submeter.lab.powermetrics import PowerMetricsFile
from submeter.lab.waveform import flat
from submeter.sensing.devices import perf
from submeter.sensing.discovery import ORDER
from tests.fakes.powercap import Powercap

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "tests" / "plugin_sample"
RECORDING = Path(__file__).parent / "recordings" / "synthetic.ndjson"


def powercap(folder, request):
    tree = Powercap(folder / "powercap", VirtualClock())
    for socket in (0, 1):
        tree.zone(f"intel-rapl:{socket}", f"package-{socket}", 100.0)
        tree.zone(f"intel-rapl:{socket}:0", "dram", 10.0)
        tree.zone(f"intel-rapl:{socket}:1", "core", 60.0)
    tree.zone("intel-rapl:2", "psys", 300.0)
    return str(tree.root)


def events(folder, request):
    """Give a PMU of an event that every kernel has, where the kernel lets it be opened."""
    try:
        perf.Opened(1, 0, 0).close()
    except OSError as error:
        pytest.skip(f"the kernel opens no event for a whole processor: {error}")
    sys = pmu(folder, ("energy-pkg",), kind=1, scale="1e-9")
    (sys / perf.PMU / "events" / "energy-pkg").write_text("event=0x00\n")
    return str(sys)


def monitors(folder, request):
    tree = Monitors(folder, VirtualClock().now)
    superchip(tree, 0)
    tree.counter(tree.chip("xe", "0000:03:00.0"), 1, Device(flat(180.0)), "card")
    return str(tree.root)


def controller(folder, request):
    stack = ExitStack()
    request.addfinalizer(stack.close)
    return stack.enter_context(StandInBmc(Device(flat(350.0)), time.monotonic_ns)).root


def recording(folder, request):
    return str(RECORDING)


def nvml(folder, request):
    return str(request.getfixturevalue("fake_nvml"))


def amd_smi(folder, request):
    return str(request.getfixturevalue("fake_amd"))


def energy_meter(folder, request):
    rails = {f"RAPL_Package0_{rail}": 10**12 for rail in ("PKG", "PP0", "DRAM")}
    EnergyMeter(folder / "meters" / "0", rails)
    return str(folder / "meters")


def on_the_network(make):
    """Give what starts a stand-in on the network, and stops it after the tests."""

    def address(folder, request):
        site = HttpMeter(make(Device(flat(120)), time.monotonic_ns))
        request.addfinalizer(site.close)
        return site.__enter__().address

    return address


def powermetrics(folder, request):
    file = PowerMetricsFile(folder / "power.plist")
    file.tell(1.0, cpu=5.0, gpu=9.0, ane=0.0)
    return str(file.path)


def nowhere(folder, request):
    return "anywhere"


KINDS = {
    "rapl": powercap,
    "perf": events,
    "hwmon": monitors,
    "ipmi": controller,
    "replay": recording,
    "nvidia": nvml,
    "amd": amd_smi,
    "emi": energy_meter,
    "apple": powermetrics,
    "dcgm": on_the_network(http_pages.Dcgm),
    "kepler": on_the_network(http_pages.Kepler),
    "redfish": on_the_network(http_pages.Bmc),
    "wall": on_the_network(http_pages.ShellyGen2),
    "sample-wall": nowhere,
}
COMPILED = {"nvidia", "amd"}
"""Kinds whose stand-in is a library in C."""

kinds = pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.system if kind in COMPILED else ()) for kind in KINDS],
)

WATCH = """
import json, sys, time
from submeter.errors import SensorUnavailable
from submeter.sensing.discovery import entry_points

def refusal(open_sensor, root):
    try:
        open_sensor(root).close()
    except SensorUnavailable as refused:
        return [refused.what, refused.fix]

name, root = sys.argv[1:]
(point,) = (each for each in entry_points("submeter.sensors") if each.name == name)
open_sensor = point.load()
sensor = open_sensor(root)
told = {
    "members": [sensor.name, sensor.method, sensor.may_hang],
    "domains": [[list(map(str, (each.domain.id, each.domain.component, each.domain.inside))),
                 list(each.spec), list(each.accuracy)] for each in sensor.domains()],
}
told["beats"] = {each.domain.id: each.beat for each in sensor.domains()}
stamps, samples = [], []
def now():
    stamps.append(time.monotonic_ns())
    return stamps[-1]
for _ in range(5):
    samples.append([list(sample) for sample in sensor.sample(now)])
    time.sleep(0.01)
told["samples"], told["stamps"] = samples, stamps
told["again"] = [each.domain.id for each in sensor.domains()]
sensor.close()
sensor.close()
other = open_sensor(root)
told["reopened"] = len(other.sample(time.monotonic_ns))
other.close()
told["refusal"] = refusal(open_sensor, "/nowhere/at/all")
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def watched(request, tmp_path_factory):
    """Give what a sensor of a kind says and does; each kind is watched once."""
    known = {}

    def watch(kind):
        if kind not in known:
            root = KINDS[kind](tmp_path_factory.mktemp(kind), request)
            environ = {**os.environ, "PYTHONPATH": str(PLUGIN), "FAKE_NVML_BOARDS": "2"}
            environ["FAKE_AMD_BOARDS"] = "2"
            ran = subprocess.run(
                [sys.executable, "-W", "error", "-c", WATCH, kind, root], env=environ,
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stderr
            known[kind] = json.loads(ran.stdout)
        return known[kind]

    return watch


@kinds
def test_it_tells_its_name_its_method_with_a_version_and_whether_it_may_hang(watched, kind):
    name, method, may_hang = watched(kind)["members"]
    assert name == kind
    assert all(part.rpartition("/")[2].isdigit() for part in method.split("+"))
    assert may_hang in (True, False)


@kinds
def test_its_domains_are_named_once_and_stay_the_same(watched, kind):
    told = watched(kind)
    names = [name for (name, _, _), _, _ in told["domains"]]
    assert names
    assert len(set(names)) == len(names)
    assert told["again"] == names


@kinds
def test_each_domain_has_a_component_and_lies_in_another_or_in_none(watched, kind):
    told = watched(kind)
    names = {name for (name, _, _), _, _ in told["domains"]}
    for (name, component, inside), _, _ in told["domains"]:
        assert component
        assert inside != name
        assert not inside or inside in names


@kinds
def test_each_domain_states_how_its_meter_errs_and_whose_figure_that_is(watched, kind):
    for _, (wrap, limit, grain), (refresh, low, high, reason, cycle) in watched(kind)["domains"]:
        assert wrap >= 0
        assert limit >= 0
        assert grain >= 0
        assert refresh >= 0
        assert cycle >= 0
        assert 0 < low <= 1 <= high
        assert reason


@kinds
def test_what_tells_power_says_how_often_it_must_be_read(watched, kind):
    """Between two looks nobody knows what was drawn: looks too far apart are a gap."""
    for samples in watched(kind)["samples"]:
        powers = {domain for domain, what, _, _ in samples if what == "power"}
        assert all(watched(kind)["beats"][each] > 0 for each in powers)


@kinds
def test_it_samples_only_domains_that_it_declared_each_once(watched, kind):
    told = watched(kind)
    declared = {name for (name, _, _), _, _ in told["domains"]}
    for samples in told["samples"]:
        names = [domain for domain, _, _, _ in samples]
        assert set(names) <= declared
        assert len(set(names)) == len(names)
    assert {domain for domain, _, _, _ in told["samples"][-1]} == declared


@kinds
def test_a_domain_is_a_counter_or_a_power_and_stays_so(watched, kind):
    seen: dict[str, str] = {}
    for samples in watched(kind)["samples"]:
        for domain, what, value, _ in samples:
            assert what in ("counter", "power")
            assert seen.setdefault(domain, what) == what
            assert type(value) is int
            assert value >= 0


@kinds
def test_each_number_is_stamped_by_the_clock_handed_in_and_stamps_only_rise(watched, kind):
    told = watched(kind)
    latest: dict[str, int] = {}
    for samples in told["samples"]:
        for domain, _, _, instant in samples:
            assert instant in told["stamps"]
            assert instant > latest.get(domain, 0)
            latest[domain] = instant


@kinds
def test_it_can_be_closed_twice_and_opened_again(watched, kind):
    assert watched(kind)["reopened"] == len(watched(kind)["domains"])


@kinds
def test_what_is_not_there_is_refused_with_the_next_step(watched, kind):
    refusal = watched(kind)["refusal"]
    if kind == "sample-wall":
        assert refusal is None, "it reads nothing that could be missing"
        return
    what, fix = refusal
    assert what
    assert fix


def test_every_built_in_sensor_is_held_to_this():
    assert set(ORDER) <= set(KINDS)
