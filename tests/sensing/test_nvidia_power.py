"""Which number of a board is read, by what it and its driver tell; superchips and their modules."""

import pytest

pytestmark = pytest.mark.system

COUNTER = "nvmlDeviceGetTotalEnergyConsumption"
POWER = "nvmlDeviceGetPowerUsage"
FIELDS = "nvmlDeviceGetFieldValues"
SUPERCHIP = "NVIDIA GH200 120GB"
QUICK = {"cases": [{"start": 1000.3, "beats": [0.1] * 200}]}
"""Beats as a board without a counter asks for."""


def within(board):
    return board["low"] <= board["truth"] <= board["high"]


@pytest.mark.parametrize(
    ("told", "method"),
    [
        ({"fields": "instant,average", "capability": 9.0}, "nvml-power-instant/1"),
        ({"fields": "average", "capability": 9.0}, "nvml-power-average/1"),
        ({"capability": 9.0}, "nvml-power-average/1"),
        ({"capability": 8.6}, "nvml-power-average/1"),
        ({"capability": 8.0}, "nvml-power-instant/1"),
        ({"capability": 6.1}, "nvml-power-instant/1"),
        ({"fields": "average", "capability": 8.0}, "nvml-power-instant/1"),
        ({"fields": "average", "missing": f"{COUNTER},{POWER}"}, "nvml-power-average/1"),
        ({"missing": f"{COUNTER},{FIELDS}", "fields": "instant"}, "nvml-power/1"),
    ],
)
def test_of_several_powers_that_of_the_instant_is_read_and_the_method_says_which(
    nvidia, told, method
):
    told = nvidia(wave="300:1", **{"missing": COUNTER, **told})
    assert told["method"] == method
    assert told["boards"][0]["energy"] == pytest.approx(3000, rel=1e-6)
    assert within(told["boards"][0])


def test_a_counter_is_preferred_to_every_power(nvidia):
    told = nvidia(fields="instant,average,memory", capability=9.0)
    assert told["method"] == "nvml-energy-counter/1"
    assert told["caveats"] == []


def test_boards_that_differ_in_it_are_told_together(nvidia):
    """The fault takes the counter of the second board alone, before it is first asked."""
    told = nvidia(boards=2, fields="instant", faults=f"lost@{COUNTER}#0/1")
    assert told["refused"] == ["board 1: NVML says: GPU is lost"]
    assert told["method"] == "nvml-energy-counter/1"


def test_power_averaged_over_a_second_holds_the_truth_in_its_interval(nvidia):
    """A window begins on a step: the mean of the last second tells of what was before."""
    plan = {"cases": [{"start": 1000.0 + k / 7, "beats": [0.5] * 8} for k in range(14)]}
    told = nvidia(plan, wave="100:3,500:3", missing=COUNTER, capability=9.0, average=1000)
    assert told["method"] == "nvml-power-average/1"
    assert all(within(case["boards"]["0"]) for case in told["cases"])


def test_power_of_the_instant_follows_what_an_average_smears(nvidia):
    wave = {"wave": "100:3,500:3", "missing": COUNTER, "capability": 9.0, "average": 1000}
    plan = {"cases": [{"start": 1002.0, "beats": [0.1] * 30}]}
    instant = nvidia(plan, fields="instant", **wave)["boards"][0]
    averaged = nvidia(plan, **wave)["boards"][0]
    assert abs(instant["energy"] - instant["truth"]) < 0.5 * abs(
        averaged["energy"] - averaged["truth"]
    )


def test_a_field_that_fails_is_a_gap_and_no_zero(nvidia):
    told = nvidia(wave="300:1", fields="instant", missing=COUNTER, faults=f"lost@{FIELDS}#15")
    board = told["boards"][0]
    assert "GPU is lost" in told["failure"]
    assert board["coverage"] < 1
    assert board["energy"] == pytest.approx(3000 * board["coverage"], rel=0.01)


def test_a_meter_that_looks_part_time_and_the_phase_of_work_make_an_error_that_can_be_set(nvidia):
    """Work that pulses in step with the meter: 25 of each 100 ms are seen, and those are quiet."""
    pulse = {"wave": "400:0.07,100:0.03", "missing": COUNTER, "fields": "instant", "refresh": 100}
    seen = nvidia(QUICK, **pulse)["boards"][0]
    blind = nvidia(QUICK, sees=25, **pulse)["boards"][0]
    lucky = nvidia(QUICK, sees=25, phase=65, **pulse)["boards"][0]
    assert seen["energy"] == pytest.approx(seen["truth"], rel=0.02)
    assert blind["energy"] == pytest.approx(20 * 100, rel=0.02)
    assert lucky["energy"] == pytest.approx(20 * 400, rel=0.02)


def test_noise_is_the_same_at_each_run_and_averages_out(nvidia):
    noisy = {"wave": "300:1", "missing": COUNTER, "fields": "instant", "noise": 20, "refresh": 100}
    first, second = (nvidia(QUICK, **noisy)["boards"][0] for _ in range(2))
    assert first["steps"] == second["steps"]
    assert len(set(first["steps"])) > 50
    assert first["energy"] == pytest.approx(6000, rel=0.01)


def test_a_superchips_counter_is_its_modules_and_the_gpu_in_it_is_read_by_its_power(nvidia):
    told = nvidia(
        QUICK, wave="300:1", module=150, fields="instant,average,module", name=SUPERCHIP,
        capability=9.0,
    )  # fmt: skip
    assert told["method"] == "nvml-energy-counter/1+nvml-power-instant/1"
    module, gpu = told["modules"]["0"], told["boards"][0]
    assert module["domain"] == gpu["inside"] == gpu["domain"].replace("gpu:", "module:")
    assert (module["component"], gpu["component"]) == ("machine", "gpu")
    assert "GPU, CPU and their memory" in module["device"]
    assert module["energy"] == pytest.approx(20 * 450, rel=0.02)
    assert gpu["energy"] == pytest.approx(20 * 300, rel=0.02)


def test_where_two_gpus_share_a_module_neither_is_taken_for_it(nvidia):
    told = nvidia(
        QUICK, boards=2, wave="300:1", module=150, fields="instant,module", name="NVIDIA GB200"
    )
    assert told["modules"] == {}
    assert told["method"] == "nvml-power-instant/1"
    assert sum(each["energy"] for each in told["boards"].values()) == pytest.approx(12000, rel=0.02)
    assert len(told["caveats"]) == 2
    assert "what else is on its module not at all" in told["caveats"][0]


def test_calls_can_take_their_time(nvidia):
    told = nvidia({"cases": [{"start": 1000.3, "beats": [0.5] * 2}]}, latency=f"{COUNTER}:2000")
    assert told["boards"][0]["coverage"] == 1.0
