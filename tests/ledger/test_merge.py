"""Merging is the union of sets of entries: whatever the order, the grouping and the repeats."""

import hashlib
import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.errors import RecordError
from submeter.ledger.book import Ledger
from submeter.ledger.canonical import canonical, entry_bytes
from submeter.ledger.frame import encode, encode_header
from submeter.ledger.merge import merge
from submeter.ledger.reader import read_log
from submeter.workloads.activity import State
from tests.ledger.entries import START, activities, entry, log

FEW = settings(max_examples=40, deadline=None)
# Few ids and revisions, so that ledgers often hold the same work, and contradict each other.
works = st.builds(
    entry,
    identity=st.sampled_from("ABC"),
    revision=st.integers(0, 2),
    state=st.sampled_from(State),
    name=st.sampled_from(["x", "y"]),
    start=st.integers(START, START + 3),
)
ledgers = st.lists(st.lists(works | activities, max_size=4), min_size=1, max_size=4)


def lay(folder, *activities, name="a"):
    """Write a ledger by hand."""
    (folder / "log").mkdir(parents=True, exist_ok=True)
    (folder / "log" / f"{name}.wal").write_bytes(log(*activities))
    return folder


def held(folder):
    """Give the set of entries that a ledger holds, byte for byte."""
    return {
        each.payload for path in Ledger(folder).paths() for each in read_log(path).entries
    }  # fmt: skip


def shown(folder):
    return list(Ledger(folder).activities()), len(Ledger(folder).damage().conflicts)


def contents(folder):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@FEW
@given(ledgers, st.randoms())
def test_order_does_not_matter(books, random):
    with TemporaryDirectory() as made:
        root = Path(made)
        sources = [lay(root / str(i), *book) for i, book in enumerate(books)]
        merge(sources, Ledger(root / "one"))
        random.shuffle(sources)
        merge(sources, Ledger(root / "other"))
        assert held(root / "one") == held(root / "other")
        assert shown(root / "one") == shown(root / "other")
        assert held(root / "one") == {entry_bytes(each) for book in books for each in book}


@FEW
@given(st.tuples(*[st.lists(works, max_size=4)] * 3))
def test_grouping_does_not_matter(books):
    with TemporaryDirectory() as made:
        root = Path(made)
        a, b, c = (lay(root / str(i), *book) for i, book in enumerate(books))
        merge([a, b], Ledger(root / "ab"))
        merge([lay(root / "ab"), c], Ledger(root / "left"))
        merge([b, c], Ledger(root / "bc"))
        merge([a, lay(root / "bc")], Ledger(root / "right"))
        assert held(root / "left") == held(root / "right")
        assert shown(root / "left") == shown(root / "right")


@FEW
@given(ledgers, st.integers(1, 3))
def test_merging_again_changes_not_a_byte(books, times):
    with TemporaryDirectory() as made:
        root = Path(made)
        sources = [lay(root / str(i), *book) for i, book in enumerate(books)]
        merge(sources, Ledger(root / "into"))
        before = contents(root)
        for _ in range(times):
            told = merge(
                [*sources, root / "into"] if any(books) else sources, Ledger(root / "into")
            )
            assert sum(each.added for each in told) == 0
        assert contents(root) == before


@FEW
@given(ledgers)
def test_sources_are_not_changed_and_what_was_there_stays(books):
    with TemporaryDirectory() as made:
        root = Path(made)
        sources = [lay(root / str(i), *book) for i, book in enumerate(books)]
        into = lay(root / "into", entry("Z"))
        before = contents(root)
        merge(sources, Ledger(into))
        after = contents(root)
        assert {path: after[path] for path in before} == before
        assert entry_bytes(entry("Z")) in held(into)


def test_the_latest_revision_is_shown_wherever_it_comes_from(tmp_path):
    first, last = entry("A", state=State.OPEN), entry("A", revision=1, name="done")
    for order in itertools.permutations((lay(tmp_path / "1", first), lay(tmp_path / "2", last))):
        into = Ledger(tmp_path / f"into-{order[0].name}")
        merge(order, into)
        assert list(into.activities()) == [last]
        assert into.history("A") == (first, last)


