import os
import stat
import threading
import time

import pytest

from submeter.errors import RecordError
from submeter.ledger import writer as module
from submeter.ledger.book import Ledger
from submeter.ledger.reader import read_log
from submeter.ledger.writer import LogWriter
from tests.ledger.entries import START, entry, log_of


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state/ledger/log"


def ids(path):
    return [each.activity.id for each in read_log(path).entries]


def test_a_ticket_returns_when_the_entry_can_be_read(folder):
    with LogWriter(folder) as writer:
        ticket = writer.append(entry("A"))
        ticket.wait(5)
        assert ticket.done
        assert ids(log_of(writer)) == ["A"]
        writer.append_now(entry("B"))
        assert ids(log_of(writer)) == ["A", "B"]


def test_files_and_folders_are_for_their_owner_alone(folder):
    before = os.umask(0)
    try:
        with LogWriter(folder) as writer:
            path = log_of(writer)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for each in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(each.stat().st_mode) == 0o700


def test_a_log_is_named_by_date_host_and_process(folder):
    with LogWriter(folder, lambda: START) as writer:
        date, _, rest = log_of(writer).name.partition(f"-{os.uname().nodename}-")
        assert date == time.strftime("%Y-%m-%d", time.gmtime(START // 10**9))
        assert rest.startswith(f"{os.getpid()}-")
        header = read_log(log_of(writer)).header
    assert header["created"] == START
    assert header["writer"] in rest


def test_two_writers_at_once_have_a_file_each(folder):
    with LogWriter(folder) as one, LogWriter(folder) as other:
        for number in range(40):
            one.append(entry(f"1-{number}"))
            other.append(entry(f"2-{number}"))
    assert len(list(folder.iterdir())) == 2
    assert len(list(Ledger(folder.parent).activities())) == 80


def test_threads_share_a_writer_and_each_keeps_its_order(folder):
    def work(name):
        for number in range(100):
            ticket = writer.append(entry(f"{name}-{number:03}"))
        ticket.wait(10)

    with LogWriter(folder) as writer:
        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        found = ids(log_of(writer))
    assert len(found) == 400
    for name in "abcd":
        own = [each for each in found if each.startswith(name)]
        assert own == sorted(own)


def test_entries_go_to_the_disk_in_groups(folder, monkeypatch):
    synced = []
    real = os.fsync

    def sync(descriptor):
        synced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    with LogWriter(folder) as writer:
        synced.clear()
        tickets = [writer.append(entry(str(number))) for number in range(200)]
        for ticket in tickets:
            ticket.wait(5)
    assert len(synced) <= 200 // 10


def test_a_full_group_does_not_wait_for_the_delay(folder, monkeypatch):
    monkeypatch.setattr(module, "DELAY", 30)
    with LogWriter(folder) as writer:
        for number in range(module.GROUP):
            ticket = writer.append(entry(str(number)))
        ticket.wait(10)
        writer.append(entry("more"))
        writer.flush(10)
        assert ids(log_of(writer))[-1] == "more"


def test_a_short_wait_says_that_the_entry_may_still_come(folder, monkeypatch):
    monkeypatch.setattr(module, "DELAY", 0.3)
    with LogWriter(folder) as writer:
        ticket = writer.append(entry("A"))
        with pytest.raises(RecordError, match=r"not on the disk after 0.01 s"):
            ticket.wait(0.01)
        ticket.wait(5)
        assert ids(log_of(writer)) == ["A"]


def test_a_closed_writer_has_written_all_and_takes_no_more(folder):
    writer = LogWriter(folder)
    path = log_of(writer)
    writer.append(entry("A"))
    writer.close()
    writer.close()
    assert ids(path) == ["A"]
    for append in (writer.append, writer.append_now):
        with pytest.raises(RecordError, match="closed"):
            append(entry("B"))


def test_without_threads_an_entry_is_written_at_once(folder, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    with LogWriter(folder) as writer:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        ticket = writer.append(entry("A"))
        assert ticket.done
        ticket.wait()
        assert ids(log_of(writer)) == ["A"]


def test_a_refused_entry_costs_the_others_nothing(folder):
    with LogWriter(folder) as writer:
        writer.append(entry("A"))
        with pytest.raises(RecordError, match="finite"):
            writer.append(entry("B", seconds=float("nan")))
        writer.append(entry("C"))
        path = log_of(writer)
    assert ids(path) == ["A", "C"]


def test_a_slow_disk_makes_append_wait_instead_of_filling_the_memory(folder, monkeypatch):
    monkeypatch.setattr(module, "BACKLOG", 100)
    with LogWriter(folder) as writer:
        for number in range(50):
            writer.append(entry(str(number)))
        path = log_of(writer)
    assert len(ids(path)) == 50


def test_a_log_that_is_deleted_under_its_writer_is_followed_by_another(folder):
    with LogWriter(folder) as writer:
        writer.append_now(entry("A"))
        log_of(writer).unlink()
        folder.rmdir()
        writer.append_now(entry("B"))
        assert ids(log_of(writer)) == ["B"]


def test_a_log_only_grows(folder):
    with LogWriter(folder) as writer:
        path, sizes, seen = log_of(writer), [], b""
        for number in range(30):
            writer.append(entry(str(number)))
            if number % 7 == 0:
                writer.flush()
            now = path.read_bytes()
            assert now.startswith(seen)
            seen = now
            sizes.append(len(now))
    assert sizes == sorted(sizes)
