"""``submeter lab``: the cases are listed, and Submeter holds the truth in every one."""

import json

import pytest

from submeter.lab import namespace
from submeter.lab.cases import CASES

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
            assert isinstance(window["error"], float)
            low, high = window["interval_J"]
            assert low <= window["told_J"] <= high
            if not each["limit"]:
                assert window["held"]
