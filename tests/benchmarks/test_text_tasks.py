"""Tasks of text from data to bundle: by the real runner, with functions that do them a little."""

import io
import json
import re

import pytest

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.finals import right
from submeter.benchmarks.metrics import metric_of
from submeter.benchmarks.rankings import ndcg
from submeter.benchmarks.registry import task_named
from submeter.benchmarks.runner import BenchError
from submeter.benchmarks.spans import squad
from submeter.benchmarks.task import FREE
from submeter.benchmarks.tasks import retrieval, word_problems
from submeter.benchmarks.tasks.lexical import Index
from submeter.benchmarks.tasks.library_functions import passages
from submeter.cli.output import console
from submeter.cli.render.bench import print_bundle
from submeter.errors import UsageError
from tests.benchmarks import answerers
from tests.benchmarks.measured import measured


def test_questions_are_answered_and_marked_as_squad_does(tmp_path):
    bundle, data = measured(tmp_path, "extractive-qa", "pick")
    quality = bundle.told["summary"]["quality"]
    assert quality["metric"] == "SQuAD F1"
    f1s = [squad(answerers.pick(each.input), each.reference)[0] for each in data.items]
    assert quality["value"] == pytest.approx(sum(f1s) / len(f1s))
    assert 0 < quality["value"] < 1


def test_each_answer_stands_in_its_passage_or_there_is_none():
    items = task_named("extractive-qa").load("").items
    for each in items:
        assert isinstance(each.input, dict)
        assert str(each.reference).lower() in each.input["context"].lower()
    assert sum(each.reference == "" for each in items) == len(items) / 4


def test_sentences_are_compared(tmp_path):
    bundle, data = measured(tmp_path, "sentence-similarity", "likeness")
    quality = bundle.told["summary"]["quality"]
    assert quality["metric"] == "Spearman"
    pairs = [(answerers.likeness(each.input), each.reference) for each in data.items]
    assert quality["value"] == pytest.approx(metric_of("Spearman").overall(pairs))
    assert quality["value"] > 0.5


def test_a_corpus_is_embedded_once_and_searched(tmp_path):
    bundle, data = measured(tmp_path, "embeddings-retrieval", "embed")
    summary = bundle.told["summary"]
    assert summary["stages"]["prepare"]["seconds"] > 0
    assert summary["stages"]["prepare"]["energy"]["value"] > 0
    assert summary["quality"]["metric"] == "nDCG@10"
    assert 0.2 < summary["quality"]["value"] < 1
    assert summary["quality"]["items"] == len(data.items) == len(data.corpus)
    shown = io.StringIO()
    print_bundle(console(shown), bundle, "b.zip")
    assert re.search(r"corpus made ready +[\d.]+ \w+, in [\d.e-]+ s", shown.getvalue())


class Embeds:
    """Embeds a letter as its own direction; keeps what it was asked."""

    pid, facts = None, Facts("of the tests")

    def __init__(self, value=None):
        self.asked, self.value = [], value

    def answer(self, inputs, limits):  # noqa: ARG002 - as models are asked
        self.asked.append(list(inputs))
        return [Answer(self.value or [each.count(x) for x in "abc"], 1) for each in inputs]

    def close(self):
        """Do nothing."""


def test_the_nearest_text_comes_first_and_equal_ones_in_their_order(tmp_path):
    rows = [{"query": "aa", "passage": "b"}, {"query": "bbc", "passage": "a"},
            {"query": "aa", "passage": "ab"}, {"query": "c", "passage": "a"}]  # fmt: skip
    path = tmp_path / "s.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    data = retrieval.searches(str(path))
    assert data.corpus == ("b", "a", "ab")
    assert [each.reference for each in data.items] == [[0, 2], [1], [1]]
    model = Embeds()
    search = retrieval.Search(model, data)
    assert model.asked == [["b", "a", "ab"]]
    aa, bbc, c = search.answer([each.input for each in data.items], FREE)
    assert (aa.value, bbc.value, c.value) == ([1, 2, 0], [0, 2, 1], [0, 1, 2])
    assert aa.tokens_in == 1
    assert ndcg(aa.value, data.items[0].reference)[0] == pytest.approx(
        (1 / 1.5849625 + 0.5) / (1 + 1 / 1.5849625)
    )


