"""Whoever takes a device over begins where the record of the one before ends, if there is one."""

import time
from pathlib import Path

import pytest

from submeter.sensing.metering.custody import shared_folder
from tests.cli.recording import domain, record
from tests.runs.program import Programs

GPU = "gpu:GPU-00c0ffee-0000-0000-0000-0000unwritten"
LOCK = Path(shared_folder()) / f"submeter-{GPU.replace(':', '-')}.lock"


@pytest.fixture
def board(tmp_path):
    """Give programs on a machine whose one GPU nobody tells the holders of."""
    meter = Programs(tmp_path)
    path = record(tmp_path / "machine", {GPU: 300}, [domain(GPU, "gpu")])
    meter.environ["SUBMETER_SENSOR_REPLAY"] = str(path)
    yield meter
    LOCK.unlink(missing_ok=True)


def on_record():
    """Give up to when [ns] the last holder said that its books are on the record."""
    return int(LOCK.read_text("ascii").split()[1])


@pytest.mark.parametrize("ledger", ["good", "/dev/null/no/folder"])
def test_a_command_whose_entry_could_not_be_written_leaves_its_time_to_the_next(board, ledger):
    done = board("run", "--ledger", ledger, "--", "sleep", "1")
    assert done.returncode == 0
    ended = time.monotonic_ns()
    assert ("not entered in the ledger" in done.stderr) is (ledger != "good")
    if ledger != "good":
        assert ended - on_record() > 1e9, "it begins before the command"
        return
    began = board("run", "--ledger", ledger, "--", "true")
    assert began.returncode == 0
    assert on_record() > ended


@pytest.mark.parametrize("ledger", ["good", "/dev/null/no/folder"])
def test_a_window_whose_entry_could_not_be_written_leaves_its_time_to_the_next(board, ledger):
    told = board.told(
        f"""
        with submeter.measure("w", ledger={ledger!r}) as window:
            time.sleep(0.5)
        window.wait()
        tell(end=window.span.end, start=window.span.start, missing=window.missing)
        """
    )
    assert any("not entered" in each for each in told["missing"]) is (ledger != "good")
    assert (on_record() >= told["end"]) is (ledger == "good")
