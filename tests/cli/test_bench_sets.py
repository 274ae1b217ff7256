"""Workloads of one's own, efforts of reasoning and sweeps in parts, as their user has them."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from submeter.benchmarks.bundle import read_bundle
from submeter.cli.main import main
from submeter.errors import SensorUnavailable
from submeter.lab.building import build
from tests.benchmarks.servers import served

MODEL = """
import time, zlib
from submeter.benchmarks.backend import Answer

def spin(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass

def answer(text, limits):
    spin(0.001)
    first = time.monotonic_ns()
    spin(0.0002 * limits.most)
    return Answer("x", len(text.split()) + 3, limits.most, None, first, "length")

def words(text):
    return "x"

def thinks(text, limits):
    own = 3 + zlib.crc32(text.encode()) % 9
    whole = own + {"off": 0, "low": 20, "medium": 20, "high": 90}[limits.effort]
    out = limits.most if limits.least else min(whole, limits.most)
    spin(0.0002 * out)
    finish = "length" if limits.least or out < whole else "stop"
    return Answer("x", 5, out, min(out, whole - own), None, finish)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a folder with a model and a workload of 30 requests in about a second, and go there."""
    (tmp_path / "m.py").write_text(MODEL)
    lines = [{"schema": "submeter.workload/1"}] + [
        {"at": i / 25, "tokens_in": 20 + i, "tokens_out": 1 + i % 4} for i in range(30)
    ]
    (tmp_path / "w.ndjson").write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def replays(out, *more, function="answer"):
    return [
        "bench", "run", "--workload", "w.ndjson", "--backend", "function", "--idle", "0.1 s",
        "--model", f"m.py:{function}", "--out", str(out), *more,
    ]  # fmt: skip


def test_a_workload_is_replayed_verified_compared_and_never_rated(folder, capsys):
    assert main(replays("a.zip")) == 0
    told = capsys.readouterr().out
    assert "m.py:answer: workload, 30 requests of one's own" in told
    assert "node energy in all" in told
    assert "asked late" in told
    assert "1,035 in (1,035 reached)" in told
    assert "no stars and no rank" in told
    assert main(["verify", "a.zip"]) == 0
    assert main(["rate", "a.zip", "--json", "-"]) == 0
    out = capsys.readouterr().out
    (row,) = json.loads(out[out.index("[") :])
    assert (row["stars"], row["rank"]) == (None, None)
    assert main(replays("b.zip", function="words")) == 0
    assert "a word of a prompt was taken for one" in capsys.readouterr().out
    assert main(["bench", "compare", "a.zip", "b.zip", "--json", "-"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert compared["unit"] == "query"
    assert {each["name"] for each in compared["results"]} == {"a.zip", "b.zip"}
    assert main(["leaderboard", "build", "a.zip", "--out", "site"]) == 2
    assert "no place on a leaderboard" in capsys.readouterr().err
    assert main(["bench", "export", "a.zip", "--format", "aies-v1", "--out", "x.csv"]) == 2
    assert "no place among results of others" in capsys.readouterr().err


def test_a_part_of_a_workload_is_replayed_faster_and_not_beside_the_whole(folder, capsys):
    assert main(replays("a.zip", "--queries", "20", "--speed", "4")) == 0
    assert main(replays("b.zip", "--time", "0.5 s", "--concurrency", "3")) == 0
    few, short = read_bundle(Path("a.zip")), read_bundle(Path("b.zip"))
    assert len(few.queries) == 20
    assert len(short.queries) == 13
    dues = [each.due or 0 for each in few.queries]
    assert (max(dues) - min(dues)) / 1e9 == pytest.approx(19 / 25 / 4, abs=1e-6)
    assert short.plan.concurrency == 1, "a function answers one at a time"
    capsys.readouterr()
    assert main(["bench", "compare", "a.zip", "b.zip"]) == 2
    assert "not of the same workload" in capsys.readouterr().err


def test_a_server_is_asked_side_by_side_and_for_exact_lengths(folder, capsys):
    with served() as server:
        url = f"url=http://127.0.0.1:{server.server_port}/v1"
        words = replays("a.zip", "--backend", "openai", "--model", "m", "--option", url)
        assert main(words) == 0
        bodies = [body for _, body, _ in server.asked][2:]
    assert [body["max_tokens"] for body in bodies] == [1 + i % 4 for i in range(30)]
    assert all(body["ignore_eos"] and body["min_tokens"] == body["max_tokens"] for body in bodies)
    # This server counts 5 tokens whatever it is asked, so that a word is taken for one.
    contents = [body["messages"][0]["content"] for body in bodies]
    assert [len(each.split()) for each in contents] == [20 + i for i in range(30)]
    bundle = read_bundle(Path("a.zip"))
    assert bundle.plan.concurrency == 64
    assert bundle.told["summary"]["workload"]["exact"] == 1
    assert "prompts came to 14% of the tokens that were asked" in capsys.readouterr().out


def test_candidates_of_a_workload_are_compared_at_once(folder, capsys):
    swept = ["--sweep", "model=m.py:answer,m.py:words"]
    assert main(replays("set", *swept, "--queries", "20")) == 0
    told = capsys.readouterr()
    assert "on the front" in told.out
    assert "J a query" in told.out
    assert len(list(Path("set").glob("*.zip"))) == 2
    assert main(replays("set", *swept, "--queries", "20")) == 0
    assert "2 of 2: model-m.py-words, is there" in capsys.readouterr().err
    text = Path("w.ndjson").read_text()
    Path("w.ndjson").write_text(text.replace('"tokens_in": 21,', '"tokens_in": 22,'))
    assert main(replays("set", *swept, "--queries", "20")) == 0
    assert "is there" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--task", "summarization"), "a workload is a task of its own"),
        (("--workload", "none.ndjson"), "none.ndjson, check its path"),
        (("--workload", "m.py"), "neither JSON, NDJSON nor a known CSV"),
        (("--time", "0 s"), "no request comes within that time"),
        (("--speed", "0"), "a speed of more than 0"),
        (("--sweep", "data=a,b"), "one workload is replayed at a time"),
        (("--part", "1/2"), "a single run has no parts"),
        (("--queries", "1"), "at least 2 queries"),
    ],
)
def test_what_cannot_be_replayed_is_told(folder, capsys, more, told):
    assert main(replays("a.zip", *more)) == 2
    assert told in capsys.readouterr().err


def test_a_scenario_of_a_workload_needs_one(folder, capsys):
    words = ["bench", "run", "--scenario", "workload", "--backend", "function", "--model", "m.py:x"]
    assert main([*words, "--out", "a.zip"]) == 2
    assert "there is no workload to replay" in capsys.readouterr().err


def test_what_the_ledger_counts_is_replayed(folder, meter, capsys):
    program = (
        "import submeter, time\n"
        "for i in range(24):\n"
        "    with submeter.measure('chat') as window:\n"
        "        time.sleep(0.01)\n"
        "        window.count(requests=1, tokens_in=30 + i, tokens_out=4, tokens_cached=8)\n"
        "with submeter.measure('other'):\n"
        "    time.sleep(0.01)\n"
    )
    ran = meter("run", "--", "python3", "-c", "pass")
    assert ran.returncode == 0, ran.stderr
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", program], env=meter.environ, check=True, cwd=folder)
    done = meter("ledger", "workload", "--out", "own.ndjson", "--json", "-")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["requests"], told["entries"], told["spread"]) == (24, 24, 0)
    assert told["tokens_in"] == sum(30 + i for i in range(24))
    assert told["left_out"] >= 1
    assert meter("ledger", "workload", "--out", "own.ndjson").stdout.startswith("24 requests")
    assert "chat" not in (folder / "own.ndjson").read_text()
    assert main(replays("a.zip", "--workload", "own.ndjson")) == 0
    assert len(read_bundle(Path("a.zip")).queries) == 24
    assert meter("ledger", "workload").returncode == 2
    refused = meter("ledger", "workload", "--out", "x", "--name", "none")
    assert "no entry tells requests" in refused.stderr
    assert meter("ledger", "list", "--out", "x").returncode == 2


def test_the_schema_of_a_workload_is_printed(capsys):
    assert main(["schema", "workload"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "submeter.workload/1"


def thinks(out, *more, function="thinks"):
    return [
        "bench", "run", "--task", "summarization", "--scenario", "reasoning", "--backend",
        "function", "--model", f"m.py:{function}", "--idle", "0 s", "--queries", "40",
        "--precision", "50 %", "--out", str(out), *more,
    ]  # fmt: skip


def test_efforts_are_measured_at_one_budget_and_at_free_length_and_resumed(folder, capsys):
    words = thinks("set", "--effort", "off,low,medium,high", "--budget", "50")
    assert main(words) == 0
    told = capsys.readouterr()
    assert told.out.index("at most 50 tokens") < told.out.index("free length")
    assert "1 of 8: effort-off_budget-50\n" in told.err
    assert "effort medium (effort-medium_budget-50) is left out" in told.out
    assert "effort medium (effort-medium_budget-free) is left out" in told.out
    kept = {each: each.stat().st_mtime_ns for each in Path("set").iterdir()}
    assert len(kept) == 8
    assert main([*words, "--json", "-"]) == 0
    again = capsys.readouterr()
    assert "8 of 8: effort-high_budget-free, is there" in again.err
    assert kept == {each: each.stat().st_mtime_ns for each in Path("set").iterdir()}
    rows = json.loads(again.out)["efforts"]
    assert [(each["length"], each["effort"]) for each in rows] == [
        (length, effort)
        for length in ("at most 50 tokens", "free length")
        for effort in ("off", "low", "high")
    ]
    high = [each for each in rows if each["effort"] == "high"]
    assert (high[0]["tokens"], high[0]["cut_short"]) == (50, 1)
    assert high[1]["tokens"] > 90
    assert high[1]["reasoning"] == 90
    assert high[1]["times"] > high[0]["times"] > 1


def test_a_budget_is_told_with_one_effort_too_and_a_fixed_length_stands_for_it(folder, capsys):
    assert main(thinks("a.zip", "--effort", "low", "--budget", "9")) == 0
    assert "reasoning, effort low, at most 9 tokens" in capsys.readouterr().out
    assert main(thinks("set", "--effort", "off,high", "--output-tokens", "9")) == 0
    told = capsys.readouterr()
    assert "exactly 9 tokens" in told.out
    assert len(list(Path("set").iterdir())) == 4
    assert main(thinks("b.zip", "--effort", "low", "--budget", "few")) == 2
    assert '"few" is no number' in capsys.readouterr().err


def test_reasoning_off_at_10_tokens_beside_high_at_free_length_is_flagged(folder, capsys):
    assert main(thinks("off.zip", "--effort", "off", "--output-tokens", "10")) == 0
    assert main(thinks("high.zip", "--effort", "high")) == 0
    capsys.readouterr()
    assert main(["bench", "compare", "off.zip", "high.zip"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "not the same budgets" in told
    assert "effort off at exactly 10 tokens; effort high at free length" in told
    assert main(["bench", "compare", "off.zip", "high.zip", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "not the same budgets" in told["notes"][0]
    assert [each["times"] for each in told["efforts"]] == [1, None], "none across lengths"


def test_an_effort_that_a_model_cannot_do_is_told_and_left_out(folder, capsys):
    assert main(thinks("set", "--effort", "off,low", function="words")) == 1
    told = capsys.readouterr().err
    assert "effort off (effort-off_budget-1024) is left out: the function is not told of it" in told
    assert not list(Path("set").iterdir())
    assert main(thinks("a.zip", "--effort", "low", function="words")) == 2
    assert "it has no parameter limits, --effort low, leave it out" in capsys.readouterr().err


def test_a_sweep_is_done_in_parts_by_several_machines(folder, capsys):
    words = thinks("set", "--sweep", "budget=5,6,7", "--effort", "off")
    assert main([*words, "--part", "2/2"]) == 0
    assert [each.name for each in Path("set").iterdir()] == ["budget-6.zip"]
    assert main([*words, "--part", "1/2"]) == 0
    assert len(list(Path("set").iterdir())) == 3
    capsys.readouterr()
    assert main([*words, "--part", "3/2"]) == 2
    assert "is no part" in capsys.readouterr().err


@pytest.fixture(scope="session")
def boards(tmp_path_factory):
    try:
        return build("nvml.c", folder=tmp_path_factory.mktemp("nvml"))
    except SensorUnavailable as refusal:
        pytest.skip(refusal.what)


@pytest.mark.system
def test_a_power_limit_is_swept_and_given_back(folder, meter, boards):
    meter.environ |= {
        "SUBMETER_SENSOR_NVIDIA": boards, "FAKE_NVML_LIMITS": str(folder / "limits"),
        "FAKE_NVML_PIDS": "self",
    }  # fmt: skip
    words = thinks("set", "--effort", "off", "--sweep", "power-limit=300,400")
    done = meter(*words)
    assert done.returncode == 0, done.stderr
    limits = (folder / "limits").read_text().split("\n")
    assert limits[:-1] == ["0 300000", "0 700000", "0 400000", "0 700000"]
    bundle = read_bundle(folder / "set" / "power-limit-300.zip")
    assert bundle.plan.power_limit == 300
    assert bundle.told["environment"]["accelerators"] == ["NVIDIA H100 80GB HBM3"]
    refused = meter(*thinks("no", "--effort", "off", "--sweep", "power-limit=300"),
                    env={"FAKE_NVML_ROOT": "0"})  # fmt: skip
    assert refused.returncode == 2
    assert "the power limit may not be set" in refused.stderr
    assert (folder / "limits").read_text().split("\n") == limits


@pytest.mark.system
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_gives_the_power_limit_back(folder, meter, boards, number):
    limits = folder / "limits"
    meter.environ |= {"SUBMETER_SENSOR_NVIDIA": boards, "FAKE_NVML_LIMITS": str(limits)}
    words = thinks("set", "--effort", "high", "--sweep", "power-limit=300")
    running = meter.start(*words, "--queries", "100000", "--precision", "0.1 %")
    part = folder / "set" / "power-limit-300.zip.part" / "sitting-0.json"
    deadline = time.monotonic() + 60
    while not part.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert limits.read_text() == "0 300000\n"
    os.kill(running.pid, number)
    running.communicate()
    assert running.returncode == 130
    assert limits.read_text() == "0 300000\n0 700000\n"
