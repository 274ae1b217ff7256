"""AMD modules on a stand-in AMD SMI whose power is known exactly."""

import pytest

from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.amd import open_sensor
from tests.sensing.conftest import build

pytestmark = pytest.mark.system

COUNTER = "amdsmi_get_energy_count"
POWER = "amdsmi_get_power_info"
PROCESSES = "amdsmi_get_gpu_process_list"
MI250X = "AMD Instinct MI250X"
STEADY = "300:1"


def within(board):
    return board["low"] <= board["truth"] <= board["high"]


@pytest.mark.parametrize("wave", [STEADY, "100:1,400:1"])
@pytest.mark.parametrize("resolution", [15.259, 15.3, 61.035])
def test_the_counter_gives_what_was_drawn_whatever_its_step_stands_for(amd, wave, resolution):
    board = amd(wave=wave, resolution=resolution)["boards"][0]
    assert within(board)
    assert board["energy"] == pytest.approx(board["truth"], abs=2 * 400 * 0.02)
    assert board["coverage"] == 1.0
    assert board["gaps"] == []


def test_a_module_is_named_as_its_driver_names_it(amd):
    told = amd()
    assert told["boards"][0]["domain"] == "gpu:00ff74a1-0000-1000-80d3-000000000000"
    assert told["boards"][0]["device"] == "AMD Instinct MI300X"
    assert told["method"] == "amdsmi-energy-counter/1"
    assert told["refused"] == []


def test_eight_modules_add_up_to_eight(amd):
    boards = amd(boards=8, wave=STEADY, refresh=1)["boards"]
    assert len({each["domain"] for each in boards.values()}) == 8
    assert sum(each["energy"] for each in boards.values()) == pytest.approx(8 * 3000, abs=4)


@pytest.mark.parametrize("repeats", [0, 1])
def test_two_dies_of_one_module_are_counted_once(amd, repeats):
    told = amd(boards=4, dies=2, repeats=repeats, name=MI250X, wave=STEADY, refresh=1)
    assert list(told["boards"]) == [0, 2]
    assert sum(each["energy"] for each in told["boards"].values()) == pytest.approx(6000, abs=2)
    assert told["refused"] == []


def test_the_holders_of_either_die_hold_the_module(amd):
    told = amd(boards=6, dies=2, name=MI250X, pids="4242/self/self/self")
    both, own, free = (told["boards"][index]["held"] for index in (0, 2, 4))
    assert (both, own, free) == ([0, 0, 10, 0], [10, 0, 0, 0], [0, 0, 0, 0])


def test_two_modules_of_another_make_whose_counters_agree_stay_two(amd):
    assert len(amd(boards=2, name="AMD Instinct MI210", wave=STEADY)["boards"]) == 2


def test_the_partitions_of_a_socket_are_one_module_held_by_all_their_holders(amd):
    told = amd(boards=2, partitions=4, wave=STEADY, refresh=1, pids="self/")
    assert sum(each["energy"] for each in told["boards"].values()) == pytest.approx(6000, abs=2)
    assert told["boards"][0]["held"][0] == 10


def test_a_counter_that_stands_still_gives_way_to_the_power_and_that_is_said(amd):
    """As on MI100: github.com/ROCm/amdsmi issue 38."""
    told = amd(counts=0, begin=8152136, resolution=15.3, wave=STEADY, power="average")
    assert told["method"] == "amdsmi-power/1"
    assert told["boards"][0]["energy"] == pytest.approx(3000, rel=1e-6)
    assert "stands still; its power is used" in told["refused"][0]


@pytest.mark.parametrize("counts", [0.01, 0.3, 4, 1000])
def test_a_counter_far_from_the_power_gives_way_to_it(amd, counts):
    told = amd(counts=counts, wave=STEADY)
    assert told["method"] == "amdsmi-power/1"
    assert told["boards"][0]["energy"] == pytest.approx(3000, rel=1e-6)
    assert "while 300 W are drawn; its power is used" in told["refused"][0]


def test_a_counter_near_the_power_is_believed(amd):
    assert amd(counts=0.8, wave=STEADY)["method"] == "amdsmi-energy-counter/1"


def test_a_counter_that_no_power_can_be_held_against_is_believed_if_it_moves(amd):
    told = amd(missing=POWER, wave=STEADY, refresh=1)
    assert told["method"] == "amdsmi-energy-counter/1"
    assert told["boards"][0]["energy"] == pytest.approx(3000, abs=1)
    assert "stands still" in amd(missing=POWER, counts=0)["refusal"]


@pytest.mark.parametrize("version", [24, 25, 26])
@pytest.mark.parametrize("power", ["current", "average", "both"])
def test_power_is_read_as_each_release_lays_it_out(amd, version, power):
    told = amd(version=version, power=power, missing=COUNTER, wave=STEADY)
    assert told["method"] == "amdsmi-power/1"
    assert told["boards"][0]["energy"] == pytest.approx(3000, rel=1e-6)


