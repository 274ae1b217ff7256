"""Short answers, search results and final answers, marked as their measures are defined."""

import math
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submeter.benchmarks.finals import final, is_same, number, right
from submeter.benchmarks.metrics import metric_of
from submeter.benchmarks.rankings import ndcg
from submeter.benchmarks.spans import plain, squad

WORDS = st.lists(st.sampled_from(["red", "house", "the", "on", "a", "Hill!"]), max_size=6)
IDS = st.lists(st.integers(0, 30), max_size=15)


def test_squad_by_hand():
    # Articles, case and punctuation count for nothing.
    assert squad("The Norsemen", "norsemen") == (1, 1)
    # Three words said, two wanted, one shared: 2 * 1 / (3 + 2).
    assert squad("in northern France", ["France today"]) == pytest.approx((0.4, 0))
    # The best of several people's answers counts, for either figure by itself.
    assert squad("10th century", ["10th and 11th centuries", "the 10th century"]) == (1, 1)
    # A word that comes twice is shared as often as the other side has it.
    assert squad("ha ha", "ha") == pytest.approx((2 / 3, 0))


def test_squad_of_what_has_no_answer():
    assert squad("", []) == squad("", "") == squad([], [""]) == (1, 1)
    assert squad("London", []) == squad("", "London") == (0, 0)


def test_of_several_answers_the_first_counts():
    assert squad(["London", "Paris"], "Paris") == (0, 0)
    assert squad(("Paris", "London"), "Paris") == (1, 1)


@given(WORDS, WORDS, st.randoms())
def test_squad_is_symmetric_bounded_and_blind_to_order(one, other, chance):
    said, wanted = " ".join(one), " ".join(other)
    f1, exact = squad(said, wanted)
    assert 0 <= exact <= f1 <= 1
    assert squad(wanted, said) == (f1, exact)
    assert squad(said, said) == (1, 1)
    chance.shuffle(one)
    assert squad(" ".join(one), wanted)[0] == f1
    assert squad(said, [wanted, said]) == (1, 1)


@given(st.text())
def test_plain_words_have_no_capital_and_no_ascii_punctuation(text):
    for word in plain(text):
        assert word == word.lower()
        assert not set(word) & set(string.punctuation)
        assert word not in ("a", "an", "the")


def test_ndcg_by_hand():
    assert ndcg([7, 3, 9], [7]) == (1, 1)
    assert ndcg([3, 7, 9], [7])[0] == pytest.approx(1 / math.log2(3))
    # Relevant at ranks 1 and 3 of two: (1 + 1/2) / (1 + 1/log2 3).
    assert ndcg([5, 0, 6], [5, 6])[0] == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert ndcg([*range(10), 99], [99])[0] == 0
    assert ndcg([1, 1, 2], [2])[0] == pytest.approx(1 / math.log2(3))
    assert ndcg(None, [1])[0] == 0


@given(IDS, IDS.filter(bool), st.randoms())
def test_ndcg_is_bounded_and_best_where_all_that_is_relevant_comes_first(found, relevant, chance):
    value, _ = ndcg(found, relevant)
    assert 0 <= value <= 1
    best = sorted(dict.fromkeys(found), key=lambda each: each not in relevant)
    assert ndcg(best, relevant)[0] >= value - 1e-12
    chance.shuffle(relevant)
    assert ndcg(found, relevant)[0] == pytest.approx(value)
    assert ndcg(relevant, relevant)[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Natalia sold 48/2 = 24 clips in May.\n#### 72", "72"),
        (r"So it is \boxed{1{,}000}? No: \boxed{12}.", "12"),
        ("<think>The answer is 3</think> We get 4 and 5, so the answer is 9, not 3.", "9"),
        ("First 3, then 4: 12 in all.", "12"),
        ("Northport", "Northport"),
        ("answer", "answer"),
        ("It is -7", "-7"),
        ("", ""),
    ],
)
def test_the_final_answer_in_a_text(text, told):
    assert final(text) == told


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("$1,200.00", "1200", True),
        ("0.5 km", "1/2", True),
        ("-3", "3", False),
        ("Northport.", "northport", True),
        ("3 or 4", "4", False),
        ("12", "twelve", False),
        ("9" * 50, "9" * 50, True),
    ],
)
def test_the_same_final_answer(one, other, same):
    assert is_same(one, other) is same
    assert is_same(other, one) is same


@given(st.fractions())
def test_a_number_is_read_as_it_is_written(value):
    text = str(value)
    assume(len(text) <= 40)
    assert number(f"{text} apples") == value
    assert number(f"{text} or 7") is None


@given(st.integers(-(10**9), 10**9), st.text(alphabet="abcdef \n.", max_size=30))
def test_a_right_final_answer_is_right_whatever_comes_before(value, thoughts):
    assert right(f"{thoughts} 17 {thoughts}\nThe answer is {value}.", f"{value:,}") == (1, 1)
    assert right(f"{thoughts}\n#### {value + 1}", value) == (0, 1)


@pytest.mark.parametrize("name", ["SQuAD F1", "nDCG@10", "solved", "pass@1"])
@given(marks=st.lists(st.sampled_from([(0.0, 0.0), (0.5, 0.0), (1.0, 1.0)]), min_size=1))
def test_the_whole_is_a_mean_whatever_the_order(name, marks):
    metric = metric_of(name)
    ones = marks if name == "SQuAD F1" else [(value, 1.0) for value, _ in marks]
    mean = sum(value for value, _ in ones) / len(ones)
    assert metric.overall(ones) == pytest.approx(mean)
    assert metric.overall(ones[::-1]) == pytest.approx(mean)
    assert metric.is_correct((1.0, 1.0))
    assert not metric.is_correct((0.0, 0.0) if name == "SQuAD F1" else (0.0, 1.0))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=12),
    st.randoms(),
)
def test_a_rank_correlation_is_bounded_and_blind_to_the_order_of_items(pairs, chance):
    overall = metric_of("Spearman").overall
    value = overall(pairs)
    assert -1 - 1e-12 <= value <= 1 + 1e-12
    assert overall([(b, a) for a, b in pairs]) == pytest.approx(value)
    assert overall([(2 * a + 1, b) for a, b in pairs]) == pytest.approx(value)
    chance.shuffle(pairs)
    assert overall(pairs) == pytest.approx(value)
