"""A sweep's benchmarks: each combination once, in any number of parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.plan import Plan
from submeter.benchmarks.sweep import part, steps
from submeter.errors import UsageError

PLAN = Plan("text-generation", "m", "openai", "offline", options={"url": "u", "threads": "1"})
REASONING = Plan("text-generation", "m", "openai", "reasoning")


def test_all_that_makes_a_difference_can_be_varied():
    (step,) = steps(
        PLAN,
        ["batch=4", "output-tokens=8", "option.threads=2", "option.precision=int8", "backend=b",
         "power-limit=300", "concurrency=3", "model=n", "option.device=cuda:1"],
    )  # fmt: skip
    plan = step.plan
    assert (plan.batch, plan.output, plan.backend, plan.power_limit) == (4, 8, "b", 300)
    assert (plan.concurrency, plan.model) == (3, "n")
    assert plan.options == {"url": "u", "threads": "2", "precision": "int8", "device": "cuda:1"}
    assert step.name == (
        "batch-4_output-tokens-8_threads-2_precision-int8_backend-b_power-limit-300_"
        "concurrency-3_model-n_device-cuda-1"
    )


def test_efforts_are_crossed_with_a_budget_and_free_length():
    found = steps(REASONING, ["effort=off,high", "budget=64,free"])
    assert [(each.plan.effort, each.plan.budget) for each in found] == [
        ("off", 64), ("off", None), ("high", 64), ("high", None),
    ]  # fmt: skip
    fixed = steps(REASONING, ["effort=off,high", "output-tokens=64,free"])
    assert [each.plan.output for each in fixed] == [64, None, 64, None]


def test_engines_go_with_what_each_calls_a_model():
    found = steps(PLAN, ["backend+model+option.threads=llama-cpp+a.gguf+2,openai+a+1", "batch=1,2"])
    assert [(each.plan.backend, each.plan.model, each.plan.batch) for each in found] == [
        ("llama-cpp", "a.gguf", 1), ("llama-cpp", "a.gguf", 2), ("openai", "a", 1),
        ("openai", "a", 2),
    ]  # fmt: skip
    assert found[0].plan.options["threads"] == "2"


@pytest.mark.parametrize(
    ("varied", "told"),
    [
        (["batch"], "varies nothing"),
        (["batch="], "varies nothing"),
        (["colour=red"], '"colour" cannot be varied'),
        (["batch=free"], '"free" is no number'),
        (["power-limit=300W"], '"300W" is no number'),
        (["batch=1", "batch=2"], "one thing is varied twice"),
        (["batch=1,1"], "two of its benchmarks have one name"),
        (["backend+model=a"], "not a value for each"),
        (["backend+colour=a+b"], '"colour" cannot be varied'),
        ([f"batch={','.join(map(str, range(1, 102)))}", "concurrency=1,2,3,4,5,6,7,8,9,10"],
         "1010 benchmarks"),
        (["batch=0"], "a batch has 1 query or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_varied_is_told(varied, told):
    with pytest.raises(UsageError, match=told):
        steps(PLAN, varied)


@given(st.integers(1, 30), st.integers(1, 12))
def test_the_parts_of_a_sweep_are_the_whole_and_share_nothing(number, parts):
    whole = steps(PLAN, [f"batch={','.join(map(str, range(1, number + 1)))}"])
    found = [each for k in range(parts) for each in part(whole, f"{k + 1}/{parts}")]
    assert sorted(each.name for each in found) == sorted(each.name for each in whole)
    sizes = [len(part(whole, f"{k + 1}/{parts}")) for k in range(parts)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/0", "-1/2", "1/2/3"])
def test_what_is_no_part_is_told(text):
    with pytest.raises(UsageError, match="is no part"):
        part(steps(PLAN, ["batch=1,2"]), text)
