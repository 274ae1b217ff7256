"""Official data sets as copies in text: what is taken of them, and what is refused and told."""

import gzip
import io
import json
import sys
import wave
from types import SimpleNamespace

import pytest

from submeter.benchmarks.plan import Plan, published
from submeter.benchmarks.tasks import hub
from submeter.benchmarks.tasks.cells import sound
from submeter.benchmarks.tasks.hub import Column, address_of, is_table, table
from submeter.errors import UsageError

TEXT = (Column("text", ("text", "document")), Column("summary", ("summary",), needed=False))
ROWS = [{"text": "one", "summary": "1"}, {"text": "two, three", "summary": "2"}]


def lines(path, rows=ROWS):
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return str(path)


def test_the_parts_of_an_address():
    at = address_of("hub:OpenAI/gsm8k@a1b2:main#test?question=q&answer=a")
    assert at == (
        "OpenAI/gsm8k",
        True,
        "a1b2",
        "main",
        "test",
        (("question", "q"), ("answer", "a")),
    )
    assert address_of("hub:a/b") == ("a/b", True, "", "", "", ())
    assert address_of("hub:a/b@refs/convert/parquet").revision == "refs/convert/parquet"
    assert address_of("folder/set.parquet#test") == (
        "folder/set.parquet", False, "", "", "test", (),
    )  # fmt: skip


def test_a_path_that_is_there_is_a_path_whatever_it_is_called(tmp_path):
    odd = tmp_path / "what?#.jsonl"
    assert table(lines(odd), TEXT).rows[0]["text"] == "one"


@pytest.mark.parametrize("data", ["hub:", "hub:name", "hub:a/b/c", "hub:../b#", "hub:a/b?text"])
def test_what_is_no_address_is_told(data):
    with pytest.raises(UsageError, match=r"names no data set|ROLE=COLUMN"):
        address_of(data)


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.jsonl.gz"])
def test_json_lines_are_read(tmp_path, name):
    path = tmp_path / name
    told = "".join(f"{json.dumps(each)}\n" for each in ROWS).encode()
    path.write_bytes(gzip.compress(told) if name.endswith("gz") else told)
    assert is_table(str(path))
    found = table(str(path), TEXT)
    assert list(found.rows) == ROWS
    assert (found.name, found.version, found.licence) == (name, "", "not told")


def test_a_list_of_objects_and_csv_say_the_same(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(ROWS, indent=1))
    (tmp_path / "a.csv").write_text('text,summary\none,1\n"two, three",2\n')
    (tmp_path / "a.tsv").write_text("text\tsummary\none\t1\ntwo, three\t2\n")
    for name in ("a.json", "a.csv", "a.tsv"):
        assert list(table(str(tmp_path / name), TEXT).rows) == ROWS


def test_the_licence_is_what_the_card_beside_it_tells(tmp_path):
    path = lines(tmp_path / "a.jsonl")
    for card, told in (
        ("---\nlicense: cc-by-4.0\n---\n# A set", "cc-by-4.0"),
        ("---\nlicense:\n- mit\n- cc0-1.0\n---\n", "mit, cc0-1.0"),
        ("---\nlicense: [\n---\n", "not told"),
        ("# A set\nlicense: mit\n", "not told"),
    ):
        (tmp_path / "README.md").write_text(card)
        assert table(path, TEXT).licence == told


def test_columns_may_be_named(tmp_path):
    path = lines(tmp_path / "a.jsonl", [{"body": "long", "head": "short"}])
    with pytest.raises(UsageError, match="no column text or document: its columns are body, head"):
        table(path, TEXT)
    with pytest.raises(UsageError, match="no column abstract: its columns are body, head"):
        table(f"{path}?text=body&summary=abstract", TEXT)
    with pytest.raises(UsageError, match='no use for "txt"'):
        table(f"{path}?txt=body", TEXT)
    (row,) = table(f"{path}?text=body&summary=head", TEXT).rows
    assert row == {"text": "long", "summary": "short"}
    (row,) = table(f"{path}?text=body", TEXT).rows
    assert row == {"text": "long", "summary": None}


