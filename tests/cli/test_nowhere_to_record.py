"""Where nothing can be recorded the command runs all the same, and the account says so."""

import os
import subprocess
from contextlib import contextmanager, suppress

import pytest

from tests.cli.command import PATIENCE, SUBMETER

ROOT_ONLY = [
    pytest.mark.system,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system"),
]


def assert_ran_unrecorded(meter, done, why):
    """Check that the command ran, its exit code came through, and the account tells the truth."""
    assert done.returncode == 3, done.stderr
    assert done.stdout == "hello\n"
    assert "energy" in done.stderr
    assert "not recorded: " in done.stderr
    assert why in " ".join(done.stderr.split())
    assert "recorded as" not in done.stderr
    assert done.stderr.count("not recorded: ") == 1
    assert "not recorded: not" not in done.stderr
    assert "warning: the" not in done.stderr, "a statement is not missed where there is no entry"
    assert "Traceback" not in done.stderr


HELLO = ("--", "sh", "-c", "echo hello; exit 3")


def test_no_home_folder(meter):
    without = {
        k: v for k, v in meter.environ.items() if k not in ("SUBMETER_HOME", "XDG_STATE_HOME")
    }
    meter.environ = {**without, "HOME": "/nonexistent"}
    done = meter("run", *HELLO)
    assert_ran_unrecorded(meter, done, "there is no home folder")
    assert "--ledger DIR or SUBMETER_HOME" in " ".join(done.stderr.split())
    for words in (["ledger", "list"], ["account"]):
        done = meter(*words)
        assert done.returncode == 2
        assert done.stderr.startswith("error[SM200]: there is no home folder")
    assert meter("config").returncode == 0
    assert meter("doctor").returncode == 0