@pytest.mark.parametrize("power", ["current", "socket"])
def test_power_in_microwatts_is_told_from_watts(amd, power):
    told = amd(power=power, microwatts=1, missing=COUNTER, wave=STEADY)
    assert told["boards"][0]["energy"] == pytest.approx(3000, rel=1e-6)


def test_a_virtual_machine_without_counter_and_power_is_refused(amd):
    told = amd(missing=COUNTER, power="none")
    assert "tells neither energy nor power" in told["refusal"]
    assert "host's operator" in told["fix"]


def test_a_counter_that_comes_round_loses_nothing(amd):
    steps = 300 * 1005e6 / 15.259
    told = amd(begin=2**64 - round(steps), wave=STEADY, refresh=1)
    assert told["boards"][0]["energy"] == pytest.approx(3000, abs=1)
    assert told["boards"][0]["gaps"] == []


def test_a_counter_that_starts_anew_is_a_gap_and_never_negative(amd):
    # Three looks at the opening, and one when it is chosen: the rest are readings.
    board = amd(wave=STEADY, refresh=1, faults=f"reset@{COUNTER}#15")["boards"][0]
    assert board["gaps"] == ["the counter made a reset"]
    assert min(board["steps"]) >= 0
    assert board["energy"] <= 3000


def test_no_wrap_is_assumed_where_no_limit_would_bound_it(amd):
    told = amd(missing="amdsmi_get_power_cap_info", wave=STEADY)
    assert told["wraps"] == [0]
    assert amd(wave=STEADY)["wraps"] == [2**64 * 15259000 // 10**6]


def test_a_module_that_falls_off_leaves_the_others_alone(amd):
    told = amd(boards=2, wave=STEADY, refresh=1, faults=f"lost@{COUNTER}#15/1")
    assert told["boards"][0]["coverage"] == 1.0
    assert told["boards"][0]["energy"] == pytest.approx(3000, abs=1)
    assert 0 < told["boards"][1]["coverage"] < 1
    assert "did not answer" in told["boards"][1]["gaps"][-1]


@pytest.mark.parametrize("call", ["amdsmi_get_gpu_device_uuid", COUNTER])
def test_a_module_lost_from_the_start_is_named_and_the_other_is_read(amd, call):
    told = amd(boards=2, wave=STEADY, faults=f"lost@{call}#0/0")
    assert list(told["boards"]) == [1]
    assert told["refused"] == ["socket 0: AMD SMI says: AMDSMI_STATUS_NOT_FOUND"]


@pytest.mark.parametrize("name", ["AMD Instinct MI300A", "AMD Radeon 780M Graphics"])
def test_a_processors_own_graphics_is_left_to_the_processors_meter(amd, name):
    told = amd(name=name, missing="amdsmi_get_power_cap_info")
    assert "that of the processor" in told["refusal"]


def test_a_card_with_a_general_name_and_a_limit_of_its_own_is_read(amd):
    assert len(amd(name="AMD Radeon Graphics")["boards"]) == 1


def test_who_holds_a_module_is_told(amd):
    told = amd(boards=4, pids="self/4242/self,4242")
    own, others, both, free = (told["boards"][index]["held"] for index in range(4))
    assert (own, others) == ([10, 0, 0, 0], [0, 10, 0, 0])
    assert (both, free) == ([0, 0, 10, 0], [0, 0, 0, 0])


@pytest.mark.parametrize("untold", [{"missing": PROCESSES}, {"version": 25}])
def test_a_module_that_does_not_tell_who_holds_it_is_not_said_to_be_free(amd, untold):
    told = amd(**untold)
    assert told["boards"][0]["held"] is None
    assert "who holds" in told["holders"]


def test_processes_in_a_form_that_is_not_understood_are_not_believed(amd):
    assert "not understood" in amd(pids="4294967295")["holders"]


def test_a_library_too_old_to_be_understood_is_refused(amd):
    told = amd(version=23)
    assert "older than ROCm 6.1" in told["refusal"]


def test_a_driver_that_does_not_start_and_one_without_modules_are_refused(amd):
    assert "does not start" in amd(faults="lost@amdsmi_init#0")["refusal"]
    told = amd(boards=0)
    assert told["refusal"] == "the AMD driver sees no GPU"
    assert "/dev/kfd" in told["fix"]


def test_no_library_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(SensorUnavailable, match="no AMD SMI library") as refusal:
        open_sensor(str(tmp_path / "libamd_smi.so"))
    assert "SUBMETER_SENSOR_AMD" in refusal.value.fix


def test_another_library_is_refused(tmp_path):
    with pytest.raises(SensorUnavailable, match="another library"):
        open_sensor(build(tmp_path))
