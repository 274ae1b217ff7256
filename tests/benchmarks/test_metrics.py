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
    assert overall("Spearman", (0.9, 5), (0.1, 1), (0.5, 3)) == pytest.approx(1)


def test_ties_share_their_rank():
    # scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505139
    pairs = list(zip([1, 2, 2, 4], [1, 3, 2, 4], strict=True))
    assert rank_correlation(pairs) == pytest.approx(0.9486832980505139)
    assert rank_correlation([(1, 1), (1, 2)]) == 0


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"Spearman"}))
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
