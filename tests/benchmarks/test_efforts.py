"""Efforts of reasoning: at one budget and at free length, and none that changes nothing."""

import json
import math
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from submeter.benchmarks.backend import NOWHERE, Answer, Facts, Order
from submeter.benchmarks.backends.chat_stream import endpoint
from submeter.benchmarks.backends.efforts import effort_fields, template_of, unknown_to, way_of
from submeter.benchmarks.backends.function import BACKEND as FUNCTION
from submeter.benchmarks.backends.openai import Served
from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.comparison import unit_of, unlike_lengths
from submeter.benchmarks.drive import FREE, limits_of
from submeter.benchmarks.efforts import rows_of, twins, untold
from submeter.benchmarks.plan import Plan, load_of
from submeter.benchmarks.reasoning import refuse_effort
from submeter.benchmarks.runner import run
from submeter.benchmarks.steady import wilson
from submeter.benchmarks.task import Limits
from submeter.errors import UsageError
from tests.benchmarks.servers import served
from tests.benchmarks.work import SQUARES, bench, unheard

THINKS = {"": 0, "off": 0, "low": 20, "medium": 20, "high": 60}


class Thinker:
    """Squares numbers, some only after some thought; each token costs `cost` seconds of work."""

    name, title, extra, options = "thinker", "thinks", "", ()
    abilities = frozenset({"generate"})
    concurrent = False
    pid = None

    def __init__(self, *, takes=("off", "low", "medium", "high"), counts=True, cost=1e-5):
        self.takes, self.counts, self.cost = takes, counts, cost

    def load(self, order):
        self.facts = Facts(order.model, engine="test")
        return self

    def cannot(self, effort):
        return "" if effort in self.takes else "it has no such effort"

    def answer(self, inputs, limits):
        (given,) = inputs
        thought = THINKS[limits.effort] + (given % 4 if THINKS[limits.effort] else 0)
        whole = 2 + given % 3 + thought
        out = min(whole, limits.most)
        until = time.perf_counter() + out * self.cost
        while time.perf_counter() < until:
            pass
        right = out == whole and (limits.effort != "off" or given % 5)
        finish = "stop" if out == whole else "length"
        told = Answer(given * given if right else -1, finish=finish)
        if not self.counts:
            return [told]
        return [told._replace(tokens_in=3, tokens_out=out, tokens_reasoning=min(thought, out))]

    def close(self):
        pass


def measured(tmp_path, effort, backend=None, **told):
    out = tmp_path / f"{effort}-{'-'.join(map(str, told.values()))}.zip"
    plan = {"scenario": "reasoning", "effort": effort, "most": 200, "precision": 0.3, **told}
    run(bench(backend or Thinker(), **plan), out, unheard)
    return out.name, read_bundle(out)


