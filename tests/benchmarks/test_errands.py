"""Errands of an agent: turns, tools, and what is believed of what it says."""

import re

import pytest

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.task import FREE
from submeter.benchmarks.tasks import errands
from submeter.benchmarks.tasks.tools import PRICES, called
from tests.benchmarks.measured import measured


def test_errands_are_run_over_several_turns(tmp_path):
    bundle, data = measured(tmp_path, "agentic-tool-use", "run_errands")
    summary = bundle.told["summary"]
    assert summary["quality"]["value"] == pytest.approx(12 / 60)
    by_item = {each.item: each for each in bundle.queries}
    bought, other = by_item["sum-0"], by_item["abroad-0"]
    assert bought.work == {"turn": 6, "tool_call": 5}
    assert other.work == {"turn": 1, "tool_call": 0}
    # What was read again at each turn counts again.
    assert isinstance(bought.tokens_in, int)
    assert isinstance(other.tokens_in, int)
    assert bought.tokens_in > 6 * other.tokens_in
    per = summary["energy"]["node"]["per"]
    assert per["turn"]["value"] < per["query"]["value"]
    assert len(data.items) == 60


class Talks:
    """Says what it is given to say, one line of a script a turn; keeps what it was asked."""

    pid, facts = None, Facts("of the tests")

    def __init__(self, *lines):
        self.lines, self.asked = lines, []

    def answer(self, inputs, limits):  # noqa: ARG002 - as models are asked
        self.asked.append([list(each) for each in inputs])
        turn = min(len(self.asked), len(self.lines)) - 1
        return [Answer(self.lines[turn], 10, 2, first=len(self.asked)) for _ in inputs]

    def close(self):
        """Do nothing."""


def done(*lines, many=1):
    model = Talks(*lines)
    agent = errands.Agent(model, errands.errands())
    return agent.answer([each.input for each in errands.errands().items[:many]], FREE), model


def test_what_is_said_after_a_call_is_not_believed():
    told = 'CALL rate {"currency": "lira"}\nRESULT 99\nANSWER 99'
    (answer,), model = done(told, "ANSWER: 4")
    assert answer.value == errands.Errand("4", 2, 1)
    assert model.asked[1][0][-2:] == [
        {"role": "assistant", "content": 'CALL rate {"currency": "lira"}'},
        {"role": "user", "content": "RESULT 4"},
    ]
    assert (answer.tokens_in, answer.tokens_out, answer.first) == (20, 4, 1)


def test_a_model_that_never_answers_is_asked_ten_times():
    (answer,), model = done("I wonder.")
    assert answer.value == errands.Errand("", 10, 0)
    assert answer.finish == "length"
    assert len(model.asked) == 10
    assert model.asked[1][0][-1]["content"].startswith("ERROR write one line")


def test_thoughts_are_no_calls_and_errands_of_a_batch_go_on_together():
    told = '<think>\nCALL rate {"currency": "lira"}\n</think>\nANSWER 7'
    answers, model = done(told, many=3)
    assert [each.value for each in answers] == [errands.Errand("7", 1, 0)] * 3
    assert [len(each) for each in model.asked] == [3]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('CALL price {"shop": "mill lane", "goods": "OIL"}', "RESULT 11"),
        ('CALL distance {"from": "Cedar", "to": "Birch"}', "RESULT 7"),
        ('CALL calculate {"left": 1, "operator": "/", "right": 4}', "RESULT 0.25"),
        ('CALL calculate {"left": "7", "operator": "-", "right": 9}', "RESULT -2"),
        ('CALL calculate {"left": 1, "operator": "/", "right": 0}', "ERROR it divides by 0"),
        ('CALL calculate {"left": 1, "operator": "**", "right": 9}', "ERROR the operator"),
        ('CALL calculate {"left": 1e99, "operator": "*", "right": 9}', "ERROR 1e+99 is too large"),
        ('CALL calculate {"left": "x", "operator": "*", "right": 9}', "ERROR x is no number"),
        ('CALL distance {"from": "Alder", "to": "Rome"}', "ERROR there is no road"),
        ('CALL rate {"currency": "yen"}', "ERROR there is no currency yen; there are krone"),
        ('CALL rate {"currency": ["lira"]}', "ERROR there is no currency"),
        ('CALL rate {"money": "lira"}', "ERROR rate takes currency"),
        ('CALL rate {"currency": lira}', "ERROR the arguments are no JSON"),
        ("CALL rate " + '{"a":' * 5000, "ERROR the arguments are no JSON"),
        ('CALL weather {"place": "Rome"}', "ERROR there is no tool weather"),
    ],
)
def test_tools_answer_or_say_why_not(line, told):
    answer = called(line)
    assert answer is not None
    assert answer.startswith(told)


def test_no_call_is_no_call():
    assert called("I would CALL rate {}") is None
    assert called("RESULT 5") is None


def test_the_answers_of_errands_follow_from_the_tools():
    for each in errands.errands().items:
        assert isinstance(each.input, list)
        question = each.input[1]["content"]
        if each.id.startswith("cheaper"):
            goods, one, other = re.findall(
                r"Where is (\w+) cheaper, at (.+) or at (.+)\?", question
            )[0]
            dearer = {one, other} - {str(each.reference)}
            assert PRICES[str(each.reference)][goods] < PRICES[dearer.pop()][goods]
        elif each.id.startswith("trip"):
            ends = re.findall(r"from (\w+) by (\w+) to (\w+) (\d+) times", question)[0]
            roads = [called(f'CALL distance {{"from": "{a}", "to": "{b}"}}')
                     for a, b in (ends[:2], ends[1:3])]  # fmt: skip
            lengths = [int(str(road).removeprefix("RESULT ")) for road in roads]
            assert 2 * int(ends[3]) * sum(lengths) == int(str(each.reference))
