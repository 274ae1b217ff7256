"""All that a command starts is counted, once; what outlives it is named."""

import os
import signal
import time

import pytest

from tests.cli.command import (
    BURN,
    PYTHON,
    assert_balanced,
    booking,
    cpu_seconds,
    until,
)

# Half a second of CPU time each, in processes that are waited for, adopted, or both.
DAEMON = """
import os, pathlib, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    while time.process_time() < 0.6: pass
    pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
    os._exit(0)
end = time.monotonic() + 100
while not os.path.exists(sys.argv[1]) and time.monotonic() < end: time.sleep(0.02)
"""
THREADS = """
import sys, threading, time
data = bytes(1 << 20)
import zlib
def work():
    while time.thread_time() < 0.4: zlib.crc32(data)
threads = [threading.Thread(target=work) for _ in range(2)]
for each in threads: each.start()
for each in threads: each.join()
"""


def test_children_and_grandchildren_are_all_counted(meter):
    burn = f"{PYTHON} {meter.burner}"
    line = f"{burn} 0.5; ({burn} 0.5 & {burn} 0.5; wait); sh -c '{burn} 0.5'; exit 0"
    meter("run", "--", "sh", "-c", line)
    entry = meter.only_entry()
    # Each ends within some milliseconds of what it was told to use; the shells take a few more.
    assert cpu_seconds(entry) == pytest.approx(2.0, rel=0.05, abs=0.08)
    assert_balanced(entry)


@pytest.mark.slow
def test_children_of_a_long_parent_are_counted_however_briefly_they_live(meter):
    line = f"for i in $(seq 20); do {PYTHON} -S {meter.burner} 0.05; done"
    meter("run", "--", "sh", "-c", line)
    assert cpu_seconds(meter.only_entry()) == pytest.approx(1.0, rel=0.1, abs=0.1)


def test_threads_are_counted(meter):
    meter("run", "--", PYTHON, meter.script("threads.py", THREADS))
    assert 0.8 <= cpu_seconds(meter.only_entry()) < 1.1


def test_a_daemon_that_leaves_its_parent_and_ends_is_counted(meter):
    flag = meter.folder / "flag"
    meter("run", "--", PYTHON, meter.script("daemon.py", DAEMON), flag)
    entry = meter.only_entry()
    assert cpu_seconds(entry) == pytest.approx(0.6, abs=0.15)
    assert not any("still run" in each for each in entry.get("missing", ()))


def test_what_a_neighbour_burns_is_not_the_commands(meter):
    """Billing a sleeping process for the whole machine is what today's tools do."""
    neighbour = meter.start("run", "--", *meter.burn(60))
    try:
        meter("run", "--name", "sleeper", "--", "sleep", "2")
    finally:
        neighbour.terminate()
        neighbour.communicate()
    sleeper, burner = sorted(meter.entries(), key=lambda each: each["name"] != "sleeper")
    assert cpu_seconds(sleeper) < 0.1
    cpu = booking(sleeper, "cpu")
    assert cpu["others"] > 0
    assert cpu["workload"] < cpu["meter"] * 0.02
    assert booking(burner, "cpu")["workload"] > 20 * cpu["workload"]
    for each in (sleeper, burner):
        assert_balanced(each)


@pytest.mark.slow
def test_a_busy_command_never_gets_more_than_the_machine(meter):
    cores = os.cpu_count() or 1
    line = " & ".join([f"{PYTHON} {meter.burner} 1"] * (cores + 1)) + " & wait"
    meter("run", "--", "sh", "-c", line)
    entry = meter.only_entry()
    (cpu,) = [each for each in entry["devices"] if each["kind"] == "cpu"]
    assert 0 < cpu["reserved"] <= 1
    assert cpu["count"] == cores
    for each in entry["bookings"]:
        assert each["workload"] + each["idle"] <= each["meter"]
    assert_balanced(entry)


def test_one_busy_core_of_several_is_not_all_of_them(meter):
    if (os.cpu_count() or 1) < 2:
        pytest.skip("one core is all there is")
    meter("run", "--", *meter.burn(1))
    entry = meter.only_entry()
    (cpu,) = [each for each in entry["devices"] if each["kind"] == "cpu"]
    assert cpu["reserved"] < 1 / cpu["count"] + 0.05


def test_a_process_that_outlives_the_command_is_named_and_not_waited_for(meter):
    began = time.monotonic()
    line = "sleep 300 </dev/null >/dev/null 2>&1 & echo $! > left"
    done = meter("run", "--", "sh", "-c", line)
    took = time.monotonic() - began
    left = int((meter.folder / "left").read_text())
    try:
        assert done.returncode == 0
        assert took < 60
        (told,) = [each for each in meter.only_entry()["missing"] if "still run" in each]
        assert f"pid {left}" in told
        assert f"submeter attach {left}" in told
        assert "still run" in done.stderr
        os.kill(left, 0)
    finally:
        os.kill(left, signal.SIGKILL)


def test_a_grandchild_in_a_session_of_its_own_is_named_too(meter):
    line = "setsid sh -c 'sleep 300; :' </dev/null >/dev/null 2>&1 & sleep 0.3"
    meter("run", "--", "sh", "-c", line)
    (told,) = [each for each in meter.only_entry()["missing"] if "still run" in each]
    assert told.startswith("2 process(es)")
    for word in told.partition("(pid ")[2].partition(")")[0].split(", "):
        os.kill(int(word), signal.SIGKILL)


def test_a_child_that_burns_on_is_counted_up_to_the_commands_end(meter):
    script = meter.script("on.py", BURN + "open(sys.argv[2], 'w').close()\ntime.sleep(300)\n")
    line = (
        f"{PYTHON} {script} 0.5 burnt </dev/null >/dev/null 2>&1 & echo $! > left; "
        "while ! test -e burnt; do sleep 0.05; done"
    )
    meter("run", "--", "sh", "-c", line)
    os.kill(int((meter.folder / "left").read_text()), signal.SIGKILL)
    assert cpu_seconds(meter.only_entry()) == pytest.approx(0.5, abs=0.25)


def test_a_running_entry_says_so(meter):
    process = meter.start("run", "--", "sleep", "60")
    until(meter.entries, "the first checkpoint is written")
    assert meter.only_entry()["standing"] == "running"
    process.terminate()
    process.communicate()
    entry = meter.only_entry()
    assert entry["standing"] == "final"
    assert entry["revision"] > 0
