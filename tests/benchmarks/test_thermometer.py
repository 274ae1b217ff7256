"""How hot and how fast boards are is recorded at each pause, and never holds a run up."""

import threading
import time

import pytest

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.sitting import Sitting, sitting_of
from submeter.benchmarks.surroundings import throttled
from submeter.benchmarks.thermometer import Thermometer
from submeter.benchmarks.verification import verify
from submeter.errors import RecordError, SensorUnavailable
from submeter.lab.building import build
from tests.cli.command import Meter

PATIENCE = 5.0


class Sensor:
    """Tells what it is told to tell, one after another; of an error, raises it."""

    def __init__(self, *tells):
        self.tells = list(tells)

    def conditions(self):
        told = self.tells.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


def asked(thermometer):
    thermometer.ask()
    return thermometer.answer()


def test_sensors_are_asked_and_those_that_tell_nothing_of_it_are_passed_over():
    thermometer = Thermometer(
        [object(), Sensor({"gpu0.temperature": 50.0}), Sensor({"gpu1.clock": 1.0})], PATIENCE
    )
    assert asked(thermometer) == {"gpu0.temperature": 50.0, "gpu1.clock": 1.0}
    assert asked(Thermometer([object()], PATIENCE)) == {}


def test_what_is_counted_is_told_from_the_first_answer_on():
    counts = [{"gpu0.held_for_heat": value, "gpu0.clock": 7.0} for value in (100.0, 100.0, 102.5)]
    begun_anew = {"gpu0.held_for_heat": 1.0, "gpu1.held_for_heat": 9.0, "gpu0.clock": 7.0}
    thermometer = Thermometer([Sensor({}, *counts, begun_anew)], PATIENCE)
    assert asked(thermometer) == {}
    assert [asked(thermometer)["gpu0.held_for_heat"] for _ in counts] == [0, 0, 2.5]
    assert asked(thermometer) == {"gpu0.clock": 7.0}, "a counter that began anew tells nothing"


def test_a_sensor_that_fails_takes_nothing_from_the_others():
    told = {"gpu1.clock": 1.0}
    thermometer = Thermometer([Sensor(ValueError("broken")), Sensor(told)], PATIENCE)
    assert asked(thermometer) == told


def test_a_driver_that_hangs_is_left_behind_and_asked_again_once_it_answers():
    answers, asks = threading.Event(), []

    class Hanging:
        def conditions(self):
            asks.append(time.monotonic())
            answers.wait(60)
            return {"gpu0.clock": float(len(asks))}

    thermometer = Thermometer([Hanging()], 1.0)
    begin = time.monotonic()
    assert asked(thermometer) == {}
    assert 1.0 <= (waited := time.monotonic()) - begin < 30
    assert asked(thermometer) == {}
    assert time.monotonic() - waited < 0.9, "it is waited for once"
    thermometer.ask()
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "submeter-conditions":
            thread.join()
    assert thermometer.answer() == {}, "what comes late is of an earlier pause"
    assert len(asks) == 1
    assert asked(thermometer) == {"gpu0.clock": 2.0}


@pytest.mark.parametrize(
    ("pauses", "told"),
    [
        ([{"load": 1.0, "temperature": 90.0}], ""),
        ([{"gpu0.held_for_heat": 0.0, "gpu0.clock_events": 1.0}], ""),
        ([{"gpu0.held_for_heat": 1.5}, {"gpu0.held_for_heat": 3.25}], "gpu0 for heat (3.2 s)"),
        (
            [{"gpu1.held_for_power": 0.5, "gpu1.clock_events": 4.0, "gpu0.clock_events": 32.0}],
            "gpu0 for heat (seen in a pause), gpu1 for power (0.5 s)",
        ),
        ([{"gpu0.clock_events": 8.0}], "gpu0 for heat or power (seen in a pause)"),
        ([{"gpu0.clock_events": 72.0}], "gpu0 for heat (seen in a pause)"),
        ([{"gpu0.clock_events": float("inf"), "gpu0.held_for_heat": float("nan")}], ""),
    ],
)
def test_boards_that_were_held_back_are_told_in_words(pauses, told):
    assert throttled([Sitting(0, 0, conditions=tuple(pauses))]) == told


def test_what_sittings_tell_adds_up():
    one = Sitting(0, 0, conditions=({"gpu0.held_for_heat": 2.0},))
    assert throttled([one, one, Sitting(2, 0)]) == "gpu0 for heat (4 s)"


