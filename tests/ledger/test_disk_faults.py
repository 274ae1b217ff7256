import errno
import os
import resource
import signal
import subprocess
from contextlib import contextmanager

import pytest

from submeter.errors import RecordError
from submeter.ledger.book import Ledger
from submeter.ledger.logfile import sync_folder
from submeter.ledger.reader import read_log
from submeter.ledger.writer import LogWriter
from tests.ledger.entries import entry, log_of

ROOT = os.geteuid() == 0


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "log"


def ids(path):
    return [each.activity.id for each in read_log(path).entries]


@contextmanager
def file_size_limit(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@contextmanager
def mounted(folder, *options):
    folder.mkdir(exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", *options, "tmpfs", folder],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def failing(monkeypatch, name, number, times=10**6):
    """Let a call of the operating system fail some times."""
    real, left = getattr(os, name), [times]

    def call(*arguments):
        if left[0] <= 0:
            return real(*arguments)
        left[0] -= 1
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, call)


def test_a_file_that_may_not_grow_is_followed_by_another_and_nothing_is_lost(folder):
    with LogWriter(folder) as writer:
        writer.append_now(entry("A"))
        first = log_of(writer)
        with file_size_limit(first.stat().st_size + 20):
            writer.append_now(entry("B"))
        assert log_of(writer) != first
    assert sorted(each.id for each in Ledger(folder.parent).activities()) == ["A", "B"]
    assert Ledger(folder.parent).damage().torn == ()


def test_a_half_written_entry_is_cut_away_and_the_writer_goes_on_after(folder):
    with LogWriter(folder) as writer:
        writer.append_now(entry("A"))
        path = log_of(writer)
        size = path.stat().st_size
        with file_size_limit(size + 100):
            with pytest.raises(RecordError, match=r"not on the record: .*ulimit -f"):
                writer.append_now(entry("B", purpose="x" * 1000))
            ticket = writer.append(entry("C", purpose="x" * 1000))
            with pytest.raises(RecordError):
                ticket.wait(5)
            assert path.stat().st_size == size
        writer.append_now(entry("D"))
    report = Ledger(folder.parent).damage()
    assert report.sound
    assert report.torn == ()
    assert sorted(each.id for each in Ledger(folder.parent).activities()) == ["A", "D"]


def full_disk(monkeypatch, room):
    """Let the disk take `room` bytes more, and then be full."""
    real, left = os.write, [room]

    def write(descriptor, data):
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(descriptor, bytes(data)[: left[0]])
        left[0] -= written
        return written

    monkeypatch.setattr(os, "write", write)
    return left


def test_of_a_group_that_half_fits_the_whole_entries_are_kept_and_the_others_told(
    folder, monkeypatch
):
    with LogWriter(folder) as writer:
        start = log_of(writer).stat().st_size
        writer.append_now(entry("A"))
        size = log_of(writer).stat().st_size - start
        room = full_disk(monkeypatch, size * 2 + size // 2)
        tickets = [writer.append(entry(name)) for name in "BCDE"]
        tickets[0].wait(5)
        tickets[1].wait(5)
        for ticket in tickets[2:]:
            with pytest.raises(RecordError, match=r"the disk is full.*free some space"):
                ticket.wait(5)
        assert ids(log_of(writer)) == ["A", "B", "C"]
        room[0] = 10**6
        writer.append(entry("D")).wait(5)
        assert ids(log_of(writer)) == ["A", "B", "C", "D"]
        assert read_log(log_of(writer)).torn is None


def test_a_loss_that_no_ticket_told_is_told_at_the_end_and_once(folder, monkeypatch):
    writer = LogWriter(folder)
    room = full_disk(monkeypatch, 0)
    tickets = [writer.append(entry(name)) for name in "ABC"]
    with pytest.raises(RecordError):
        tickets[0].wait(5)
    with pytest.raises(RecordError, match=r"2 entries lost: .*the disk is full"):
        writer.flush(5)
    writer.flush(5)
    writer.append(entry("D"))
    with pytest.raises(RecordError, match="1 entries lost"):
        writer.close()
    room[0] = 10**6


def test_what_cannot_be_cut_away_is_left_and_a_new_file_taken(folder, monkeypatch):
    with LogWriter(folder) as writer:
        writer.append_now(entry("A"))
        first = log_of(writer)
        room = full_disk(monkeypatch, 30)
        with monkeypatch.context() as patch:
            failing(patch, "ftruncate", errno.EIO)
            with pytest.raises(RecordError, match="full"):
                writer.append_now(entry("B"))
        room[0] = 10**6
        writer.append_now(entry("C"))
        assert log_of(writer) != first
    report = Ledger(folder.parent).damage()
    assert report.sound
    assert [each.length for each in report.torn] == [30]
    assert sorted(each.id for each in Ledger(folder.parent).activities()) == ["A", "C"]


def test_after_a_failed_sync_nothing_is_claimed_and_a_new_file_taken(folder, monkeypatch):
    with LogWriter(folder) as writer:
        writer.append_now(entry("A"))
        first = log_of(writer)
        failing(monkeypatch, "fsync", errno.EIO, times=1)
        with pytest.raises(RecordError, match=r"the disk failed.*dmesg"):
            writer.append(entry("B")).wait(5)
        writer.append(entry("B")).wait(5)
        assert log_of(writer) != first
        assert ids(log_of(writer)) == ["B"]
    assert Ledger(folder.parent).damage().sound


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "the disk failed"),
        (errno.EACCES, "permission"),
        (errno.ECONNRESET, "reset"),
    ],
)
def test_a_writer_that_cannot_open_says_why_and_leaves_nothing(folder, monkeypatch, number, told):
    folder.mkdir()
    with monkeypatch.context() as patch:
        failing(patch, "write", number)
        with pytest.raises(RecordError, match=f"{told}.*--ledger DIR or SUBMETER_HOME"):
            LogWriter(folder)
    with monkeypatch.context() as patch:
        failing(patch, "open", number)
        with pytest.raises(RecordError, match=told):
            LogWriter(folder)
    assert list(folder.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "log").write_text("")
    for folder in (tmp_path / "log", tmp_path / "log/deeper"):
        with pytest.raises(RecordError, match="file"):
            LogWriter(folder)


