"""NVIDIA boards on a stand-in NVML whose power is known exactly."""

import random

import pytest

from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.nvidia import open_sensor

pytestmark = pytest.mark.system

SQUARE = "100:1,400:1"
COUNTER = "nvmlDeviceGetTotalEnergyConsumption"
POWER = "nvmlDeviceGetPowerUsage"
PROCESSES = "nvmlDeviceGetComputeRunningProcesses_v3"


def within(board):
    return board["low"] <= board["truth"] <= board["high"]


@pytest.mark.parametrize("refresh", [1, 20, 100])
@pytest.mark.parametrize("wave", ["300:1", SQUARE, "60:0.13,700:0.07"])
def test_the_counter_gives_what_was_drawn_to_a_refresh_at_either_edge(nvidia, wave, refresh):
    board = nvidia(wave=wave, refresh=refresh)["boards"][0]
    assert within(board)
    # Until the refresh is measured, readings are taken for up to 100 ms old.
    assert abs(board["energy"] - board["truth"]) <= 2 * 700 * max(refresh, 100) / 1000
    assert board["coverage"] == 1.0
    assert board["gaps"] == []


def test_a_board_is_named_as_its_driver_names_it(nvidia):
    told = nvidia()
    assert told["boards"][0]["domain"] == "gpu:GPU-f00d0000-0000-0000-0000-000000000000"
    assert told["boards"][0]["device"] == "NVIDIA H100 80GB HBM3"
    assert (told["method"], told["driver"]) == ("nvml-energy-counter/1", "999.1")
    assert told["failure"] == told["holders"] == ""


def test_four_boards_add_up_to_four(nvidia):
    boards = nvidia(boards=4, wave="300:1", refresh=1)["boards"]
    assert len(boards) == 4
    assert len({each["domain"] for each in boards.values()}) == 4
    assert sum(each["energy"] for each in boards.values()) == pytest.approx(4 * 300 * 10, abs=2)


def test_boards_that_differ_are_told_apart(nvidia):
    boards = nvidia(boards=3, wave="50:10,500:10", shift=7, refresh=20)["boards"]
    assert all(within(each) for each in boards.values())
    assert len({round(each["truth"]) for each in boards.values()}) == 3


@pytest.mark.parametrize("gain", [0.955, 1.045])
def test_the_interval_allows_for_the_boards_own_gain(nvidia, gain):
    board = nvidia(wave="300:1", gain=gain)["boards"][0]
    assert board["energy"] == pytest.approx(3000 * gain, rel=0.02)
    assert within(board)


@pytest.mark.parametrize("wave", ["300:1", "50:5,400:5"])
def test_the_interval_holds_the_truth_in_most_short_windows(nvidia, wave):
    """Windows of 0.3 s to 3 s on a counter that refreshes every 100 ms."""
    chance = random.Random(5)  # noqa: S311 - the same windows every time
    cases = []
    for _ in range(300):
        seconds = chance.uniform(0.3, 3)
        cases.append({"start": chance.uniform(100, 200), "beats": [seconds / 8] * 8})
    told = nvidia({"cases": cases}, wave=wave, refresh=100)
    held = sum(within(case["boards"]["0"]) for case in told["cases"])
    assert held >= 0.95 * len(cases)


def test_without_a_counter_power_is_integrated_and_says_so(nvidia):
    told = nvidia(wave="300:1", missing=COUNTER)
    assert told["method"] == "nvml-power/1"
    assert told["boards"][0]["energy"] == pytest.approx(3000, rel=1e-6)
    assert within(told["boards"][0])


def test_power_that_changes_slower_than_it_is_read_is_integrated_within_its_interval(nvidia):
    plan = {"cases": [{"start": 1000.3, "beats": [0.1] * 200}]}
    board = nvidia(plan, wave="100:4,400:4", missing=COUNTER)["boards"][0]
    assert board["energy"] == pytest.approx(board["truth"], rel=0.02)
    assert within(board)


def test_a_driver_too_old_for_a_counter_is_read_by_its_power(nvidia, old_fake_nvml):
    told = nvidia(library=old_fake_nvml, wave="250:1")
    assert told["method"] == "nvml-power/1"
    assert told["boards"][0]["energy"] == pytest.approx(2500, rel=1e-6)
    assert told["boards"][0]["held"] is None
    assert "who holds" in told["holders"]


def test_boards_that_tell_nothing_are_refused(nvidia):
    told = nvidia(missing=f"{COUNTER},{POWER}")
    assert "no NVIDIA board tells energy or power" in told["refusal"]
    assert told["fix"]


def test_a_driver_without_boards_is_refused(nvidia):
    told = nvidia(boards=0)
    assert told["refusal"] == "the NVIDIA driver sees no GPU"
    assert "CUDA_VISIBLE_DEVICES" in told["fix"]


def test_a_driver_that_does_not_start_is_refused(nvidia):
    told = nvidia(faults="lost@nvmlInitWithFlags#0")
    assert "GPU is lost" in told["refusal"]
    assert "nvidia-smi" in told["fix"]


