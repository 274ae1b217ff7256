"""Runs of one plan, joined: what they differ by is in the interval."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.plan import Plan
from submeter.benchmarks.repeats import joined, repeated
from submeter.benchmarks.steady import half_width
from submeter.benchmarks.summary import OVERHEAD
from submeter.benchmarks.sweep import steps
from submeter.cli.main import main
from submeter.errors import UsageError
from tests.benchmarks.altered import altered, swapped
from tests.benchmarks.keep import KEPT

SINGLE = read_bundle(KEPT / "rules-1-single.zip")
BOUNDARY = "accelerator"


def run_of(value, ends=(0.9, 1.1), width=0.05, **more):
    """Give a run that came to so much, within such ends of the meter alone."""
    summary = SINGLE.told["summary"]
    spread = math.log1p(width or 0)
    low, high = (
        math.exp(sign * math.hypot(math.log(end), spread))
        for sign, end in zip((-1, 1), ends, strict=True)
    )
    per = {"value": value, "low": value * low, "high": value * high, "tier": "measured"}
    if width is None:
        per |= {"low": None, "high": None}
    total = {"value": 100 * value, "low": 100 * value * ends[0], "high": 100 * value * ends[1]}
    energy = {BOUNDARY: {"total": total, "per": {"query": per}}}
    statistics = {**summary["statistics"], "half_width": width}
    told = {**SINGLE.told, "summary": {**summary, "energy": energy, "statistics": statistics}}
    return SINGLE._replace(told=told, **more)


def test_the_interval_of_runs_holds_how_they_differ_and_the_meters_error():
    values = (10.0, 11.0, 12.0)
    (found,) = joined([(str(i), run_of(each)) for i, each in enumerate(values)], "query")
    assert found.value == 11.0
    assert found.between == pytest.approx(1 / 11)
    assert found.half_width == half_width(values)
    wide = math.log1p(half_width(values))
    assert found.low == pytest.approx(11 * math.exp(-math.hypot(math.log(0.9), wide)))
    assert found.high == pytest.approx(11 * math.exp(math.hypot(math.log(1.1), wide)))
    assert found.apart == ()


def test_runs_that_agree_by_chance_are_no_surer_than_each_is():
    (found,) = joined([("a", run_of(10.0)), ("b", run_of(10.0))], "query")
    within = math.log1p(0.05 / math.sqrt(2))
    assert found.high == pytest.approx(10 * math.exp(math.hypot(math.log(1.1), within)))


@given(st.lists(st.floats(1, 100), min_size=2, max_size=6))
def test_a_mean_lies_in_its_interval_and_never_is_surer_than_the_meter(values):
    (found,) = joined([(str(i), run_of(each)) for i, each in enumerate(values)], "query")
    assume(found.low is not None)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value * 0.9 + 1e-9
    assert found.high >= found.value * 1.1 - 1e-9


def test_runs_that_are_apart_are_named():
    many = [("a", run_of(10.0)), ("b", run_of(10.5)), ("c", run_of(30.0))]
    (found,) = joined(many, "query")
    assert found.apart == (("a", "c"), ("b", "c"))


def test_a_run_too_short_to_tell_an_interval_gives_none_to_all():
    (found,) = joined([("a", run_of(10.0)), ("b", run_of(11.0, width=None))], "query")
    assert (found.low, found.high, found.apart) == (None, None, ())
    assert found.between > 0


def test_only_runs_of_one_plan_model_data_and_machine_are_joined():
    one = run_of(10.0)
    plan = one.plan
    for other in (
        run_of(10.0, plan=Plan(**{**plan.as_dict(), "seed": 7})),
        one._replace(told={**one.told, "model": {**one.told["model"], "name": "other"}}),
        one._replace(told={**one.told, "data": {**one.told["data"], "sha256": "0"}}),
        one._replace(told={**one.told, "environment": {"machine": "other", "accelerators": []}}),
    ):
        assert joined([("a", one), ("b", other)], "query") == []
    (found,) = joined([("a", one), ("b", one)], "query")
    assert found.names == ("a", "b")


def test_what_does_not_verify_is_compared_and_told(tmp_path, capsys, monkeypatch):
    whole = KEPT / "rules-1-single.zip"
    change = swapped("queries.ndjson", '"mark": [1.0, 1.0]', '"mark": [0.0, 1.0]')
    path = altered(whole, tmp_path / "b.zip", change)
    assert main(["bench", "compare", str(whole), str(path)]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("b.zip: summary.")
    assert "does not follow from its readings; it is compared as it tells" in told.err
    assert "rules-1-single.zip: " not in told.err
    assert "2 runs of one plan" in told.out
    monkeypatch.setattr("submeter.benchmarks.verification.KEPT", ())
    assert main(["bench", "compare", str(whole), str(whole)]) == 0
    assert "are not recomputed" in capsys.readouterr().err


def test_a_plan_is_repeated_all_once_before_any_twice():
    plan = Plan("t", "m", "b", "offline")
    assert [each.name for each in repeated(steps(plan, []), 2)] == ["run-1", "run-2"]
    names = [each.name for each in repeated(steps(plan, ["batch=1,2"]), 2)]
    assert names == ["batch-1_run-1", "batch-2_run-1", "batch-1_run-2", "batch-2_run-2"]
    assert repeated(steps(plan, []), 1) == steps(plan, [])
    for count in (0, -1, 101):
        with pytest.raises(UsageError, match="1 to 100"):
            repeated(steps(plan, []), count)


MODEL = """
from submeter.benchmarks.backend import Answer

def answer(text):
    for _ in range(500_000):
        pass
    return Answer(text[:20], tokens_out=5)
"""


@pytest.mark.slow
def test_two_runs_on_one_machine_overlap(tmp_path, capsys):
    model, folder = tmp_path / "model.py", tmp_path / "runs"
    model.write_text(MODEL)
    words = ["bench", "run", "--task", "summarization", "--backend", "function", "--idle", "0.5 s",
             "--model", f"{model}:answer", "--queries", "300", "--precision", "0.1 %"]  # fmt: skip
    assert main([*words, "--repeat", "2", "--out", str(folder)]) == 0
    told = capsys.readouterr()
    assert "2 runs of one plan" in told.out
    assert "their own intervals overlap" in told.out
    bundles = [(each.name, read_bundle(each)) for each in sorted(folder.iterdir())]
    assert [name for name, _ in bundles] == ["run-1.zip", "run-2.zip"]
    (found,) = joined(bundles, "query")
    assert found.apart == ()
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    for _, bundle in bundles:
        assert 0 < bundle.told["summary"]["overhead"]["part"] < OVERHEAD
    assert main([*words, "--repeat", "2", "--out", str(folder)]) == 0
    assert "run-2, is there" in capsys.readouterr().err
