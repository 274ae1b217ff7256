"""``submeter bench``, ``verify`` and ``rate`` on bundles, as their user has them."""

import hashlib
import io
import json
import os
import signal
import time
import zipfile

import pytest
from rich.console import Console

from submeter.benchmarks.bundle import read_bundle
from submeter.cli.main import main
from submeter.cli.render.bench import print_bundle
from tests.benchmarks.keep import KEPT

MODEL = """
import time
from submeter.benchmarks.backend import Answer

def ready():
    print("ready")

def answer(text):
    end = time.perf_counter() + 0.01
    while time.perf_counter() < end:
        pass
    return Answer(text.split("\\n\\n")[1][:60], tokens_out=12)

def slow(text):
    time.sleep(0.02)
    return "x"
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def words(model, out, *more, function="answer"):
    return (
        "bench", "run", "--task", "summarization", "--backend", "function", "--idle", "0.1 s",
        "--model", f"{model}:{function}", "--out", str(out), "--queries", "80", *more,
    )  # fmt: skip


def test_a_model_is_measured_verified_and_rated(model, tmp_path, capsys):
    out = tmp_path / "b.zip"
    assert main([*words(model, out), "--precision", "50 %", "--option", "setup=ready"]) == 0
    told = capsys.readouterr().out
    assert "model.py:answer: summarization, single" in told
    assert "node energy a query" in told
    assert "ROUGE-L" in told
    assert main(["verify", str(out), "--json", str(tmp_path / "v.json")]) == 0
    assert "figures follow from its readings" in capsys.readouterr().out
    assert json.loads((tmp_path / "v.json").read_text())["bundles"][0]["differences"] == []
    assert main(["rate", str(out), "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["task"], row["boundary"], row["quality"]["metric"]) == (
        "summarization", "node", "ROUGE-L",
    )  # fmt: skip
    assert sum(row["chances"].values()) == pytest.approx(1)


def test_of_a_run_too_short_for_the_meter_no_interval_is_told():
    bundle = read_bundle(KEPT / "rules-1-short.zip")
    energy = bundle.told["summary"]["energy"]["node"]["per"]["query"]
    assert (energy["low"], energy["high"]) == (None, None)
    shown = io.StringIO()
    print_bundle(Console(file=shown, width=120), bundle, "b.zip")
    (line,) = [each for each in shown.getvalue().splitlines() if "node energy a query" in each]
    assert f"(too short to be sure), {energy['tier']}" in line


def test_durations_rates_and_sittings_are_told_in_plain_numbers():
    bundle = read_bundle(KEPT / "rules-1-single.zip")
    speed = {
        **bundle.told["summary"]["speed"], "latency": {"p50": 1.573e-06},
        "per_second": {"query": 123_987.0, "token": 0.0501},
    }  # fmt: skip
    summary = {**bundle.told["summary"], "speed": speed}
    told = {**bundle.told, "summary": summary, "sittings": bundle.told["sittings"] * 2}
    shown = io.StringIO()
    print_bundle(Console(file=shown, width=120), bundle._replace(told=told), "b.zip")
    assert "p50 1.57 µs" in shown.getvalue()
    assert "124,000 queries, 0.0501 tokens" in shown.getvalue()
    assert ", in 2 sittings" in shown.getvalue()


def test_a_bundle_is_never_written_over(model, tmp_path, capsys):
    out = tmp_path / "b.zip"
    out.write_bytes(b"somebody's")
    assert main([*words(model, out)]) == 2
    assert "there is a file already" in capsys.readouterr().err
    assert out.read_bytes() == b"somebody's"


def test_an_altered_bundle_is_refused(model, tmp_path, capsys):
    out = tmp_path / "b.zip"
    assert main([*words(model, out), "--precision", "50 %", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "submeter.bundle/1"
    with zipfile.ZipFile(out) as file:
        parts = {each.filename: file.read(each) for each in file.infolist()}
    parts["queries.ndjson"] = parts["queries.ndjson"].replace(b'"batch": 1,', b'"batch": 2,', 1)
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    assert main(["verify", str(out)]) == 2
    assert "queries.ndjson is not what SHA256SUMS says" in capsys.readouterr().err


def test_a_killed_run_goes_on(meter, model, tmp_path):
    out = tmp_path / "b.zip"
    told = words(model, out, "--queries", "400", "--precision", "0.1 %", function="slow")
    running = meter.start(*told)
    kept = tmp_path / "b.zip.part" / "sitting-0.json"
    deadline = time.monotonic() + 60
    while not kept.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert kept.exists()
    done = meter(*told)
    assert done.returncode == 0, done.stderr
    assert meter("verify", out).returncode == 0
    bundle = json.loads(zipfile.ZipFile(out).read("bundle.json"))
    assert bundle["summary"]["statistics"]["sittings"] == 2
    assert bundle["summary"]["statistics"]["queries"] == 400


def test_what_misses_its_bound_is_told_and_left_out_of_a_comparison(model, tmp_path, capsys):
    names = [str(tmp_path / each) for each in ("quick.zip", "late.zip", "kept.zip")]
    for name, bound in zip(names, ("60s", "1us", "60s"), strict=True):
        told = words(model, name, "--precision", "50 %", "--bound", f"latency.p99={bound}")
        assert main([*told]) == 0
        missed = "it misses its bound: latency.p99 was" in capsys.readouterr().out
        assert missed is (bound == "1us")
    assert main(["bench", "compare", *names, "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["results"]] == ["quick.zip", "kept.zip"]
    assert any(each.startswith("late.zip misses its bound: ") for each in told["notes"])
    assert main(["bench", "compare", names[1], names[1]]) == 2
    assert "none of them keeps to its bound" in capsys.readouterr().err


def test_what_there_is_is_listed(capsys):
    assert main(["bench", "list"]) == 0
    told = capsys.readouterr().out
    assert "summarization: sum up a module's documentation" in told
    assert "function: any Python function" in told
    assert main(["bench", "list", "--json", "-"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"single", "offline", "server", "reasoning", "workload"} == set(listed["scenarios"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--task", "sumarization"), "did you mean summarization?"),
        (("--backend", "functions"), "did you mean function?"),
        (("--model", "nowhere.py:f"), "there is no such file"),
        (("--model", "json:lods"), 'no function "lods"'),
        (("--model", "no_such_module:f"), "cannot be imported"),
        (("--model", "plain"), "names no function"),
        (("--option", "x"), "write NAME=VALUE"),
        (("--bound", "x"), "write first_token.p99=0.5s"),
        (("--bound", "speed.p50=1s"), '"speed.p50" is no latency'),
        (("--bound", "latency.p50=1 kg"), "--bound latency.p50"),
        (("--option", "x=1"), "has no option x"),
        (("--precision", "3 kg"), "--precision"),
        (("--scenario", "server"), "answers one at a time"),
        (("--data", "x.csv"), "there is no such file or folder"),
        (("--out", "/nowhere/b.zip"), "cannot be begun"),
        (("--batch", "0"), "a batch has 1 query or more"),
    ],
)
def test_bad_usage_says_what_where_and_the_next_step(model, tmp_path, capsys, change, told):
    assert main([*words(model, tmp_path / "b.zip"), *change]) == 2
    assert told in capsys.readouterr().err


def test_what_is_missing_is_named(capsys):
    assert main(["bench", "run", "--task", "summarization"]) == 2
    assert "--model is missing" in capsys.readouterr().err


def test_a_label_is_drawn_of_what_verifies(model, tmp_path, capsys):
    out, label = tmp_path / "b.zip", tmp_path / "l.svg"
    assert main([*words(model, out), "--precision", "50 %"]) == 0
    capsys.readouterr()
    assert main(["label", str(out), "--out", str(label), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "model.py:answer"
    assert label.read_text().startswith("<svg")
    assert main(["label", str(out), "--out", str(tmp_path / "l.gif")]) == 2
    assert "no kind of picture" in capsys.readouterr().err
    assert main(["label", str(out), "--out", "/nowhere/l.svg"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_sweep_is_resumed_and_compared(model, tmp_path, capsys):
    folder = tmp_path / "sweep"
    told = [
        *words(model, folder, "--precision", "50 %", "--scenario", "offline"),
        "--sweep",
        "batch=1,4",
    ]
    assert main(told) == 0
    shown = capsys.readouterr()
    assert "1 of 2: batch-1\n" in shown.err
    assert "on the front" in shown.out
    made = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
    assert set(made) == {"batch-1.zip", "batch-4.zip"}
    assert main([*told, "--json", "-"]) == 0
    shown = capsys.readouterr()
    assert "2 of 2: batch-4, is there" in shown.err
    assert made == {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
    result = json.loads(shown.out)
    assert result["unit"] == "token"
    assert {each["name"] for each in result["results"]} == {"batch-1", "batch-4"}
    assert main(["bench", "compare", *map(str, folder.iterdir())]) == 0
    assert "batch-4.zip" in capsys.readouterr().out


def test_what_cannot_be_compared_is_told(model, tmp_path, capsys):
    out = tmp_path / "b.zip"
    assert main(["bench", "compare", str(out)]) == 2
    assert "two bundles or more" in capsys.readouterr().err
    assert main([*words(model, out), "stray.zip"]) == 2
    assert "stray.zip is no option" in capsys.readouterr().err
    assert main([*words(model, out), "--sweep", "batch=x"]) == 2
    assert "is no number" in capsys.readouterr().err


def test_of_a_sweep_what_tells_no_energy_is_left_out_and_named(
    model, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "sweep"
    told = [*words(model, folder, "--precision", "50 %", "--scenario", "offline")]
    assert main([*told, "--sweep", "batch=1,4"]) == 0
    path = folder / "batch-4.zip"
    with zipfile.ZipFile(path) as file:
        parts = {each.filename: file.read(each) for each in file.infolist()}
    whole = json.loads(parts["bundle.json"])
    whole["summary"]["energy"] = {}
    parts["bundle.json"] = json.dumps(whole).encode()
    parts["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(parts[name]).hexdigest()}  {name}\n"
        for name in ("bundle.json", "readings.ndjson", "queries.ndjson")
    ).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    capsys.readouterr()
    assert main(["bench", "compare", str(folder / "batch-1.zip"), str(path)]) == 0
    shown = capsys.readouterr()
    assert "batch-4.zip: no energy is told of it" in shown.err
    assert "batch-4" not in shown.out
    assert main(["bench", "compare", str(path), str(path)]) == 2
    assert "no unit of work" in capsys.readouterr().err
