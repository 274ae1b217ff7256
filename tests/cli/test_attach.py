"""``submeter attach``: what already runs is metered from now on, until it ends."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.cli.command import (
    PATIENCE,
    PYTHON,
    assert_balanced,
    booking,
    cpu_seconds,
    finish,
    until,
)

STAGES = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
burn(0.8)
(folder / "burnt").write_text("")
end = time.monotonic() + 100
while not (folder / "go").exists() and time.monotonic() < end: time.sleep(0.02)
burn(0.5)
if os.fork() == 0:
    burn(0.5)
    os._exit(0)
os.wait()
"""


@pytest.fixture
def stages(meter):
    script = meter.script("stages.py", STAGES)
    process = subprocess.Popen([PYTHON, script, str(meter.folder)], start_new_session=True)
    until((meter.folder / "burnt").exists, "it has burnt what nobody shall count")
    yield process
    process.kill()
    process.wait()


def attached(meter, process):
    """Wait until the meter has begun; its first checkpoint comes a second later."""

    def runs():
        assert process.poll() is None, process.stderr.read()
        return any(each["standing"] == "running" for each in meter.entries())

    until(runs, "it is attached")


def test_it_counts_from_attaching_on_with_children_and_ends_with_the_process(meter, stages):
    process = meter.start(
        "attach", stages.pid, "--name", "job", "--region", "FR", "--json", "a.json"
    )
    attached(meter, process)
    (meter.folder / "go").write_text("")
    stages.wait(PATIENCE)
    _, err = finish(process)
    assert process.returncode == 0, err
    entry = meter.only_entry()
    assert entry["name"] == "job"
    assert entry["standing"] == "final"
    # The 0.8 s before are not in it.
    assert cpu_seconds(entry) == pytest.approx(1.0, abs=0.3)
    assert_balanced(entry)
    assert json.loads((meter.folder / "a.json").read_text())["id"] == entry["id"]
    assert "recorded as" in err


def test_it_ends_after_the_stated_time_and_leaves_the_process_alone(meter, stages):
    done = meter("attach", stages.pid, "--seconds", "0.5")
    assert done.returncode == 0, done.stderr
    assert stages.poll() is None
    entry = meter.only_entry()
    assert 0.4 < entry["seconds"] < 30
    assert cpu_seconds(entry) < 0.2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_an_account(meter, stages, number):
    process = meter.start("attach", stages.pid)
    attached(meter, process)
    process.send_signal(number)
    _, err = finish(process)
    assert process.returncode == 0
    assert "recorded as" in err
    assert stages.poll() is None
    assert meter.only_entry()["standing"] == "final"


def test_json_may_go_to_standard_output(meter, stages):
    done = meter("attach", stages.pid, "--seconds", "0.2", "--json", "-")
    assert json.loads(done.stdout)["schema"] == "submeter.statement/1"
    assert "recorded as" in done.stderr


def test_a_file_that_cannot_be_written_is_an_error_after_the_account(meter, stages):
    done = meter("attach", stages.pid, "--seconds", "0.2", "--json", "nowhere/a.json")
    assert done.returncode == 2
    assert "error[SM100]" in done.stderr
    assert "recorded as" in done.stderr


def test_time_must_be_positive(meter, stages):
    for seconds in ("-1", "0", "nan"):
        done = meter("attach", stages.pid, "--seconds", seconds)
        assert done.returncode == 2, seconds
        assert "--seconds" in done.stderr
    assert meter.entries() == []


def group():
    """Give a control group to work in, and its path for ``--cgroup``; root makes it."""
    for base in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup"):
        made = f"{base}/submeter-test-{os.getpid()}"
        try:
            os.mkdir(made)  # noqa: PTH102
        except OSError:
            continue
        if os.path.exists(f"{made}/cgroup.procs"):  # noqa: PTH110
            return made
        os.rmdir(made)  # noqa: PTH106
    pytest.skip("no control group can be made here")


@pytest.mark.system
def test_a_control_group_is_metered_with_all_that_is_in_it(meter):
    made = group()
    path = f"/{os.path.basename(made)}"  # noqa: PTH119
    line = f"echo $$ > {made}/cgroup.procs; "
    try:
        before = subprocess.run(["sh", "-c", f"{line} {' '.join(meter.burn(0.5))}"], check=True)
        assert before.returncode == 0
        process = meter.start("attach", "--cgroup", path, "--name", "service")
        attached(meter, process)
        burn = " ".join(meter.burn(0.4))
        subprocess.run(["sh", "-c", f"{line} {burn}; {burn}"], check=True)
        process.send_signal(signal.SIGINT)
        _, err = finish(process)
        assert process.returncode == 0, err
    finally:
        until(lambda: _removed(made), "the group is empty")
    entry = meter.only_entry()
    assert cpu_seconds(entry) == pytest.approx(0.8, abs=0.15)
    assert booking(entry, "cpu")["workload"] > 0
    assert_balanced(entry)


def _removed(made):
    try:
        os.rmdir(made)  # noqa: PTH106
    except OSError:
        time.sleep(0.05)
        return False
    return True


@pytest.mark.system
def test_a_control_group_that_goes_away_is_told(meter):
    made = group()
    path = f"/{os.path.basename(made)}"  # noqa: PTH119
    process = meter.start("attach", "--cgroup", path, "--seconds", "3")
    attached(meter, process)
    os.rmdir(made)  # noqa: PTH106
    _, err = finish(process)
    assert process.returncode == 0, err
    assert "recorded as" in err
    assert_balanced(meter.only_entry())