def test_a_retry_stays_an_entry_of_its_own(tmp_path):
    lineage = {"job": "slurm:1", "rank": "3"}
    one, two = entry("A", lineage=lineage), entry("B", lineage={**lineage, "restarts": "1"})
    into = Ledger(tmp_path / "into")
    merge([lay(tmp_path / "1", one), lay(tmp_path / "2", two)], into)
    assert list(into.activities()) == [one, two]


def test_it_says_what_each_source_had(tmp_path):
    one, two = lay(tmp_path / "1", entry("A"), entry("B")), lay(tmp_path / "2", entry("B"))
    lay(two, entry("C"), name="b")
    told = merge([one, two], Ledger(tmp_path / "into"))
    assert [(each.logs, each.entries, each.added) for each in told] == [(1, 2, 2), (2, 2, 1)]
    assert [each.path for each in told] == [one, two]


def test_a_damaged_source_gives_what_is_intact(tmp_path):
    source = lay(tmp_path / "1", *(entry(each) for each in "ABC"))
    (path,) = Ledger(source).paths()
    data = bytearray(path.read_bytes())
    data[data.index(b'"id":"B"') + 6] ^= 1
    path.write_bytes(bytes(data))
    lay(source, entry("D"), entry("E"), name="b")
    torn = source / "log" / "b.wal"
    torn.write_bytes(torn.read_bytes()[:-3])
    into = Ledger(tmp_path / "into")
    (told,) = merge([source], into)
    assert [each.id for each in into.activities()] == ["A", "C", "D"]
    assert (told.entries, told.added, len(told.torn)) == (3, 3, 1)
    assert [each.path for each in told.damage] == [path]
    assert "checksum" in told.damage[0].reason
    assert into.damage().sound, "the damage is not copied"


def test_a_log_that_cannot_be_read_at_all_holds_up_nothing(tmp_path):
    source = lay(tmp_path / "1", entry("A"))
    (source / "log" / "b.wal").mkdir()
    into = Ledger(tmp_path / "into")
    (told,) = merge([source], into)
    assert [each.id for each in into.activities()] == ["A"]
    assert [each.path.name for each in told.damage] == ["b.wal"]


def test_what_a_newer_version_wrote_is_kept_to_the_byte(tmp_path):
    payload = entry_bytes(entry("A"))[:-1] + b',"zeta":{"of":"tomorrow"}}'
    (tmp_path / "1/log").mkdir(parents=True)
    (tmp_path / "1/log/a.wal").write_bytes(encode_header(canonical({})) + encode(payload))
    merge([tmp_path / "1"], Ledger(tmp_path / "into"))
    assert held(tmp_path / "into") == {payload}


@pytest.mark.parametrize("name", ["", "log", "log/a.wal"])
def test_a_source_may_be_a_ledger_a_folder_of_logs_or_a_log(tmp_path, name):
    source = lay(tmp_path / "1", entry("A"))
    into = Ledger(tmp_path / "into")
    merge([source / name], into)
    assert [each.id for each in into.activities()] == ["A"]


def test_an_empty_ledger_is_a_source_too_and_makes_nothing(tmp_path):
    (tmp_path / "1/log").mkdir(parents=True)
    (told,) = merge([tmp_path / "1"], Ledger(tmp_path / "into"))
    assert (told.logs, told.entries, told.added) == (0, 0, 0)
    assert not (tmp_path / "into").exists()


def test_what_is_no_ledger_is_refused_before_anything_is_written(tmp_path):
    source = lay(tmp_path / "1", entry("A"))
    (tmp_path / "2").mkdir()
    for path, told in ((tmp_path / "2", 'no ledger.*holds "log"'), (tmp_path / "3", "no ledger")):
        with pytest.raises(RecordError, match=told):
            merge([source, path], Ledger(tmp_path / "into"))
    assert not (tmp_path / "into").exists()


def test_a_source_that_may_not_be_listed_is_told(tmp_path, monkeypatch):
    source = lay(tmp_path / "1", entry("A"))

    def refused(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(RecordError, match="permission is denied"):
        merge([source], Ledger(tmp_path / "into"))


def test_a_file_that_is_no_log_is_refused_and_nothing_is_written(tmp_path):
    good, bad = lay(tmp_path / "good", entry("A")), tmp_path / "notes.txt"
    bad.write_text("no log\n")
    with pytest.raises(RecordError, match="this is no log of a ledger"):
        merge([good, bad], Ledger(tmp_path / "into"))
    assert not (tmp_path / "into").exists()