def test_a_file_system_that_cannot_sync_folders_is_good_enough(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        failing(patch, "fsync", errno.EINVAL)
        sync_folder(tmp_path)
    failing(monkeypatch, "fsync", errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        sync_folder(tmp_path)


@pytest.mark.skipif(ROOT, reason="root may write wherever it likes")
def test_a_folder_without_permission_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RecordError, match="permission is denied"):
        LogWriter(tmp_path / "log")


@pytest.mark.system
@pytest.mark.skipif(not ROOT, reason="only root can mount")
def test_a_disk_that_fills_up_keeps_all_that_was_acknowledged(tmp_path):
    with mounted(tmp_path / "disk", "-o", "size=64k") as disk:
        acknowledged, lost = [], 0
        with LogWriter(disk / "log") as writer:
            for number in range(400):
                try:
                    writer.append_now(entry(f"{number:04}", purpose="x" * 300))
                    acknowledged.append(f"{number:04}")
                except RecordError as error:
                    assert error.what == "an entry is not on the record: the disk is full"  # noqa: PT017
                    lost += 1
            assert acknowledged
            assert lost
            assert ids(log_of(writer)) == acknowledged
            with pytest.raises(RecordError, match="the disk is full"):
                writer.append(entry("Z", purpose="x" * 5000)).wait(5)
            subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
            writer.append(entry("Z", purpose="x" * 5000)).wait(5)
            assert ids(log_of(writer)) == [*acknowledged, "Z"]
        assert Ledger(disk).damage().sound
        assert Ledger(disk).damage().torn == ()


@pytest.mark.system
@pytest.mark.skipif(not ROOT, reason="only root can mount")
def test_a_disk_that_turns_read_only_is_told_and_still_read(tmp_path):
    with mounted(tmp_path / "disk") as disk:
        with LogWriter(disk / "log") as writer:
            writer.append_now(entry("A"))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(RecordError, match=r"the file system is read-only.*SUBMETER_HOME"):
            LogWriter(disk / "log")
        with pytest.raises(RecordError, match="read-only"):
            LogWriter(disk / "other/log")
        assert [each.id for each in Ledger(disk).activities()] == ["A"]
