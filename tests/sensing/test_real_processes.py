"""Real processes that fork, work and die; what they used is told by themselves."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from submeter.sensing.devices.procfs import TICK
from submeter.sensing.probes.processes import ProcessTree

ROOT = Path(__file__).parents[2]
MILLISECOND = 1_000_000

BURN = """
import os, signal, sys, time

def burn(seconds):
    while time.process_time() < seconds:
        pass

def fork(work, *arguments):
    pid = os.fork()
    if not pid:
        work(*arguments)
        os._exit(0)
    return pid

def told(line):
    print(line, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def workload():
    """Start a Python program that can `burn`, `fork` and tell; ends with the test."""
    with ExitStack() as stack:

        def start(program):
            child = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", BURN + program],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            return child, ProcessTree(child.pid)

        yield start


def heard(child):
    return child.stdout.readline().strip()


def go_on(child):
    child.stdin.write("\n")
    child.stdin.flush()


def cpu(tree):
    tree.scan_now()
    return dict(tree.sample())["cpu"]


def near(measured, seconds, ticks=3):
    return abs(measured - seconds * 1e9) <= ticks * TICK


def test_a_busy_process_used_what_it_says(workload):
    child, tree = workload("burn(0.4); told(time.process_time())")
    told = float(heard(child))
    assert near(cpu(tree), told)


def test_a_sleeping_process_used_nothing(workload):
    child, tree = workload("told(0)")
    heard(child)
    before = cpu(tree)
    time.sleep(0.1)
    assert cpu(tree) - before <= TICK


def test_grandchildren_count_while_they_live(workload):
    child, tree = workload(
        """
start, end = os.pipe()
def grand():
    burn(0.3)
    os.write(end, b"x")
    signal.pause()
def middle():
    pid = fork(grand)
    os.write(end, b"%d\\n" % pid)
    signal.pause()
pid = fork(middle)
text = b""
while b"x" not in text:
    text += os.read(start, 64)
told(time.process_time() + 0.3)
os.kill(pid, 9)
os.kill(int(text.split()[0]), 9)
"""
    )
    told = float(heard(child))
    assert near(cpu(tree), told, ticks=5)
    assert len(tree.pids_now()) == 3


def test_children_that_die_between_readings_count_once_waited_for(workload):
    child, tree = workload(
        """
for _ in range(4):
    os.waitpid(fork(burn, 0.1), 0)
told(time.process_time() + sum(os.times()[2:4]))
"""
    )
    told = float(heard(child))
    assert near(cpu(tree), told, ticks=4)


def test_children_that_nobody_waits_for_count_as_last_seen(workload):
    child, tree = workload(
        """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(3):
    start, end = os.pipe()
    hold, go = os.pipe()
    def work():
        os.close(go)
        burn(0.1)
        os.write(end, b"x")
        os.read(hold, 1)
    pid = fork(work)
    os.read(start, 1)
    told("seen")
    os.close(go)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass
    told("gone")
"""
    )
    for number in range(1, 4):
        assert heard(child) == "seen"
        assert cpu(tree) >= number * 90 * MILLISECOND
        go_on(child)
        assert heard(child) == "gone"
        assert cpu(tree) >= number * 90 * MILLISECOND
        go_on(child)


GUARDIAN = """
import ctypes, json, os, subprocess, sys
from submeter.sensing.probes.processes import ProcessTree, own_children
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
before = own_children()
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
tree = ProcessTree(child.pid, lambda: own_children() - before, os.getpid())
orphan = int(child.stdout.readline())
child.wait()
os.waitid(os.P_PID, orphan, os.WEXITED | os.WNOWAIT)
tree.scan_now()
seen = dict(tree.sample())["cpu"]
pids = len(tree.pids_now())
os.waitpid(orphan, 0)
print(json.dumps({"zombie": seen, "last": tree.last(), "pids": pids}))
"""


def test_a_double_fork_is_adopted_and_counts_to_its_end():
    daemon = BURN + (
        "fork(lambda: fork(lambda: (print(os.getpid(), flush=True), burn(0.3))))\nos.wait()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", GUARDIAN, daemon], cwd=ROOT, capture_output=True, text=True,
        check=True, timeout=20,
    )  # fmt: skip
    told = json.loads(ran.stdout)
    assert told["pids"] == 1
    assert told["zombie"] >= 300 * MILLISECOND - TICK
    assert told["last"] >= told["zombie"] - TICK
    assert told["last"] < 1_000 * MILLISECOND


def test_once_all_are_gone_the_tree_is_gone(workload):
    child, tree = workload("told(1)")
    heard(child)
    tree.sample()
    child.communicate("\n")
    with pytest.raises(ProcessLookupError, match="gone"):
        tree.sample()


def test_within_a_process_time_is_finer_than_a_tick():
    program = """
import os, time
from submeter.sensing.probes.processes import ProcessTree
tree = ProcessTree(os.getpid())
before, own = dict(tree.sample())["cpu"], time.process_time_ns()
while time.process_time_ns() < own + 3_000_000:
    pass
now = time.process_time_ns()
print(dict(tree.sample())["cpu"] - before - (now - own))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=20
    )
    assert abs(int(ran.stdout)) < 5 * MILLISECOND
