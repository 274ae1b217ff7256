"""kill -9 of the meter: the command goes on, and what was seen stays on the record."""

import signal
import subprocess

import pytest

from tests.cli.command import (
    PATIENCE,
    PYTHON,
    assert_balanced,
    booking,
    cpu_seconds,
    until,
)

WORKS_ON = """
import os, pathlib, sys, time
print("begins", os.getpid(), flush=True)
line = sys.stdin.readline()
while time.process_time() < 0.8: pass
time.sleep(1)
stop = pathlib.Path(sys.argv[1])
while not stop.exists(): time.sleep(0.02)
print("goes on", line.strip(), flush=True)
print("errors too", file=sys.stderr, flush=True)
print(sys.stdin.readline().strip(), flush=True)
pathlib.Path(sys.argv[2]).write_text("done")
"""


def test_the_command_survives_with_its_streams_and_the_entry_is_interrupted(meter):
    assert meter("run", "--name", "before", "--", "true").returncode == 0
    go, done = meter.folder / "go", meter.folder / "done"
    command = [PYTHON, meter.script("on.py", WORKS_ON), str(go), str(done)]
    process = meter.start("run", "--name", "killed", "--", *command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"begins")
    process.stdin.write(b"early\n")
    process.stdin.flush()

    def on_record():
        return [each for each in meter.entries() if each["name"] == "killed"]

    until(lambda: on_record() and cpu_seconds(on_record()[0]) > 0.1, "a checkpoint with work in it")
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    go.write_text("")
    process.stdin.write(b"late\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"goes on early\n"
    assert process.stdout.readline() == b"late\n"
    until(done.exists, "the command ends by itself")
    out, err = process.communicate(timeout=PATIENCE)
    assert err == b"errors too\n"
    assert out == b""

    before, killed = meter.entries()
    assert (before["name"], before["standing"], before["state"]) == ("before", "final", "final")
    assert (killed["name"], killed["standing"], killed["state"]) == (
        "killed",
        "interrupted",
        "open",
    )
    assert killed.get("exit_code") is None
    assert killed["seconds"] > 0.5
    assert booking(killed, "cpu")["workload"] > 0
    assert_balanced(killed)
    assert "interrupted" in meter("ledger", "list").stdout
    account = meter("account", killed["id"], "--region", "FR")
    assert account.returncode == 0, account.stderr
    assert meter("run", "--name", "after", "--", "true").returncode == 0
    assert [each["name"] for each in meter.entries()] == ["before", "killed", "after"]


@pytest.mark.slow
def test_kills_at_any_time_lose_no_entry_that_was_final(meter):
    finals = 0
    for turn in range(4):
        assert meter("run", "--name", f"final-{turn}", "--", "true").returncode == 0
        finals += 1
        process = meter.start("run", "--", "sleep", "0.4")
        try:
            process.wait(0.3 + turn * 0.15)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    names = [each["name"] for each in meter.entries() if each["standing"] == "final"]
    assert [each for each in names if each.startswith("final-")] == [
        f"final-{turn}" for turn in range(finals)
    ]
    assert "damaged" not in meter("ledger", "list").stderr
