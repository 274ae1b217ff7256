"""What is measured of meters once a boot: by whom, and at what cost."""

import time

import pytest

from submeter.runs import calibration
from submeter.runs.calibration import in_background, known
from submeter.runs.settings import Settings
from submeter.sensing.sensors.sensor import Power, Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy
from tests.cli.command import until
from tests.sensing.conftest import build

BOARD = "gpu:0"


class Board:
    """A board of 200 W that counts half of it, and changes its number at each reading."""

    name = "board"
    method = "board/1"
    may_hang = True

    def __init__(self):
        self.samples = 0

    def domains(self):
        return [Sensed(Domain(BOARD, "gpu"), CounterSpec(), Accuracy(0.001, 0.95, 1.05, "test"))]

    def sample(self, now):
        self.samples += 1
        instant = now()
        return [Sample(BOARD, Kind.COUNTER, instant // 10, instant)]

    def powers(self, now):
        return [Power(BOARD, 200_000_000, now(), 0.0)]

    def close(self):
        pass


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Give settings with a state folder of their own; meters are watched for a moment only."""
    monkeypatch.setattr(calibration, "WATCH", 0.2)
    monkeypatch.setattr(calibration, "CHECK", 0.3)
    return Settings({}, {"SUBMETER_HOME": str(tmp_path)})


def measured(settings, board, **how):
    found = known(settings)
    spent = in_background(settings, [board], found, **how)
    until(lambda: spent, "it is measured")
    assert spent[0] > 0
    return found[BOARD]


def test_within_a_program_the_counter_is_held_against_the_power_and_nothing_is_watched(settings):
    board = Board()
    found = measured(settings, board, watched=False)
    assert found.refresh is None
    assert found.check is not None
    assert not found.check.agrees
    assert board.samples == 2, "the counter is read at either end alone"
    assert known(settings)[BOARD] == found, "kept until the next boot"


def test_who_watches_later_keeps_the_check_and_adds_the_refresh(settings):
    first = measured(settings, Board(), watched=False)
    found = measured(settings, Board())
    assert found.refresh is not None
    assert found.check == first.check
    assert known(settings)[BOARD] == found
    assert in_background(settings, [Board()], known(settings)) == []


def test_what_is_known_is_not_measured_again(settings):
    measured(settings, Board())
    board = Board()
    for watched in (False, True):
        in_background(settings, [board], known(settings), watched=watched)
    time.sleep(0.1)
    assert board.samples == 0


@pytest.mark.system
@pytest.mark.slow
def test_a_program_that_measures_itself_tells_that_counter_and_power_disagree(programs, tmp_path):
    library = build(tmp_path / "nvml")
    environ = {
        "LD_LIBRARY_PATH": library.rpartition("/")[0],
        "FAKE_NVML_WAVE": "300:1", "FAKE_NVML_COUNTER_GAIN": "0.6",
    }  # fmt: skip
    told = programs.told(
        """
        with submeter.measure("serve") as window:
            time.sleep(7)
        gpu = [each for each in window.bookings if each.component == "gpu"][0]
        tell(missing=window.missing, low=gpu.low, high=gpu.high)
        """,
        env=environ,
    )
    (line,) = [each for each in told["missing"] if "its counter grew by" in each]
    assert "the interval holds both" in line
    assert told["low"] <= 0.95
    assert told["high"] >= 1.05 / 0.6 * 0.99
