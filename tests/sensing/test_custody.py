"""Of those that meter a device whose users nobody can tell, one at a time books it."""

import json
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.custody import Custody, shared_folder
from tests.cli.command import until

GPU = "gpu:GPU-0"

KEEPER = """
import json, sys
from submeter.quantities.clock import Span
from submeter.sensing.metering.custody import Custody

class Told:
    instant = 0
    def now(self): return self.instant

clock, custody = Told(), Custody([sys.argv[1]], sys.argv[2])
for line in sys.stdin:
    word, instant = line.split()
    clock.instant = int(instant)
    if word == "read": custody.read(clock)
    if word == "recorded": custody.recorded(clock.instant)
    if word == "release": custody.release()
    held = custody.held(Span(0, 1)).get(sys.argv[1])
    until = custody.known_until
    print(json.dumps([held and [list(each.totals) for each in held[:2]], until]), flush=True)
"""


class Keeper:
    """A program of its own that meters a device and does what it is told."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-c", KEEPER, GPU, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, word, instant):
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word} {instant}\n")
        self.process.stdin.flush()
        held, known = json.loads(self.process.stdout.readline())
        return [track[-1] for track in held], known

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.close()

    def close(self):
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


@pytest.fixture
def keepers(tmp_path):
    made = []

    def make():
        made.append(Keeper(tmp_path))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.system
def test_the_first_has_it_and_the_other_waits(keepers):
    one, other = keepers(), keepers()
    one("read", 100)
    other("read", 150)
    assert one("read", 200)[0] == [100, 0]
    assert other("read", 250)[0] == [0, 100]


@pytest.mark.system
def test_who_is_killed_is_followed_where_its_record_ends(keepers):
    """Nothing is lost and nothing is booked twice: the two turns meet."""
    one, other = keepers(), keepers()
    one("read", 100)
    other("read", 110)
    one("read", 200)
    one("recorded", 160)
    assert other("read", 210)[1] == 160, "the other closes no books beyond what is on the record"
    one("read", 300)
    one.kill()
    held, known = other("read", 320)
    assert held == [160, 50], "160 to 320 are the other's, 110 to 160 were not"
    assert known > 10**18


@pytest.mark.system
def test_who_ends_well_is_followed_from_its_end(keepers):
    one, other = keepers(), keepers()
    one("read", 100)
    other("read", 110)
    one("read", 190)
    one("recorded", 200)
    one("release", 200)
    assert other("read", 230)[0] == [30, 90]


@pytest.mark.system
def test_who_comes_later_begins_at_its_own_start(keepers):
    one = keepers()
    one("read", 100)
    one("recorded", 150)
    one.kill()
    later = keepers()
    later("read", 1000)
    assert later("read", 1100)[0] == [100, 0]


@pytest.mark.system
def test_a_forked_child_does_not_keep_it_after_its_parent_died(tmp_path):
    script = f"""
import os, time
from submeter.sensing.metering.custody import Custody
class Clock:
    def now(self): return 100
custody = Custody([{GPU!r}], {str(tmp_path)!r})
custody.read(Clock())
if os.fork() == 0:
    time.sleep(30)
    os._exit(0)
print("held", flush=True)
time.sleep(30)
"""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script], stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            clock, custody = VirtualClock(200), Custody([GPU], str(tmp_path))
            custody.read(clock)
            clock.forward(1e-9)
            custody.read(clock)
            assert custody.held(Span(0, 1))[GPU].own.totals[-1] == 0
            process.kill()

            def taken():
                clock.forward(1e-9)
                custody.read(clock)
                return custody.held(Span(0, 1))[GPU].own.totals[-1] > 0

            until(taken, "the device is free")
            custody.release()
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["read", "recorded", "release"]), st.integers(1, 50)), max_size=30
    )
)
def test_at_every_instant_it_is_mine_or_somebody_elses(tmp_path_factory, steps):
    clock = VirtualClock(1000)
    custody = Custody([GPU], str(tmp_path_factory.mktemp("locks")))
    custody.read(clock)
    for word, ahead in steps:
        clock.forward(ahead / SECOND)
        if word == "read":
            custody.read(clock)
        elif word == "recorded":
            custody.recorded(clock.now())
        else:
            custody.release()
        own, others, *_ = custody.held(Span(0, 1))[GPU]
        assert own.times == others.times
        for i, instant in enumerate(own.times):
            assert own.totals[i] + others.totals[i] == instant - own.times[0]
            assert 0 <= own.totals[i] <= instant - own.times[0]
    custody.release()


def test_a_lock_that_cannot_be_had_is_told_and_the_device_not_withheld(tmp_path):
    custody = Custody([GPU], str(tmp_path / "nowhere"))
    custody.read(VirtualClock(5))
    assert custody.held(Span(0, 1)) == {}
    (told,) = custody.refused
    assert told.startswith(f"{GPU}: whether others meter it cannot be seen")


def test_a_link_in_the_shared_folder_is_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "submeter-gpu-GPU-0.lock").symlink_to(target)
    custody = Custody([GPU], str(tmp_path))
    custody.read(VirtualClock(5))
    assert custody.refused
    assert target.read_text() == "mine"


def test_all_users_share_one_folder():
    assert os.access(shared_folder(), os.W_OK)