def test_an_empty_environment(meter):
    done = subprocess.run(
        [
            "env",
            "-i",
            "HOME=/nonexistent",
            SUBMETER,
            "run",
            "--",
            "/bin/sh",
            "-c",
            "echo hello; exit 3",
        ],
        cwd=meter.folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    assert_ran_unrecorded(meter, done, "there is no home folder")


def test_a_user_that_no_database_knows(meter):
    if os.geteuid() != 0:
        pytest.skip("becomes another user")
    # Started as that user: the interpreter and the package must be readable to all.
    meter.environ = {k: v for k, v in meter.environ.items() if k not in ("SUBMETER_HOME", "HOME")}
    meter.folder.chmod(0o755)
    try:
        done = subprocess.run(
            [SUBMETER, "run", *HELLO],
            cwd="/",
            env=meter.environ,
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE,
            user=54321,
        )
    except PermissionError:
        pytest.skip("the environment cannot be read by other users")
    if "PermissionError" in done.stderr or "ModuleNotFoundError" in done.stderr:
        pytest.skip("the environment cannot be read by other users")
    assert_ran_unrecorded(meter, done, "there is no home folder")


@pytest.mark.parametrize("name", ["file/below", "file"])
def test_a_file_where_the_ledgers_folder_should_be(meter, name):
    (meter.folder / "file").write_text("mine")
    done = meter("run", "--ledger", meter.folder / name, *HELLO)
    assert_ran_unrecorded(meter, done, "file")
    assert (meter.folder / "file").read_text() == "mine"


def test_a_folder_in_which_nobody_can_write(meter):
    done = meter("run", *HELLO, env={"SUBMETER_HOME": "/proc/submeter"})
    assert_ran_unrecorded(meter, done, "/proc/submeter")


def test_the_largest_file_size_is_reached(meter):
    line = f"ulimit -f 0; exec {SUBMETER} run -- sh -c 'echo hello; exit 3'"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=meter.folder,
        env=meter.environ,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    assert_ran_unrecorded(meter, done, "largest file size")


def test_files_are_used_up(meter):
    """The meter needs descriptors of its own; without them the command still runs."""
    line = f"ulimit -n 8; exec {SUBMETER} run -- sh -c 'echo hello; exit 3'"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=meter.folder,
        env=meter.environ,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 3
    assert done.stdout == "hello\n"
    assert "Traceback" not in done.stderr


@contextmanager
def mounted(folder, options):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(path):
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


class TestFileSystems:
    pytestmark = ROOT_ONLY

    def test_a_read_only_file_system(self, meter):
        with mounted(meter.folder / "disk", "size=1m") as disk:
            meter.environ["SUBMETER_HOME"] = str(disk)
            assert meter("run", "--", "true").returncode == 0
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            done = meter("run", *HELLO)
            assert_ran_unrecorded(meter, done, "the file system is read-only")
            assert len(meter.entries()) == 1
            assert meter("account").returncode == 0
            assert meter("doctor").returncode == 0

    def test_a_full_disk(self, meter):
        with mounted(meter.folder / "disk", "size=256k") as disk:
            meter.environ["SUBMETER_HOME"] = str(disk)
            assert meter("run", "--name", "early", "--", "true").returncode == 0
            fill(disk / "filler")
            done = meter("run", *HELLO)
            assert_ran_unrecorded(meter, done, "the disk is full")
            assert [each["name"] for each in meter.entries()] == ["early"]
            (disk / "filler").unlink()
            assert meter("run", "--name", "late", "--", "true").returncode == 0
            assert [each["name"] for each in meter.entries()] == ["early", "late"]

    def test_a_disk_that_the_command_itself_fills(self, meter):
        with mounted(meter.folder / "disk", "size=256k") as disk:
            meter.environ["SUBMETER_HOME"] = str(disk)
            line = f"echo hello; sleep 1.5; cat /dev/zero > {disk}/filler; exit 3"
            # Longer than a page of the disk, so that its last revision needs one more.
            done = meter("run", "--purpose", "x" * 5000, "--", "sh", "-c", line)
            assert_ran_unrecorded(meter, done, "the disk is full")
            # What was written before the disk was full is still there.
            assert meter.only_entry()["standing"] == "interrupted"


def test_a_damaged_log_is_told_by_its_bytes_and_costs_no_other_entry(meter):
    for name in ("one", "two", "three"):
        assert meter("run", "--name", name, "--", "true").returncode == 0
    logs = sorted((meter.home / "ledger" / "log").iterdir())
    second = next(path for path in logs if b'"two"' in path.read_bytes())
    data = bytearray(second.read_bytes())
    at = data.index(b'"two"')
    data[at + 1] ^= 0xFF
    second.write_bytes(data)
    listed = meter("ledger", "list")
    assert listed.returncode == 0
    assert f"warning: {second} is damaged at byte " in listed.stderr
    offset, length = (
        int(listed.stderr.partition(mark)[2].split()[0].strip("("))
        for mark in ("at byte ", f"at byte {listed.stderr.partition('at byte ')[2].split()[0]} ")
    )
    assert offset <= at < offset + length
    assert [each["name"] for each in meter.entries()] == ["one", "three"]
    assert meter("run", "--name", "four", "--", "true").returncode == 0
    assert [each["name"] for each in meter.entries()] == ["one", "three", "four"]
    assert "is damaged at byte" in meter("ledger", "show").stderr


def test_a_half_written_log_is_no_damage(meter):
    for name in ("one", "two"):
        assert meter("run", "--name", name, "--", "true").returncode == 0
    last = max((meter.home / "ledger" / "log").iterdir())
    last.write_bytes(last.read_bytes()[:-20])
    listed = meter("ledger", "list")
    assert listed.returncode == 0
    assert "damaged" not in listed.stderr
    assert [each["name"] for each in meter.entries()] == ["one"]


@pytest.mark.parametrize("content", [b"", b"garbage\n" * 100, b"\0" * 4096])
def test_a_file_that_is_no_log_breaks_nothing(meter, content):
    assert meter("run", "--name", "one", "--", "true").returncode == 0
    (log,) = (meter.home / "ledger" / "log").iterdir()
    log.with_name(f"0000{log.suffix}").write_bytes(content)
    listed = meter("ledger", "list")
    assert listed.returncode == 0
    assert "Traceback" not in listed.stderr
    assert [each["name"] for each in meter.entries()] == ["one"]