def test_an_answer_is_bounded_by_its_budget_its_length_or_nothing():
    plan = Plan("squares", "m", "b", "reasoning", effort="low")
    assert limits_of(plan, SQUARES) == Limits(None, FREE, 0, "low")
    assert limits_of(replace(plan, budget=40), SQUARES) == Limits(None, 40, 0, "low")
    assert limits_of(replace(plan, output=40), SQUARES) == Limits(40, 40, 0, "low")
    assert load_of(plan) == "reasoning, effort low, free length"
    assert load_of(replace(plan, budget=40)).endswith("at most 40 tokens")
    assert load_of(replace(plan, output=40)).endswith("exactly 40 tokens")


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"budget": 0}, "a budget of 1 token or more"),
        ({"budget": 5, "scenario": "single"}, "in the scenario reasoning only"),
        ({"budget": 5, "output": 5}, "or --output-tokens"),
        ({"speed": 0.0}, "a speed of more than 0"),
        ({"speed": math.inf}, "a speed of more than 0"),
        ({"power_limit": 0}, "a power limit of 1 W or more"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(told, what):
    with pytest.raises(UsageError, match=what):
        Plan(**{"task": "t", "model": "m", "backend": "b", "scenario": "reasoning", **told})


def test_the_table_tells_each_effort_at_its_lengths(tmp_path):
    made = [
        measured(tmp_path, effort, Thinker(cost=3e-4), budget=budget, most=2000)
        for effort in ("high", "off", "low")
        for budget in (30, None)
    ]
    rows = rows_of(made)
    assert [(each.length, each.effort) for each in rows] == [
        ("at most 30 tokens", "off"), ("at most 30 tokens", "low"), ("at most 30 tokens", "high"),
        ("free length", "off"), ("free length", "low"), ("free length", "high"),
    ]  # fmt: skip
    matched, free = rows[:3], rows[3:]
    assert matched[0].reasoning == 0
    assert matched[2].tokens == matched[2].reasoning == 30
    assert matched[2].cut_short == 1
    assert matched[2].correct is None, "no answer within the budget is correct"
    assert free[2].cut_short == 0
    for row in rows:
        assert row.tokens is not None
        assert row.reasoning is not None
        assert row.tokens >= row.reasoning >= 0
        assert (row.times == 1) == (row.effort == "off")
    # Thinking costs more than it brings to what is already right in four of five.
    times = [each.times or 0.0 for each in free]
    assert 1 == times[0] < times[1] < times[2]
    for row in (free[0], free[1]):
        assert row.quality is not None
        assert row.correct is not None
        right = row.quality["value"]
        assert row.correct["value"] == pytest.approx(row.energy["value"] / right, rel=0.05)
        assert row.correct["low"] <= row.correct["value"] <= row.correct["high"]
        wide, narrow = (math.log(told["high"] / told["low"]) for told in (row.correct, row.energy))
        assert wide > narrow
    assert twins(made) == []


def test_an_effort_that_changes_nothing_is_found_and_none_that_was_cut_short(tmp_path):
    made = [
        measured(tmp_path, effort, **told)
        for effort in ("low", "medium")
        for told in ({}, {"output": 10}, {"budget": 40})
    ]
    found = twins(made)
    # At the fixed length all are as long as one another: what tells is the free length.
    assert {each.name for each in found} == {name for name, _ in made if name.startswith("medium")}
    assert {(each.effort, each.other) for each in found} == {("medium", "low")}
    cut = [each for each in made if "10" in each[0]]
    assert twins(cut) == []
    uncounted = [measured(tmp_path, e, Thinker(counts=False), seed=1) for e in ("low", "medium")]
    assert twins(uncounted) == []
    assert untold(uncounted) == [name for name, _ in uncounted]
    assert untold(made) == []
    assert rows_of(uncounted)[0].tokens is None


def test_efforts_at_unlike_lengths_are_flagged_as_ai_energy_scores_would_be(tmp_path):
    short = measured(tmp_path, "off", output=10)[1]
    free = measured(tmp_path, "high")[1]
    told = unlike_lengths([short, free])
    assert "effort off at exactly 10 tokens" in told
    assert "effort high at free length" in told
    fair = measured(tmp_path, "high", output=10)[1]
    assert unlike_lengths([short, fair]) == ""
    assert unlike_lengths([short, fair, free]) != ""
    single = measured(tmp_path, "", scenario="single")[1]
    assert unlike_lengths([single, single]) == ""
    assert unit_of([short, free]) == "query"
    with pytest.raises(UsageError, match="not of the same work"):
        unit_of([single, free])


def test_an_effort_that_cannot_be_done_is_refused_before_it_is_measured(tmp_path):
    with pytest.raises(UsageError) as caught:
        measured(tmp_path, "high", Thinker(takes=("off",)))
    assert caught.value.what == "it has no such effort"
    assert caught.value.where == "--effort high"
    refuse_effort(Thinker(takes=()), "")
    refuse_effort(object(), "high")  # type: ignore[arg-type] # one that tells nothing


def test_a_part_of_so_many_has_its_interval():
    assert wilson(1.0, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    low, high = wilson(0.3, 1000)
    assert low < 0.3 < high
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(0.3 * 0.7 / 1000), rel=0.01)


def test_a_function_is_told_of_limits_if_it_has_a_parameter_for_them(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(
        "def told(text, limits):\n    return f'{limits.most} {limits.effort}'\n"
        "def plain(text):\n    return 'x'\n"
    )
    limited = FUNCTION.load(Order(f"{path}:told", "generate", {}))
    assert limited.answer(["a"], Limits(5, 5, 0, "low"))[0].value == "5 low"
    refuse_effort(limited, "low")
    plain = FUNCTION.load(Order(f"{path}:plain", "generate", {}))
    assert plain.answer(["a"], Limits(5, 5, 0, "low"))[0].value == "x"
    with pytest.raises(UsageError, match="no parameter limits"):
        refuse_effort(plain, "low")
    assert FUNCTION.load(Order("builtins:min", "generate", {})).answer([(2, 1)], Limits())


@pytest.mark.parametrize(
    ("template", "can", "cannot"),
    [
        ("{{ messages }}", "off", "low medium high"),
        ("{% if enable_thinking %}<think>{% endif %}", "off high", "low medium"),
        ("{{ reasoning_effort }}", "low medium high", "off"),
        ("{{ reasoning_effort }}{{ enable_thinking }}", "off low medium high", ""),
        ("<think>{{ messages }}", "", "off low high"),
    ],
)
def test_a_chat_template_tells_which_efforts_there_are(template, can, cannot):
    assert [unknown_to(template, each) for each in can.split()] == [""] * len(can.split())
    assert all(unknown_to(template, each) for each in cannot.split())


def test_an_effort_is_asked_for_by_the_field_or_by_the_template():
    assert effort_fields("", "field") == effort_fields("", "template") == {}
    assert effort_fields("off", "field") == {"reasoning_effort": "none"}
    assert effort_fields("off", "template") == {"chat_template_kwargs": {"enable_thinking": False}}
    assert effort_fields("low", "template") == {
        "chat_template_kwargs": {"enable_thinking": True, "reasoning_effort": "low"}
    }
    assert way_of({"effort-by": "template"}) == "template"
    with pytest.raises(UsageError, match="is no way"):
        way_of({"effort-by": "magic"})


def test_a_server_that_refuses_an_effort_is_quoted():
    with served("400") as server:
        at = endpoint(f"http://127.0.0.1:{server.server_port}/v1", "")
        asked = Served("m", at, {}, NOWHERE, "e")
        assert "HTTP 400: " in asked.cannot("high")
        assert asked.cannot("low") == ""
        _, body, _ = server.asked[-1]
        assert body["reasoning_effort"] == "low"
        assert body["max_tokens"] == 1
        completing = Served("m", at, {"api": "completions"}, NOWHERE, "e")
        assert "completions API knows no effort" in completing.cannot("low")
        by_template = Served("m", at, {"effort-by": "template"}, NOWHERE, "e")
        assert by_template.cannot("off") == ""
        _, body, _ = server.asked[-1]
        assert body["chat_template_kwargs"] == {"enable_thinking": False}
        asked.close()
        by_template.close()


class Props(BaseHTTPRequestHandler):
    told = b""

    def do_GET(self):
        self.send_response(200 if self.path == "/props" else 404)
        self.send_header("Content-Length", str(len(self.told)))
        self.end_headers()
        self.wfile.write(self.told)

    def log_message(self, *told):
        """Say nothing."""


@pytest.mark.parametrize(
    ("told", "template"),
    [
        (json.dumps({"chat_template": "{{ x }}"}).encode(), "{{ x }}"),
        (b'{"chat_template": null}', ""),
        (b"[]", ""),
        (b"no json", ""),
    ],
)
def test_a_llama_cpp_server_tells_its_template(told, template):
    handler = type("Told", (Props,), {"told": told})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.handle_request, daemon=True)
    thread.start()
    at = endpoint(f"http://127.0.0.1:{server.server_port}/v1", "")
    assert template_of(at) == template
    if template:
        Thread(target=server.handle_request, daemon=True).start()
        asked = Served("m", at, {}, None, "e")
        assert asked.cannot("high") == "the model's chat template knows no effort of reasoning"
    thread.join()
    server.server_close()
    assert template_of(at) == ""
