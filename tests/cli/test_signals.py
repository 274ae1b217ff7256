"""Signals sent to the meter reach the command, once; the account is written all the same."""

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import PATIENCE, PYTHON, SUBMETER, finish, until

COUNTS = """
import json, pathlib, signal, sys, time
seen = []
for number in map(int, sys.argv[2:]):
    signal.signal(number, lambda n, _: seen.append(n))
path = pathlib.Path(sys.argv[1])
path.with_suffix(".ready").write_text("ready")
end = time.monotonic() + 60
while not seen and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.3)
path.write_text(json.dumps(seen))
sys.exit(7)
"""
ALL = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGQUIT)


def counting(meter):
    """Give a command that notes the signals that it gets, where, and a test that it is ready."""
    script, told = meter.script("counts.py", COUNTS), meter.folder / "signals"
    command = [PYTHON, script, str(told), *(str(int(each)) for each in ALL)]
    return command, told, told.with_suffix(".ready").exists


@pytest.mark.parametrize("number", ALL, ids=lambda each: each.name)
def test_a_signal_to_the_meter_is_passed_on_once(meter, number):
    command, told, ready = counting(meter)
    process = meter.start("run", "--json", "a.json", "--", *command)
    until(ready, "the command starts")
    process.send_signal(number)
    _, err = finish(process)
    assert process.returncode == 7, err
    assert json.loads(told.read_text()) == [number]
    assert meter.only_entry()["exit_code"] == 7
    assert json.loads((meter.folder / "a.json").read_text())["id"] == meter.only_entry()["id"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_command_that_dies_of_a_signal_passed_on_is_accounted_for(meter, number):
    process = meter.start("run", "--", "sh", "-c", "echo ready >&2; exec sleep 60")
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    process.send_signal(number)
    _, err = finish(process)
    assert process.returncode == 128 + number
    assert "recorded as" in err
    assert meter.only_entry()["exit_code"] == 128 + number


def test_a_signal_that_was_ignored_stays_ignored(meter):
    """As ``nohup`` wants it."""
    process = meter.start(
        "run",
        "--",
        "sh",
        "-c",
        "echo ready >&2; sleep 1; exit 4",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    process.send_signal(signal.SIGHUP)
    finish(process)
    assert process.returncode == 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_to_the_whole_group_reaches_the_command_once(meter, number):
    """As a supervisor sends it, or `timeout`: the command has it already."""
    command, told, ready = counting(meter)
    process = meter.start("run", "--", *command)
    until(ready, "the command starts")
    os.killpg(process.pid, number)
    _, err = finish(process)
    assert process.returncode == 7, err
    assert json.loads(told.read_text()) == [number]
    assert meter.only_entry()["exit_code"] == 7


TWICE = COUNTS.replace("while not seen and", "while len(seen) < int(sys.argv[2]) and").replace(
    "sys.argv[2:]", "sys.argv[3:]"
)


def test_a_signal_to_the_meter_alone_is_passed_on_after_one_to_the_group(meter):
    """What the witness said of the one is not taken for the other."""
    script, told = meter.script("counts.py", TWICE), meter.folder / "signals"
    numbers = [str(int(each)) for each in ALL]
    process = meter.start("run", "--", PYTHON, script, str(told), "2", *numbers)
    until(told.with_suffix(".ready").exists, "the command starts")
    os.killpg(process.pid, signal.SIGUSR1)
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGUSR1)
    _, err = finish(process)
    assert process.returncode == 7, err
    assert json.loads(told.read_text()) == [signal.SIGUSR1] * 2


def test_the_witness_of_a_killed_meter_goes_with_it(meter):
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = meter.start("run", "--", "sleep", "60", **nowhere)
    until(lambda: len(children(process.pid)) == 2, "command and witness are there")
    born = children(process.pid)
    process.kill()
    process.wait()
    (sleeper,) = [pid for pid in born if is_running(pid, "sleep")]
    until(lambda: not any(is_running(pid) for pid in set(born) - {sleeper}), "the witness ends")
    os.kill(int(sleeper), signal.SIGKILL)


def children(pid):
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


def is_running(pid, name=""):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name in text.split(")")[0] and text.split(") ")[1][0] != "Z"


def under_a_terminal(meter, command):
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(meter.folder)
        os.execve(SUBMETER, [SUBMETER, "run", "--", *command], meter.environ)  # noqa: S606
    return pid, terminal


def drain(terminal):
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:  # the other end is closed
        pass
    os.close(terminal)
    return seen.decode(errors="replace")


@pytest.mark.parametrize(("key", "number"), [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)])
def test_a_key_of_the_terminal_reaches_the_command_once(meter, key, number):
    command, told, ready = counting(meter)
    pid, terminal = under_a_terminal(meter, command)
    until(ready, "the command starts")
    os.write(terminal, key)
    seen = drain(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7, seen
    assert json.loads(told.read_text()) == [number]
    assert "recorded as" in seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM])