@pytest.mark.parametrize("value", ["no numbers", 3.0, {"a": 1}, [[1.0], [2.0]]])
def test_what_is_no_embedding_is_told(value):
    with pytest.raises(UsageError, match="no embedding"):
        retrieval.Search(Embeds(value), retrieval.searches())


def test_another_order_of_the_corpus_changes_no_search(tmp_path):
    def searched(rows):
        path = tmp_path / "s.jsonl"
        path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
        data = retrieval.searches(str(path))
        found = retrieval.Search(Embeds(), data).answer([i.input for i in data.items], FREE)
        places = [list(each.value) for each in found if isinstance(each.value, list)]
        return {
            i.input: [data.corpus[place] for place in each]
            for i, each in zip(data.items, places, strict=True)
        }

    rows = [{"query": "ab", "passage": "aab"}, {"query": "bcc", "passage": "cb"}]
    assert searched(rows) == searched(rows[::-1])


def test_passages_are_retrieved_and_read(tmp_path):
    bundle, _ = measured(tmp_path, "rag", "first_passage")
    found = passages()
    index = Index([f"{each.name}: {each.rest}" for each in found])
    hits = sum(index.search(each.summary, 1) == [n] for n, each in enumerate(found))
    summary = bundle.told["summary"]
    assert summary["quality"]["value"] == pytest.approx(hits / len(found), abs=0.02)
    assert bundle.told["data"]["licence"] == "PSF-2.0"


def test_okapi_by_hand():
    index = Index(["red house", "red red car", "blue sky"])
    assert index.search("red", 3) == [1, 0]
    assert index.search("sky house", 3) == [0, 2]
    assert index.search("nothing of it", 3) == []
    assert Index(["", ""]).search("x", 1) == []
    # One word in one of two texts of equal length: ln(1 + 1.5 / 1.5), times 1.
    weights = Index(["a b", "c d"])._weights["a"]
    ((place, weight),) = weights
    assert (place, weight) == pytest.approx((0, 1.0))


def test_problems_are_solved_or_not(tmp_path):
    bundle, data = measured(tmp_path, "reasoning", "reckon")
    assert len(data.items) == 60
    summary = bundle.told["summary"]
    assert summary["quality"]["value"] == pytest.approx(6 / 60)


def test_the_scenario_reasoning_takes_problems_too(tmp_path):
    bundle, _ = measured(tmp_path, "reasoning", "reckon", scenario="reasoning", budget=512)
    assert bundle.told["summary"]["quality"]["items"] == 60


# Worked out anew from the words of the problem alone, by other means than the template's.
_ANEW = {
    "bus": lambda n: n[0] - n[1] + n[2] - n[3],
    "boxes": lambda n: n[0] * (n[1] - n[2]) * n[3],
    "pages": lambda n: n[1] + (n[3] - n[0] * n[1]) / n[2],
    "train": lambda n: n[0] * n[1] + n[2] * n[3],
    "garden": lambda n: (n[0] + n[0] + n[1] + n[1]) / n[2],
    "share": lambda n: (n[0] - n[1]) / n[2],
    "ages": lambda n: n[0] * n[1] - n[2] + n[3],
    "tank": lambda n: n[0] + n[1] * n[3] - n[2] * n[3],
    "discount": lambda n: n[0] * n[2] * (1 - n[1] / 100),
}


def test_the_answers_of_problems_are_right():
    checked = 0
    for each in word_problems.problems().items:
        kind = each.id.rpartition("-")[0]
        told = str(each.input).partition("\n")[0]
        numbers = [int(number) for number in re.findall(r"\d+", told)]
        if kind in _ANEW:
            assert _ANEW[kind](numbers) == pytest.approx(float(str(each.reference))), told
            checked += 1
        else:
            assert right(answerers.reckon(told), each.reference) == (1, 1)
    assert checked == 54


def test_a_model_that_fails_while_it_prepares_says_so(tmp_path):
    with pytest.raises((BenchError, UsageError), match="no embedding"):
        measured(tmp_path, "embeddings-retrieval", "first_passage")