@pytest.mark.parametrize("wrong", [["hot"], [{"gpu0.clock": "fast"}], [{"load": 10**400}], 5])
def test_conditions_that_are_no_numbers_are_refused(wrong):
    told = Sitting(0, 0, conditions=({"load": 1.0},)).as_dict()
    assert sitting_of(told).conditions == ({"load": 1.0},)
    with pytest.raises(RecordError, match="a sitting cannot be read"):
        sitting_of({**told, "conditions": wrong})


MODEL = """
import time
from submeter.benchmarks.backend import Answer

def answer(text, limits):
    time.sleep(0.02)
    return Answer("x", 5, 2, None, None, "stop")
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """Give the stand-in driver, and an old one."""
    try:
        return [
            build("nvml.c", *flags, folder=tmp_path_factory.mktemp(name))
            for name, flags in (("nvml", ()), ("old-nvml", ("-DOLD_DRIVER",)))
        ]
    except SensorUnavailable as refusal:
        pytest.skip(refusal.what)


@pytest.fixture
def measured(tmp_path, libraries):
    """Run a benchmark on boards that are as told; gives its conditions and what was printed."""

    def run(*, old=False, **boards):
        meter = Meter(tmp_path)
        (tmp_path / "m.py").write_text(MODEL)
        meter.environ |= {"SUBMETER_SENSOR_NVIDIA": libraries[old], "COLUMNS": "200"}
        meter.environ |= {f"FAKE_NVML_{name.upper()}": str(each) for name, each in boards.items()}
        done = meter(
            "bench", "run", "--task", "summarization", "--backend", "function", "--model",
            "m.py:answer", "--idle", "0 s", "--queries", "40", "--precision", "0.1 %",
            "--out", "b.zip",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        bundle = read_bundle(tmp_path / "b.zip")
        assert verify(bundle) == []
        assert bundle.told["summary"]["books"][0]["component"] == "gpu"
        (sitting,) = bundle.sittings
        assert len(sitting.conditions) == len(sitting.stretches) > 0
        return sitting, done.stdout

    return run


def of_boards(sitting):
    return [
        {name: value for name, value in each.items() if name.startswith("gpu")}
        for each in sitting.conditions
    ]


@pytest.mark.system
def test_the_boards_of_a_run_are_recorded_at_each_pause_and_throttling_is_told(measured):
    sitting, shown = measured(
        boards=2, pids="self/self", temperature=71, clock=1410, limit=500, events=32, held="0.25:0"
    )
    seconds = (sitting.until - sitting.stretches[0].start) / 1e9
    for each in of_boards(sitting):
        for board in ("gpu0", "gpu1"):
            held = each.pop(f"{board}.held_for_power")
            assert 0.1 < held <= 0.25 * seconds + 0.1, "since the run began, not since the boot"
            assert each.pop(f"{board}.held_for_heat") == 0
            assert each.pop(f"{board}.temperature") == 71
            assert each.pop(f"{board}.clock") == 1410
            assert each.pop(f"{board}.power_limit") == 500
            assert each.pop(f"{board}.clock_events") == 32
        assert each == {}
    (line,) = [each for each in shown.splitlines() if "throttled" in each]
    assert "gpu0 for heat (seen in a pause), gpu0 for power (0." in line
    assert "gpu1 for power (0." in line


@pytest.mark.system
def test_what_a_board_does_not_tell_is_absent_and_nothing_is_said_of_throttling(measured):
    absent = ("nvmlDeviceGetTemperature", "nvmlDeviceGetCurrentClocksEventReasons",
              "nvmlDeviceGetCurrentClocksThrottleReasons")  # fmt: skip
    sitting, shown = measured(missing=",".join(absent), faults="lost@nvmlDeviceGetClockInfo#0")
    assert {name for each in of_boards(sitting) for name in each} == {"gpu0.power_limit"}
    assert "throttled" not in shown


@pytest.mark.system
def test_an_old_driver_tells_throttle_reasons(measured):
    sitting, shown = measured(old=True, events=4)
    assert {each["gpu0.clock_events"] for each in of_boards(sitting)} == {4}
    assert "throttled: gpu0 for power (seen in a pause)" in shown


@pytest.mark.system
def test_a_call_that_hangs_holds_a_run_up_once_and_leaves_its_energy_known(measured):
    sitting, shown = measured(faults="hang@nvmlDeviceGetTemperature#0", pids="self")
    assert all(each == {} for each in of_boards(sitting))
    assert all("load" in each for each in sitting.conditions)
    assert "accelerator energy a query" in shown