def test_a_counter_that_starts_anew_is_a_gap_and_never_negative(nvidia):
    board = nvidia(wave="300:1", refresh=1, faults=f"reset@{COUNTER}#10")["boards"][0]
    assert board["gaps"] == ["the counter made a reset"]
    assert board["energy"] == pytest.approx(3000 * 0.95, abs=1)
    assert board["coverage"] == pytest.approx(0.95)
    assert min(board["steps"]) >= 0


def test_a_counter_that_jumps_is_a_gap_and_no_energy(nvidia):
    board = nvidia(wave="300:1", refresh=1, faults=f"jump@{COUNTER}#10")["boards"][0]
    assert board["gaps"] == ["the counter made a jump"]
    assert board["energy"] == pytest.approx(3000 * 0.95, abs=1)


@pytest.mark.parametrize(("watts", "gaps"), [(2_900_000, 1), (3_000_000, 0)])
def test_a_jump_is_what_exceeds_twice_the_boards_limit_with_a_margin_of_half(nvidia, watts, gaps):
    """Ten megajoules within a second; the margin is half, and a fifth of a second."""
    plan = {"cases": [{"start": 1000.3, "beats": [1.0] * 20}]}
    told = nvidia(plan, wave="300:1", refresh=1, limit=watts, faults=f"jump@{COUNTER}#10")
    assert len(told["boards"][0]["gaps"]) == gaps


def test_one_failed_reading_loses_nothing_of_a_counter(nvidia):
    board = nvidia(wave="300:1", refresh=1, faults=f"once@{COUNTER}#10")["boards"][0]
    assert board["energy"] == pytest.approx(3000, abs=1)
    assert board["coverage"] == 1.0


def test_a_board_that_falls_off_the_bus_leaves_the_others_alone(nvidia):
    told = nvidia(boards=2, wave="300:1", refresh=1, faults=f"lost@{COUNTER}#11/1")
    assert told["boards"][0]["energy"] == pytest.approx(3000, abs=1)
    assert told["boards"][0]["coverage"] == 1.0
    assert told["boards"][1]["energy"] == pytest.approx(300 * 4.5, abs=300 * 0.05)
    assert told["boards"][1]["coverage"] == pytest.approx(0.45, abs=0.006)
    assert "did not answer" in told["boards"][1]["gaps"][-1]


def test_when_every_board_is_lost_the_failure_is_told(nvidia):
    told = nvidia(boards=2, faults=f"lost@{COUNTER}#8")
    assert told["failure"].startswith("nvidia: ")


@pytest.mark.parametrize("call", ["nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetUUID", COUNTER])
def test_a_board_lost_from_the_start_is_named_and_the_other_is_read(nvidia, call):
    told = nvidia(boards=2, wave="300:1", refresh=1, faults=f"lost@{call}#0/0")
    assert list(told["boards"]) == [1]
    assert told["boards"][1]["energy"] == pytest.approx(3000, abs=1)
    assert told["refused"] == ["board 0: NVML says: GPU is lost"]


def test_when_every_board_is_lost_from_the_start_it_is_refused(nvidia):
    told = nvidia(boards=2, faults="lost@nvmlDeviceGetHandleByIndex_v2#0")
    assert "GPU is lost" in told["refusal"]
    assert "nvidia-smi" in told["fix"]


def test_who_holds_a_board_is_told_by_board(nvidia):
    told = nvidia(boards=4, pids="self/4242/self,4242")
    own, others, both, free = (told["boards"][index]["held"] for index in range(4))
    assert (own, others) == ([10, 0, 0, 0], [0, 10, 0, 0])
    assert (both, free) == ([0, 0, 10, 0], [0, 0, 0, 0])


def test_a_board_that_does_not_tell_who_holds_it_is_not_said_to_be_free(nvidia):
    told = nvidia(missing=PROCESSES)
    assert told["boards"][0]["held"] is None
    assert "who holds" in told["holders"]


def test_a_board_whose_holders_cannot_be_looked_up_leaves_the_others_alone(nvidia):
    told = nvidia(boards=2, pids="self/self", faults=f"lost@{PROCESSES}#11/1")
    assert told["boards"][0]["held"] == [10, 0, 0, 0]
    # Holders that stay the same are looked up ever more seldom, so that the eleventh call is late.
    assert 1.9 <= told["boards"][1]["held"][0] <= 6
    assert told["boards"][1]["energy"] == pytest.approx(told["boards"][0]["energy"])


def test_no_driver_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(SensorUnavailable, match="no NVIDIA driver") as refusal:
        open_sensor(str(tmp_path / "libnvidia-ml.so.1"))
    assert "--gpus all" in refusal.value.fix


def test_a_file_that_is_no_library_is_refused(tmp_path):
    (tmp_path / "libnvidia-ml.so.1").write_text("not a library")
    with pytest.raises(SensorUnavailable, match="no NVIDIA driver"):
        open_sensor(str(tmp_path / "libnvidia-ml.so.1"))
