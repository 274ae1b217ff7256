"""Several meters at once on one device whose users nobody can tell: each joule is booked once."""

import os
import shutil
import signal
import time

import pytest

from tests.cli.command import booking, finish, until
from tests.sensing.conftest import build

WATTS = 300.0

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="needs process namespaces, as containers have them",
    ),
]


@pytest.fixture
def board(meter, tmp_path):
    """Put a board of 300 W into the machine."""
    meter.environ.update(
        SUBMETER_SENSOR_NVIDIA=build(tmp_path), FAKE_NVML_WAVE=f"{WATTS}:1", FAKE_NVML_REFRESH="20"
    )
    return meter


def contained(meter, name, *command):
    """Meter a command where process ids are not those that the driver tells."""
    words = ["unshare", "--pid", "--fork", "--mount-proc", meter.command]
    words += ["run", "--name", name, "--", *command]
    return meter.start_words(words)


def gpu(entry):
    return booking(entry, "gpu")


def test_four_containers_at_once_book_the_device_once(board):
    runs = [contained(board, f"r{i}", "sleep", str(i)) for i in (2, 3, 4, 5)]
    for each in runs:
        finish(each)
        assert each.returncode == 0
    entries = {each["name"]: each for each in board.entries()}
    longest = entries["r5"]["seconds"]
    booked = sum(gpu(each)["workload"] for each in entries.values()) / 1e6
    assert booked <= WATTS * (longest + 0.5)
    # Who had it first gave it up at its end, and who took it over began there, at the next beat.
    assert booked >= WATTS * (longest - 0.5)
    assert {gpu(each)["rule"] for each in entries.values()} == {"whole-device-in-turns/1"}
    for each in entries.values():
        assert any("whoever metered it first" in told for told in each["missing"])


def test_the_one_that_has_it_is_killed_and_another_goes_on_where_its_record_ends(board):
    first = contained(board, "killed", "sleep", "60")
    until(board.entries, "the first entry is written")
    other = contained(board, "goes on", "sleep", "6")
    time.sleep(2)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    finish(other)
    killed, after = (
        next(each for each in board.entries() if each["name"] == name)
        for name in ("killed", "goes on")
    )
    assert killed["standing"] == "interrupted"
    # From the end of the one's record on the other booked it, and not before it was there itself.
    on_record = killed["seconds"] * gpu(killed)["coverage"]
    ended = killed["start"] / 1e9 + on_record
    span = on_record + after["end"] / 1e9 - max(after["start"] / 1e9, ended)
    booked = (gpu(killed)["workload"] + gpu(after)["workload"]) / 1e6
    assert booked == pytest.approx(WATTS * span, abs=WATTS * 0.25)
    assert gpu(after)["workload"] > WATTS * 1e6, "it took the device over"
