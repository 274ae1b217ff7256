"""What a recording of the stand-in NVML shows is what its boards were told to be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab.building import build
from submeter.lab.shown import show

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
WAVE = "400:0.637,100:0.636"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    try:
        return build("nvml.c", folder=tmp_path_factory.mktemp("nvml"))
    except SensorUnavailable as refusal:
        pytest.skip(refusal.what)


@pytest.fixture
def shown(library, tmp_path):
    """Record boards that are as told; gives the file, and what is shown by board and number."""

    def record(seconds=120.0, every=0.005, **boards):
        told = {f"FAKE_NVML_{name.upper()}": str(value) for name, value in boards.items()}
        path = tmp_path / "recording"
        script = [sys.executable, "-m", "tests.fakes.recorder_on_virtual_clock"]
        ran = subprocess.run(
            [*script, library, path, str(seconds), str(every)],
            cwd=ROOT, env={**os.environ, "FAKE_NVML_WAVE": WAVE, **told}, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return path, {(each.domain.domain.id, each.number): each for each in show(str(path)).shown}

    return record


@pytest.mark.parametrize("refresh", [20, 50, 100])
def test_the_refresh_of_a_board_is_found(shown, refresh):
    _, found = shown(refresh=refresh, noise=2)
    for number in ("counter", "plain"):
        told = found["gpu:0", number].refresh
        assert told.value == pytest.approx(refresh / 1000, rel=1e-3)


def test_a_board_that_looks_25_of_100_ms_is_found_out_and_its_counter_is_not_blamed(shown):
    _, found = shown(refresh=100, sees=25, noise=2, fields="instant,average")
    instant, counter = found["gpu:0", "instant"], found["gpu:0", "counter"]
    assert instant.part_time
    assert instant.looks.low <= 0.025 <= instant.looks.high
    assert not counter.part_time
    assert counter.looks.value == pytest.approx(0.1, rel=0.15)
    assert found["gpu:0", "average"].lag == pytest.approx(0.55, abs=0.06)
    assert not instant.disagrees


def test_a_counter_that_looks_part_of_the_time_is_found_out(shown):
    _, found = shown(refresh=100, counter_sees=25, noise=2)
    counter = found["gpu:0", "counter"]
    assert counter.part_time
    assert counter.looks.low <= 0.025 <= counter.looks.high
    assert not found["gpu:0", "plain"].part_time


@pytest.mark.parametrize("gain", [0.93, 1.0, 1.08])
def test_a_counter_whose_gain_is_off_disagrees_with_its_power(shown, gain):
    _, found = shown(refresh=20, noise=2, counter_gain=gain)
    plain = found["gpu:0", "plain"]
    assert plain.ratio.low <= 1 / gain <= plain.ratio.high
    assert plain.disagrees == (gain != 1.0)


def test_a_gain_that_counter_and_power_share_cannot_be_seen(shown):
    _, found = shown(refresh=20, noise=2, gain=1.08)
    assert not found["gpu:0", "plain"].disagrees


def test_boards_are_named_by_their_place_and_no_uuid_is_kept(shown):
    path, found = shown(seconds=5, boards=3)
    assert {domain for domain, _ in found} == {"gpu:0", "gpu:1", "gpu:2"}
    assert "f00d" not in path.read_text()
    header = json.loads(path.read_text().splitlines()[0])
    assert header["sensors"] == [
        {"name": "nvidia", "method": "nvml-energy-counter/1", "driver": "999.1"}
    ]


def test_an_old_board_is_recorded_by_its_power(shown):
    missing = "nvmlDeviceGetTotalEnergyConsumption"
    _, found = shown(refresh=50, noise=2, missing=missing)
    power = found["gpu:0", "power"]
    assert power.refresh.value == pytest.approx(0.05, rel=1e-3)
    assert power.ratio is None
    assert power.drawn.low <= power.span.nanoseconds * 250e-3 <= power.drawn.high


def test_a_counter_that_starts_anew_is_a_gap(shown):
    fault = "reset@nvmlDeviceGetTotalEnergyConsumption#1000"
    _, found = shown(seconds=30, refresh=20, faults=fault)
    counter = found["gpu:0", "counter"]
    assert counter.drawn.coverage < 1
    assert counter.drawn.energy <= counter.span.nanoseconds * 250e-3 * 1.03
