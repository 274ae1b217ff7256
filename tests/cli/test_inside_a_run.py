"""A program that measures itself under `submeter run`: what was typed for the run holds inside."""

import time

import pytest

from tests.cli.command import PYTHON, until

INSIDE = """
import submeter
with submeter.measure("inside"):
    sum(range(100_000))
with submeter.measure("elsewhere", region="PL"):
    sum(range(100_000))
"""


def test_its_windows_are_in_the_same_ledger_and_at_the_same_place(meter):
    script = meter.script("inside.py", INSIDE)
    typed = ["--region", "FR", "--pue", "1.2", "--stage", "training", "--tenant", "me"]
    done = meter("run", "--ledger", "mine", *typed, "--", PYTHON, script)
    assert done.returncode == 0, done.stderr
    assert meter.entries() == []
    run, inside, elsewhere = meter.json("ledger", "list", "--ledger", "mine")["entries"]
    assert inside["lineage"]["parent"] == elsewhere["lineage"]["parent"] == run["id"]
    for each in (run, inside):
        assert (each["place"]["region"], each["place"]["pue"]) == ("FR", "1.2")
        assert (each["stage"], each["tenant"]) == ("training", "me")
    assert inside["place"]["from"] == "SUBMETER_PUE, SUBMETER_REGION"
    assert elsewhere["place"]["region"] == "PL"


def test_a_relative_ledger_is_meant_from_where_it_was_typed(meter):
    script = meter.script("inside.py", f"import os\nos.chdir('/')\n{INSIDE}")
    assert meter("run", "--ledger", "mine", "--", PYTHON, script).returncode == 0
    found = meter.json("ledger", "list", "--ledger", "mine")["entries"]
    assert [each["name"] for each in found][1:] == ["inside", "elsewhere"]


def test_what_is_inside_of_what_is_inside_is_set_in_twice(meter):
    script = meter.script("inside.py", INSIDE)
    inner = ["--", meter.command, "run", "--name", "inner", "--", PYTHON, script]
    assert meter("run", "--name", "outer", *inner).returncode == 0
    told = meter("ledger", "list").stdout
    for name in ("  outer  ", "  └ inner  ", "    └ inside  ", "    └ elsewhere  "):
        assert name in told


def test_what_was_not_typed_is_not_passed_on(meter):
    look = "import os; print(sorted(k for k in os.environ if k.startswith('SUBMETER_')))"
    done = meter("run", "--period", "2 s", "--method", "sci", "--", PYTHON, "-c", look)
    assert done.stdout.strip() == "['SUBMETER_HOME', 'SUBMETER_PARENT']"


def test_the_meters_own_energy_is_told_once(meter):
    """Beside a command; inside of a program it is in the window's already."""
    script = meter.script("inside.py", INSIDE)
    assert meter("run", "--", PYTHON, script).returncode == 0
    run, inside, _ = meter.entries()
    assert "within" not in run["overhead"]
    assert inside["overhead"]["within"] == inside["overhead"]["energy"] > 0
    assert meter.json("account", run["id"])["overhead"]["value"] > 0
    assert meter.json("account", inside["id"])["overhead"]["value"] == 0
    assert "not counted" in meter("account", run["id"]).stdout
    assert "not counted" not in meter("account", inside["id"]).stdout
    assert "beside the energy above" in meter("ledger", "show", run["id"]).stdout
    assert "in the energy above" in meter("ledger", "show", inside["id"]).stdout


@pytest.mark.slow
def test_a_killed_run_leaves_half_of_itself_at_least(meter):
    process = meter.start("run", "--", "sleep", "60")
    began = time.monotonic()
    until(lambda: meter.entries() and meter.entries()[0]["seconds"] > 1.5, "a second checkpoint")
    process.kill()
    lasted = time.monotonic() - began
    process.communicate()
    entry = meter.only_entry()
    assert entry["standing"] == "interrupted"
    assert entry["seconds"] > lasted / 4
