import os
import subprocess
import sys

import pytest

from submeter.ledger.liveness import is_alive, standing, this_process
from submeter.workloads.activity import State
from tests.ledger.entries import entry


@pytest.mark.parametrize(
    ("alive", "expected"), [(True, "running"), (False, "interrupted"), (None, "unknown")]
)
def test_an_open_entry_stands_as_its_process_does(alive, expected):
    assert standing(entry(state=State.OPEN), lambda _: alive) == expected


def test_a_final_entry_is_final_whoever_lives():
    assert standing(entry(), lambda _: pytest.fail("not asked")) == "final"


def test_this_process_is_alive():
    told = this_process()
    assert set(told) == {"name", "boot", "pid", "pid_start"}
    assert is_alive(told) is True
    assert is_alive({"name": told["name"], "pid": told["pid"]}) is True


def test_another_boot_or_start_or_a_lost_pid_is_dead():
    told = this_process()
    assert is_alive({**told, "boot": "other"}) is False
    assert is_alive({**told, "pid_start": "1"}) is False
    assert is_alive({**told, "pid": "999999999"}) is False


def test_what_cannot_be_known_is_not_guessed(tmp_path):
    told = this_process()
    assert is_alive({**told, "name": "elsewhere"}) is None
    assert is_alive({"name": told["name"]}) is None
    assert is_alive({}) is None
    assert is_alive(told, proc=tmp_path) is None


def test_a_zombie_is_dead():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive({**this_process(), "pid": str(child.pid), "pid_start": ""}) is False
    child.wait()


def test_a_command_with_spaces_and_brackets_is_parsed(tmp_path):
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text("b\n")
    (tmp_path / "7").mkdir()
    fields = " ".join(["S", *(str(number) for number in range(4, 53))])
    (tmp_path / "7/stat").write_text(f"7 (a) b (c)) {fields}\n")
    host = {"name": os.uname().nodename, "boot": "b", "pid": "7", "pid_start": "22"}
    assert is_alive(host, proc=tmp_path) is True