def test_what_is_sent_to_the_meter_alone_is_passed_on_in_the_foreground_too(meter, number):
    """The kernel tells who sent it: a key at the terminal, or somebody with ``kill``."""
    command, told, ready = counting(meter)
    pid, terminal = under_a_terminal(meter, command)
    until(ready, "the command starts")
    os.kill(pid, number)
    seen = drain(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7, seen
    assert json.loads(told.read_text()) == [number]
    assert "recorded as" in seen


def test_ctrl_c_at_a_command_that_does_not_handle_it_shows_the_account(meter):
    pid, terminal = under_a_terminal(meter, ["sh", "-c", "touch ready; exec sleep 60"])
    until((meter.folder / "ready").exists, "the command starts")
    os.write(terminal, b"\x03")
    seen = drain(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130, seen
    assert "recorded as" in seen
    assert "Traceback" not in seen


def test_a_terminal_that_goes_away_hangs_the_command_up(meter):
    command, told, ready = counting(meter)
    pid, terminal = under_a_terminal(meter, command)
    until(ready, "the command starts")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert signal.SIGHUP in json.loads(told.read_text())
    assert meter.only_entry()["exit_code"] == 7


def test_a_signal_during_the_start_reaches_the_command(meter):
    """Nothing that comes before the command is there is lost, and it doesn't end the meter."""
    script = meter.script("waits.py", "import time; time.sleep(60)")
    process = meter.start("run", "--", PYTHON, script)
    until(lambda: takes_signals(process.pid), "the meter takes signals")
    process.send_signal(signal.SIGTERM)
    _, err = finish(process)
    assert process.returncode == 128 + signal.SIGTERM, err
    assert meter.only_entry()["exit_code"] == 128 + signal.SIGTERM


def test_the_command_gets_the_signal_mask_and_the_actions_that_the_meter_was_given(meter):
    """Python ignores SIGPIPE, and the meter blocks what it passes on: neither is for the child."""
    blocked = [signal.SIGUSR1]
    process = meter.start(
        "run", "--", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status",
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, blocked),
    )  # fmt: skip
    out, err = finish(process)
    masks = dict(line.split(":\t") for line in out.splitlines())
    assert int(masks["SigBlk"], 16) == 1 << signal.SIGUSR1 - 1, err
    own = (1 << signal.SIGRTMIN - 1) - 1 & ~(1 << 31 | 1 << 32)  # glibc keeps 32 and 33 for itself
    assert int(masks["SigIgn"], 16) & own == 0


def takes_signals(pid):
    """Tell whether it blocks some signals; before it is executed a child may block them all."""
    lines = map(str.split, Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    blocked = int({line[0]: line[1] for line in lines if len(line) > 1}["SigBlk:"], 16)
    return blocked >> signal.SIGTERM - 1 & 1 and not blocked >> signal.SIGPIPE - 1 & 1


@pytest.mark.slow
def test_a_stopped_command_goes_on_when_its_group_is_continued(meter):
    process = meter.start("run", "--", "sh", "-c", "echo ready >&2; sleep 1; echo done")
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGCONT)
    out, _ = process.communicate(timeout=PATIENCE)
    assert out == b"done\n"
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_end_while_the_books_close_costs_no_account(meter, number):
    """The command is over: what is left takes a moment, and is what the meter is for."""
    told = meter.folder / "told.json"
    process = meter.start(
        "run", "--json", told, "--", "sh", "-c", "echo $$ >&2; exec sleep 0.1"
    )  # fmt: skip
    assert process.stderr is not None
    child = int(process.stderr.readline())
    until(lambda: not Path(f"/proc/{child}").exists(), "the command is over")
    process.send_signal(number)
    _, err = finish(process)
    assert process.returncode == 0, err
    assert "recorded as" in err
    assert json.loads(told.read_text())["id"] == meter.only_entry()["id"]


def test_a_second_wish_ends_the_meter_and_tells_where_the_account_is(meter):
    process = meter.start("run", "--", "sh", "-c", "echo $$ >&2; exec sleep 0.1")
    assert process.stderr is not None
    child = int(process.stderr.readline())
    until(lambda: not Path(f"/proc/{child}").exists(), "the command is over")
    sent = 0
    while process.poll() is None and sent < 1000:
        process.send_signal(signal.SIGTERM)
        sent += 1
        time.sleep(0.01)
    _, err = finish(process)
    entry = meter.only_entry()["id"]
    # On a quick machine the account was printed before the second wish arrived; a late one may
    # meet the interpreter at its end, with all said.
    assert process.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM), err
    assert f"submeter account {entry}" in err or f"recorded as {entry}" in err
    assert "Traceback" not in err


def test_the_meter_starts_no_child_in_a_way_that_python_warns_of(meter):
    done = meter("run", "--", "true", env={"PYTHONWARNINGS": "always"})
    assert done.returncode == 0
    assert "Warning" not in done.stderr
