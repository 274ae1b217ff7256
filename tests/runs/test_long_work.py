"""Books of long work are added up as it goes, and nothing that is told late is lost by that."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab import building

ROOT = Path(__file__).parents[2]
MINUTES = 300
ONCE = 10 * MINUTES

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    try:
        return building.build("nvml.c", folder=tmp_path_factory.mktemp("nvml"))
    except SensorUnavailable as refusal:
        pytest.skip(refusal.what)


def booked(library, every, **boards):
    """Give the books of a board of 300 W, added up every so many seconds."""
    told = {f"FAKE_NVML_{name.upper()}": text for name, text in boards.items()}
    script = [sys.executable, "-m", "tests.fakes.long_work_on_virtual_clock", library]
    ran = subprocess.run(
        [*script, str(MINUTES), str(every)], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, **told, "FAKE_NVML_WAVE": "300:1"}, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    "sm",
    ["self:60,4242:20", "self:60:0:1100,4242:20:1200", "self:60:0:1010,4242:20:0:1010"],
    ids=["both all the time", "one after the other", "nobody after some seconds"],
)
def test_use_that_the_driver_tells_late_is_waited_for(library, sm):
    """A driver tells of each 0.9 s, and that nobody computed two seconds later."""
    boards = {"pids": "self,4242", "sm": sm, "sm_period": "900"}
    whole = booked(library, ONCE, **boards)
    parts = booked(library, 60, **boards)
    assert parts["meter"] == whole["meter"] == MINUTES * 300_000_000
    assert parts["unattributed"] == whole["unattributed"] <= 2 * 300_000_000
    assert parts["workload"] == pytest.approx(whole["workload"], abs=5)
    assert parts["coverage"] == 1.0


def test_a_board_whose_holders_are_told_no_more_holds_up_no_books(library):
    lost = "lost@nvmlDeviceGetComputeRunningProcesses_v3#t1100"
    books = booked(library, 60, pids="self", faults=lost)
    assert books["meter"] == MINUTES * 300_000_000
    assert books["workload"] == pytest.approx(100 * 300_000_000, rel=0.06)
    assert books["unattributed"] == books["meter"] - books["workload"]
