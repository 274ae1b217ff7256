import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import RecordError
from submeter.ledger.book import Ledger
from submeter.ledger.reader import interpret, read_log
from submeter.ledger.selection import Selection
from submeter.workloads.activity import State
from tests.ledger.entries import START, entry, log

WHOLE = b'{"schema":"submeter.activity/1","id":"A","name":"n","start":0,"end":0,"seconds":0'


@pytest.fixture
def ledger(tmp_path):
    (tmp_path / "log").mkdir()
    return Ledger(tmp_path)


def put(ledger, name, *activities):
    (ledger.folder / "log" / f"{name}.wal").write_bytes(log(*activities))


def test_the_newest_revision_of_every_id_is_shown(ledger):
    first = entry("A", state=State.OPEN)
    last = entry("A", revision=1, name="done")
    put(ledger, "b", last)
    put(ledger, "a", first, entry("B", start=START + 1))
    assert [each.id for each in ledger.activities()] == ["A", "B"]
    assert next(ledger.activities()) == last
    assert ledger.history("A") == (first, last)
    assert ledger.damage().sound


def test_equal_entries_are_merged_in_any_number(ledger):
    for name in "abc":
        put(ledger, name, entry("A"), entry("A"))
    assert list(ledger.activities()) == [entry("A")]
    assert ledger.damage().conflicts == ()


def test_contradicting_entries_are_both_reported_and_shown_the_same_in_any_order(ledger):
    one, other = entry("A", name="x"), entry("A", name="y", state=State.OPEN)
    shown = []
    for order in ((one, other), (other, one)):
        put(ledger, "a", *order)
        shown.append(list(ledger.activities()))
        (conflict,) = ledger.damage().conflicts
        assert (conflict.id, conflict.revision) == ("A", 0)
        assert [each.activity for each in conflict.entries] == [one, other]
        assert not ledger.damage().sound
    assert shown[0] == shown[1] == [one]
    assert ledger.history("A") == (one, other)


def test_entries_are_chosen_by_simple_criteria(ledger):
    odd = entry(
        "B", name="b", start=START + 5, stage="training", model={"name": "m"}, state=State.OPEN
    )
    put(ledger, "a", entry("A"), odd)
    for criteria in (
        {"since": START + 5},
        {"name": "b"},
        {"stage": "training"},
        {"model": "m"},
        {"state": State.OPEN},
    ):
        assert list(ledger.activities(Selection(**criteria))) == [odd]
    assert list(ledger.activities(Selection(until=START + 5))) == [entry("A")]


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(0, 50))
def test_windows_that_touch_share_no_entry_and_miss_none(starts, middle):
    rows = [entry(str(start), start=start) for start in starts]
    early, late = Selection(until=middle), Selection(since=middle)
    assert all(early.admits(row) != late.admits(row) for row in rows)


def test_an_entry_is_found_by_id_beginning_or_last(ledger):
    put(ledger, "a", entry("01AB"), entry("01AC", start=START + 1), entry("01", start=START - 1))
    assert ledger.get("01AB").id == "01AB"
    assert ledger.get("01").id == "01"
    assert ledger.get("01ac").id == "01AC"
    assert ledger.get("last").id == "01AC"


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("01A", "begins 2 ids.*01AB, 01AC"),
        ("01BC", 'did you mean "01AC"'),
        ("trian", 'did you mean "train"'),
        ("train", "is a name; the latest entry of that name is 01AC"),
        ("zzz", "submeter ledger list"),
        ("", "submeter ledger list"),
    ],
)
def test_an_unknown_entry_is_explained(ledger, reference, told):
    put(ledger, "a", entry("01AB", name="train"), entry("01AC", name="train"))
    with pytest.raises(RecordError, match=told):
        ledger.get(reference)


def test_a_ledger_that_is_not_there_is_empty_and_stays_so(tmp_path):
    ledger = Ledger(tmp_path / "none")
    assert list(ledger.activities()) == []
    assert ledger.damage().sound
    with pytest.raises(RecordError, match=r"the ledger is empty.*submeter run"):
        ledger.get("last")
    assert not ledger.folder.exists()


def test_a_file_where_the_folder_should_be_is_told(tmp_path):
    (tmp_path / "log").write_text("")
    with pytest.raises(RecordError, match="not a folder"):
        list(Ledger(tmp_path).activities())


def test_damage_is_reported_with_its_place_and_the_rest_is_read(ledger):
    rows = [entry(str(number)) for number in range(5)]
    put(ledger, "a", *rows)
    path = ledger.folder / "log/a.wal"
    broken = bytearray(path.read_bytes())
    at = broken.index(b'"id":"2"')
    broken[at] ^= 1
    path.write_bytes(bytes(broken[:-3]))
    assert [each.id for each in ledger.activities()] == ["0", "1", "3"]
    report = ledger.damage()
    (damage,), (torn,) = report.damage, report.torn
    assert damage.path == torn.path == path
    assert damage.offset <= at < damage.offset + damage.length
    assert torn.offset + torn.length == len(broken) - 3
    assert not report.sound


def test_what_is_no_log_or_cannot_be_read_is_reported_and_stops_nothing(ledger):
    put(ledger, "a", entry("A"))
    folder = ledger.folder / "log"
    (folder / "text.wal").write_text("hello\n" * 5)
    (folder / "empty.wal").touch()
    (folder / "folder.wal").mkdir()
    (folder / "gone.wal").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.wal")
    (folder / "notes.txt").write_text("not a log")
    assert [each.id for each in ledger.activities()] == ["A"]
    report = ledger.damage()
    assert {each.path.name for each in report.damage} == {
        "text.wal",
        "folder.wal",
        "gone.wal",
        "pipe.wal",
    }
    assert [each.path.name for each in report.torn] == ["empty.wal"]
    with pytest.raises(RecordError, match="regular file"):
        read_log(folder / "pipe.wal")
    with pytest.raises(RecordError, match="cannot be read"):
        read_log(folder / "absent.wal")


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"[]",
        b"nonsense",
        b"[" * 100_000,
        b"1" * 10_000,
        b'{"schema":"submeter.other/1"}',
        b'{"schema":"submeter.activity/1","id":"A"}',
        b'{"schema":"submeter.activity/1","id":1,"name":"n","start":0,"end":0,"seconds":0}',
        WHOLE + b',"phases":[{}]}',
        WHOLE + b',"model":[]}',
    ],
)
def test_an_intact_frame_that_is_no_entry_is_reported(payload):
    from submeter.ledger.frame import encode

    found = interpret(Path("x"), log(entry("A")) + encode(payload) + log(entry("B"))[26:])
    assert [each.activity.id for each in found.entries] == ["A", "B"]
    assert "not an entry" in found.damage[0].reason


@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_no_bytes_make_a_reader_raise(junk, seed):
    interpret(Path("x"), junk)
    broken = bytearray(log(entry("A"), entry("B")))
    chance = random.Random(seed)  # noqa: S311 - repeatable damage
    for _ in range(5):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    interpret(Path("x"), bytes(broken) + junk)


def test_importing_the_ledger_is_cheap():
    import subprocess
    import sys

    heavy = "{'numpy','asyncio','socket','subprocess','logging','hashlib','http','sqlite3'}"
    code = (
        "import sys; before = set(sys.modules); import submeter.ledger.book; "
        f"print(sorted({heavy} & (set(sys.modules) - before)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
