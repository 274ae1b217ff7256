"""What a meter's process answers: a meter that is there and does not work has failed."""

import pytest

from submeter.lab.peers.meter import Meter
from submeter.lab.peers.task import answered

TASK = {"windows": [[0.0, 0.0]], "warm": 0.0, "at": 0}


class Broken(Meter):
    """Installed, and broken as it is told."""

    package = "pytest"

    def __init__(self, error):
        super().__init__({})
        self.error = error

    def prepare(self):
        raise self.error


class Missing(Meter):
    package = "no-such-meter"


class OneWindow(Meter):
    again = False


@pytest.mark.parametrize("error", [ImportError("no torch"), RuntimeError("no torch")])
def test_a_meter_that_is_installed_and_falls_over_has_failed(error):
    told = answered(Broken(error), TASK)
    assert told["failed"] == f"{type(error).__name__}: no torch"
    assert told["version"]
    assert "absent" not in told


def test_a_meter_that_is_not_installed_is_absent():
    assert "no-such-meter" in answered(Missing({}), TASK)["absent"]


def test_a_meter_of_one_window_is_not_asked_for_several():
    told = answered(OneWindow({}), {**TASK, "windows": [[0.0, 0.0]] * 2})
    assert "one window" in told["unasked"]


def test_the_bare_program_tells_its_instants():
    (window,) = answered(Meter({}), TASK)["windows"]
    assert window["outer"][0] <= window["inner"][0] <= window["inner"][1] <= window["outer"][1]
    assert window["told"] == {}
