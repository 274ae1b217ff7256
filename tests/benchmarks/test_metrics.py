"""How answers are marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.metrics import METRICS, edits, metric_of, rank_correlation
from submeter.errors import UsageError


def overall(name, *pairs):
    metric = metric_of(name)
    return metric.overall([metric.mark(answer, reference) for answer, reference in pairs])


def test_worked_examples():
    assert overall("accuracy", ("Paris ", "paris"), ("Rome", "Oslo")) == 0.5
    # One word wrong of four, none of two: one of six.
    assert overall("WER", ("the cat sat up", "the cat sat down"), ("Hi, Ada!", "hi ada")) == (
        pytest.approx(1 / 6)
    )
    assert overall("CER", ("abcx", "abcd")) == 0.25
    assert overall("F1", ("the red house", "a red house")) == pytest.approx(2 / 3)
    assert overall("F1", ([("Ada", "PER")], [("Ada", "PER"), ("London", "GPE")])) == (
        pytest.approx(2 / 3)
    )
    assert overall("ROUGE-L", ("a b c d", "a x b d")) == pytest.approx(3 / 4)
    # The best of several: the second shares three of four words, in order.
    assert overall("ROUGE-L", ("a b c d", ["x y", "a x b d"])) == pytest.approx(3 / 4)
    assert overall("Spearman", (0.9, 5), (0.1, 1), (0.5, 3)) == pytest.approx(1)


def test_agreement_with_ten_people_by_hand():
    # "cat" was said by two of ten. Whoever leaves out one of the two finds 1 of 3 agreeing, whoever
    # leaves out another 2 of 3: (2 * 1/3 + 8 * 2/3) / 10.
    people = ["cat"] * 2 + ["dog"] * 8
    assert overall("VQA accuracy", ("A cat.", people)) == pytest.approx(0.6)
    assert overall("VQA accuracy", ("dog", people)) == 1
    assert overall("VQA accuracy", ("bird", people)) == 0
    assert overall("VQA accuracy", ("cat", ["cat"] * 3 + ["dog"] * 7)) == pytest.approx(0.9)
    assert overall("VQA accuracy", ("Two", "2"), ("don't", "dont")) == 1
    assert overall("VQA accuracy", ("x", [])) == 0
    assert overall("VQA accuracy", ("x", ["x"])) == 1
    metric = metric_of("VQA accuracy")
    assert metric.is_correct(metric.mark("cat", people))


@given(st.lists(st.sampled_from(["cat", "dog", "two", "2"]), min_size=2, max_size=10), st.randoms())
def test_agreement_grows_with_those_who_agree(people, chance):
    metric = metric_of("VQA accuracy")
    (low, _), (high, _) = metric.mark("cat", people), metric.mark("cat", [*people, "cat"])
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert 0 <= low <= high <= 1
    assert metric.mark("The cat!", shuffled) == pytest.approx((low, 1))


def test_ties_share_their_rank():
    # scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505139
    pairs = list(zip([1, 2, 2, 4], [1, 3, 2, 4], strict=True))
    assert rank_correlation(pairs) == pytest.approx(0.9486832980505139)
    assert rank_correlation([(1, 1), (1, 2)]) == 0


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"Spearman", "none"}))
@given(text=st.text(alphabet="abc de", min_size=1).filter(str.strip))
def test_the_reference_itself_is_correct(name, text):
    metric = metric_of(name)
    assert metric.is_correct(metric.mark(text, text))


@given(st.text("ab", max_size=8), st.text("ab", max_size=8), st.text("ab", max_size=8))
def test_edits_are_a_distance(one, other, third):
    assert edits(one, other) == edits(other, one)
    assert (edits(one, other) == 0) == (one == other)
    assert edits(one, third) <= edits(one, other) + edits(other, third)


def test_an_unknown_metric_is_named():
    with pytest.raises(UsageError, match='no metric "bleu"'):
        metric_of("bleu")
