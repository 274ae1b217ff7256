import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from submeter.ledger.book import Ledger
from submeter.ledger.liveness import is_alive, standing, this_process
from submeter.ledger.reader import read_log
from submeter.workloads.activity import State
from tests.ledger.entries import entry

ROOT = Path(__file__).parents[2]

METER = """
import sys, threading
from pathlib import Path
from submeter.ledger.book import Ledger
from submeter.ledger.liveness import this_process
from submeter.workloads.activity import Activity, State

writer = Ledger(Path(sys.argv[1])).open_writer()
told = threading.Lock()

def say(identity):
    with told:
        print(identity, flush=True)

def meter(thread):
    number = 0
    while True:
        number += 1
        activity = Activity(
            id=f"{thread}-{number:06}", name="n", start=number, end=number, seconds=0.0,
            state=State.OPEN, host=this_process(), purpose="x" * (number * 37 % 3000),
        )
        if thread == 0:
            writer.append_now(activity)
        else:
            writer.append(activity).wait()
        say(activity.id)

for thread in range(4):
    threading.Thread(target=meter, args=(thread,)).start()
"""


def kill_at_random(folder, chance):
    """Run a meter, kill it, and give the ids that it had acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", METER, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as meter:
        assert meter.stdout
        first = meter.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.15))
        meter.send_signal(signal.SIGKILL)
        said = first + meter.stdout.read()
    # A last line without its end was cut off by the kill.
    return [line.strip() for line in said.splitlines(keepends=True) if line.endswith("\n")]


def check_rounds(folder, rounds, seed):
    chance = random.Random(seed)  # noqa: S311 - repeatable moments
    for number in range(rounds):
        place = folder / str(number)
        acknowledged = kill_at_random(place, chance)
        ledger = Ledger(place)
        found = {each.id: each for each in ledger.activities()}
        assert acknowledged
        assert set(acknowledged) <= set(found)
        assert ledger.damage().sound
        assert {standing(each, is_alive) for each in found.values()} == {"interrupted"}


def test_what_a_killed_meter_had_acknowledged_is_on_the_record(tmp_path):
    check_rounds(tmp_path, rounds=3, seed=1)


@pytest.mark.slow
def test_what_many_killed_meters_had_acknowledged_is_on_the_record(tmp_path):
    check_rounds(tmp_path, rounds=20, seed=2)


def test_a_program_that_forgets_to_close_writes_its_last_entries(tmp_path):
    code = """
import sys
from pathlib import Path
from submeter.ledger.book import Ledger
from tests.ledger.entries import entry
Ledger(Path(sys.argv[1])).open_writer().append(entry("A"))
"""
    subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, check=True)
    assert [each.id for each in Ledger(tmp_path).activities()] == ["A"]


def test_an_open_entry_is_running_while_its_meter_is(tmp_path):
    with Ledger(tmp_path).open_writer() as writer:
        writer.append_now(entry("A", state=State.OPEN, host=this_process()))
        assert standing(Ledger(tmp_path).get("A"), is_alive) == "running"


FORKS = """
import os, sys, threading, warnings
from pathlib import Path
from submeter.errors import RecordError
from submeter.ledger.book import Ledger
from submeter.ledger.identity import IdSource
from tests.ledger.entries import entry

warnings.simplefilter("ignore", DeprecationWarning)
writer = Ledger(Path(sys.argv[1])).open_writer()
source = IdSource(lambda: 10**18)
source.new()
stop = threading.Event()

def busy():
    number = 0
    while not stop.is_set():
        number += 1
        writer.append(entry(f"parent-{os.getpid()}-{number}"))

thread = threading.Thread(target=busy)
thread.start()
for child in range(8):
    ticket = writer.append(entry(f"before-{child}"))
    pid = os.fork()
    if pid == 0:
        try:
            if not ticket.done:
                try:
                    ticket.wait(1)
                except RecordError as error:
                    assert "child process" in str(error), error
            assert writer.path is None
            writer.append(entry(f"child-{child}-a")).wait(10)
            writer.append_now(entry(f"child-{child}-b"))
            writer.append(entry(f"child-{child}-c"))
            writer.append_now(entry(source.new()))
            writer.close()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
writer.append_now(entry(source.new()))
stop.set()
thread.join()
writer.close()
"""


def test_a_forked_child_writes_a_file_of_its_own(tmp_path):
    subprocess.run([sys.executable, "-c", FORKS, tmp_path], cwd=ROOT, check=True, timeout=60)
    ledger = Ledger(tmp_path)
    found = [each.id for each in ledger.activities()]
    for child in range(8):
        assert {f"child-{child}-{each}" for each in "abc"} <= set(found)
        assert f"before-{child}" in found
    assert len([each for each in found if len(each) == 26]) == 9
    assert len(ledger.paths()) == 9
    report = ledger.damage()
    assert report.sound
    assert report.torn == ()
    for path in ledger.paths():
        owners = {each.activity.id.rpartition("-")[0] for each in read_log(path).entries}
        assert len({each for each in owners if each.startswith("child")}) <= 1
        assert not any(each.startswith("child") for each in owners) or not any(
            each.startswith("parent") for each in owners
        )


def test_a_second_fork_has_its_own_file_too(tmp_path):
    code = """
import os, sys
from pathlib import Path
from submeter.ledger.book import Ledger
from tests.ledger.entries import entry
writer = Ledger(Path(sys.argv[1])).open_writer()
for depth in range(3):
    writer.append_now(entry(str(depth)))
    if os.fork():
        status = os.wait()[1]
        os._exit(1 if status else 0)
writer.close()
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, check=True, timeout=30)
    assert len(Ledger(tmp_path).paths()) == 3
    assert len(list(Ledger(tmp_path).activities())) == 3
