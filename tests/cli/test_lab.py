"""``submeter lab``: the cases are listed, and Submeter holds the truth in every one."""

import json
import sys

import pytest

from submeter.cli.commands.lab import entrants
from submeter.cli.render.lab import cell
from submeter.lab import namespace
from submeter.lab.cases import CASES
from submeter.lab.score import Outcome, Verdict

WITHOUT_ROOT = {each.name for each in CASES.values() if each.name.startswith("load-")}


def test_every_case_is_listed(meter):
    told = meter.json("lab", "list")
    assert [each["name"] for each in told["cases"]] == list(CASES)
    shown = meter("lab", "list").stdout
    assert all(name in shown for name in CASES)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["score", "--case", "gpu-flatt"], "did you mean gpu-flat?"),
        (["score", "--only", "submetre"], "did you mean submeter?"),
        (["score", "--only", "submeter", "--python", "/no/python"], "name a Python interpreter"),
    ],
)
def test_what_is_mistyped_is_asked_back(meter, words, meant):
    done = meter("lab", *words)
    assert done.returncode == 2
    assert meant in done.stderr


def test_a_python_named_from_here_is_found_from_everywhere(tmp_path, monkeypatch):
    """A meter runs in a folder of its own."""
    (tmp_path / "python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    own, *_, other = entrants(["submeter", "zeus"], "./python")
    assert other.python == str(tmp_path / "python")
    assert own.python == sys.executable


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([(0.004, True)], "+0.4 %"),
        ([(0.004, True), (-1.0, True)], "-100.0 %, held"),
        ([(-1.0, None)], "-100.0 %"),
        ([(0.2, False)], "+20.0 % (!)"),
        ([(-3269.4, None)], "-3,269 x"),
        ([(None, None)], "no figure"),
        ([(None, True)], "absent"),
    ],
)
def test_a_cell_tells_an_error_and_what_the_meter_says_of_it(verdicts, told):
    found = [Verdict("gpu", 1.0, (1, 1), None, None, None, *each) for each in verdicts]
    assert cell(Outcome("gpu-flat", "submeter", verdicts=found), "gpu") == told


@pytest.mark.system
def test_no_compiler_is_told_with_the_next_step(meter, tmp_path):
    meter.environ["PATH"] = str(tmp_path)
    done = meter("lab", "score", "--only", "submeter", "--case", "gpu-flat")
    assert done.returncode == 2
    assert "apt install gcc" in done.stderr


@pytest.mark.system
@pytest.mark.slow
def test_a_meter_that_is_not_installed_is_named(meter):
    done = meter("lab", "score", "--only", "pyjoules", "--case", "gpu-flat")
    assert done.returncode == 0, done.stderr
    assert "pyjoules: not installed" in done.stdout


@pytest.mark.system
@pytest.mark.slow
def test_submeters_interval_holds_the_truth_in_every_case(meter, tmp_path):
    """The whole of the lab, through the real thing: processes, drivers, trees."""
    process = meter.start("lab", "score", "--only", "submeter", "--json", "scores.json")
    shown, said = process.communicate(timeout=600)
    assert process.returncode == 0, shown.decode() + said.decode()
    told = json.loads((tmp_path / "scores.json").read_text())
    judged = {each["case"]: each for each in told["outcomes"] if each["meter"] == "submeter"}
    assert list(judged) == list(CASES)
    for name, each in judged.items():
        if namespace.refusal() and name in WITHOUT_ROOT:
            assert "root" in each["silent"]
            continue
        assert each["held"] is True or each["limit"]
        for window in each["windows"]:
            if window["part"] in CASES[name].untold:
                assert window["told_J"] is None
                continue
            assert isinstance(window["error"], float)
            low, high = window["interval_J"]
            assert low <= window["told_J"] <= high
            if not each["limit"]:
                assert window["held"]