def test_rows_are_bounded_and_empty_ones_left_out(tmp_path, monkeypatch):
    path = lines(tmp_path / "a.jsonl", [{"text": ""}, *({"text": str(i)} for i in range(2000))])
    rows = table(path, TEXT).rows
    assert len(rows) == 1000
    assert rows[0]["text"] == "0"
    assert len(table(path, TEXT, most=3).rows) == 3
    with pytest.raises(UsageError, match="no row with what is wanted"):
        table(lines(tmp_path / "b.jsonl", [{"text": None}]), TEXT)
    monkeypatch.setattr(hub, "LARGEST", 100)
    with pytest.raises(UsageError, match="rows are larger"):
        table(path, TEXT)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", b'{"text": "x"}\n{"text', "row 2 cannot be read"),
        ("a.jsonl", b'{"text": "x"}\n[1]\n', "row 2 cannot be read: it is no object"),
        ("a.jsonl", b"\xff\xfe", "row 1 cannot be read"),
        ("a.jsonl", b"", "no row in it"),
        ("a.json", b"[]", "no row in it"),
        ("a.csv", b"text,summary\n", "no row in it"),
        ("a.csv", b"text,summary\na\n", "row 1 cannot be read: it has more cells"),
        ("a.csv", b"text,summary\na,b,c\n", "row 1 cannot be read: it has more cells"),
        ("a.jsonl.gz", b"no gzip", "row 1 cannot be read"),
        ("a.json", b"[" * 100_000, "row 1 cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=told):
        table(str(path), TEXT)


def test_a_line_without_end_is_not_read_to_its_end(tmp_path, monkeypatch):
    from submeter.benchmarks.tasks import text_tables

    monkeypatch.setattr(text_tables, "_LONGEST", 50)
    with pytest.raises(UsageError, match="a line of more"):
        table(lines(tmp_path / "a.jsonl", [{"text": "x" * 100}]), TEXT)
    (tmp_path / "b.json").write_text("[\n" + '{"text": "x"},\n' * 10 + '{"text": "x"}]')
    with pytest.raises(UsageError, match="a list of more"):
        table(str(tmp_path / "b.json"), TEXT)


def test_a_copy_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="no such file or folder"):
        table(str(tmp_path / "gone.jsonl"), TEXT)


def test_a_folder_of_other_things_is_no_table(tmp_path):
    assert not is_table("")
    assert not is_table(str(tmp_path))
    (tmp_path / "a.json").write_text("{}")
    assert not is_table(str(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train-00000-of-00001.parquet").write_bytes(b"")
    assert is_table(str(tmp_path))
    assert is_table("hub:a/b")


@pytest.mark.parametrize(
    ("library", "told"),
    [
        (None, "the library datasets is not installed"),
        (SimpleNamespace(__version__="3.6.0"), "datasets 3.6.0 would run programs that sets bring"),
    ],
)
@pytest.mark.parametrize("data", ["hub:ada/texts", "set.parquet"])
def test_a_library_that_is_missing_or_old_is_told(tmp_path, monkeypatch, library, told, data):
    monkeypatch.setitem(sys.modules, "datasets", library)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set.parquet").write_bytes(b"")
    with pytest.raises(UsageError, match=told):
        table(data, TEXT)


def test_sounds_need_a_library_where_they_are_no_wav(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(UsageError, match="read by soundfile"):
        sound(b"fLaC")


def test_a_bundle_names_a_set_on_the_hub_in_full_and_no_folder():
    plan = Plan("t", "m", "b", data="hub:a/b@c:d#e")
    assert published(plan, "m").data == "hub:a/b@c:d#e"
    assert published(Plan("t", "m", "b", data="/home/ada/s.csv#x"), "m").data == "s.csv#x"


def tone(channels=1, width=2):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, 8000, 0, "NONE", ""))
        half = {1: b"\xc0", 2: b"\x00\x40", 4: b"\x00\x00\x00\x40"}[width]
        file.writeframes(half * 800 * channels)
    return out.getvalue()


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_is_mono_between_minus_one_and_one(channels, width):
    told = sound({"bytes": tone(channels, width), "path": None})
    assert told["rate"] == 8000
    assert told["samples"] == [0.5] * 800


def test_a_sound_may_be_samples_or_a_file_of_the_copy(tmp_path):
    assert sound({"array": [0, 0.25], "sampling_rate": 16000, "path": None}) == {
        "samples": [0.0, 0.25], "rate": 16000,
    }  # fmt: skip
    (tmp_path / "a.wav").write_bytes(tone())
    assert sound("a.wav", tmp_path) == sound({"path": "a.wav", "bytes": None}, tmp_path)
    with pytest.raises(UsageError, match="outside of its set"):
        sound("../a.wav", tmp_path / "sub")
    with pytest.raises(UsageError, match="outside of its set"):
        sound("/etc/hostname", tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        sound("gone.wav", tmp_path)
    with pytest.raises(UsageError, match="holds no picture or sound"):
        sound(3, tmp_path)
    with pytest.raises(UsageError, match="a sound cannot be read"):
        sound({"bytes": b"RIFF...."})
