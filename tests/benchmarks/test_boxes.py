"""Average precision, by hand-worked cases and by what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.boxes import all_found, intersection_over_union, mean_average_precision
from submeter.benchmarks.metrics import metric_of

numbers = st.floats(0.5, 50)
boxes = st.tuples(numbers, numbers, numbers, numbers)
labels = st.sampled_from(["cat", "dog"])
found = st.builds(lambda label, score, box: [label, score, *box], labels, st.floats(0, 1), boxes)
pictures = st.lists(found, max_size=5)
CAT, DOG = ["cat", 1.0, 0, 0, 10, 10], ["dog", 1.0, 20, 20, 10, 10]


def scored(*pairs):
    metric = metric_of("mAP@0.5")
    return metric.overall([metric.mark(answer, reference) for answer, reference in pairs])


def test_overlap_by_hand():
    assert intersection_over_union((0, 0, 4, 4), (2, 2, 4, 4)) == pytest.approx(4 / 28)
    assert intersection_over_union((0, 0, 4, 4), (4, 0, 4, 4)) == 0


@given(boxes, boxes)
def test_overlap_is_mutual_and_no_more_than_all(one, other):
    shared = intersection_over_union(one, other)
    assert shared == pytest.approx(intersection_over_union(other, one))
    assert 0 <= shared <= 1 + 1e-9
    assert intersection_over_union(one, one) == pytest.approx(1)


def test_average_precision_by_hand():
    # Two cats, of which one is found after a false alarm that the model was surer of: precision
    # 1/2 at recall 1/2, so 51 of the 101 recalls have 1/2 and the others none.
    far = ["cat", 0.9, 50, 50, 5, 5]
    near = ["cat", 0.8, 1, 0, 10, 10]
    other = ["cat", 1.0, 30, 0, 10, 10]
    assert scored(([far, near], [CAT, other])) == pytest.approx(51 / 101 / 2)
    # The false alarm least sure: precision 1 at recall 1/2.
    assert scored(([["cat", 0.1, 50, 50, 5, 5], near], [CAT, other])) == pytest.approx(51 / 101)
    # A true box is taken once: the second find of the same cat is a false alarm.
    twice = [near, ["cat", 0.7, 0, 0, 10, 10]]
    assert scored((twice, [CAT])) == 1
    assert scored((twice, [CAT, other])) == pytest.approx(51 / 101)


def test_kinds_count_alike_and_a_box_of_another_kind_is_none():
    assert scored(([CAT], [CAT, DOG])) == 0.5
    assert scored(([["dog", 1.0, 0, 0, 10, 10]], [CAT])) == 0
    # What is found where nothing is lowers the precision of its kind over all pictures.
    assert scored(([CAT], [CAT]), ([["cat", 1.0, 0, 0, 9, 9]], [])) == pytest.approx(1)
    assert scored(([["cat", 0.4, 0, 0, 10, 10]], [CAT]), ([CAT], [])) == pytest.approx(0.5)
    assert scored(([], [])) == 0


def test_overlap_of_less_than_half_is_not_found():
    assert scored(([["cat", 1.0, 0, 0, 10, 5]], [CAT])) == 1
    assert scored(([["cat", 1.0, 0, 0, 10, 4.9]], [CAT])) == 0


def test_what_is_no_box_is_nothing():
    for nonsense in ("cat", None, [["cat"]], [["cat", "x", 0, 0, 1, 1]], [7]):
        assert scored((nonsense, [CAT])) == 0


@given(st.lists(pictures, min_size=1, max_size=4))
def test_the_truth_itself_is_perfect_and_correct(truths):
    sure = [[[label, 1.0, *box] for label, _, *box in each] for each in truths]
    expected = 1 if any(truths) else 0
    assert scored(*((each, each) for each in sure)) == pytest.approx(expected)
    metric = metric_of("mAP@0.5")
    assert all(metric.is_correct(metric.mark(each, each)) for each in sure)


@given(pictures, pictures, st.floats(0.01, 1))
def test_only_the_order_of_scores_counts(answer, truth, part):
    lowered = [[label, score * part, *box] for label, score, *box in answer]
    ranks = [sorted(range(len(each)), key=lambda i: each[i][1]) for each in (answer, lowered)]
    if ranks[0] == ranks[1]:
        assert scored((answer, truth)) == pytest.approx(scored((lowered, truth)))
    assert 0 <= scored((answer, truth)) <= 1


def test_a_picture_is_correct_where_all_is_found_and_nothing_else_is_meant():
    metric = metric_of("mAP@0.5")
    doubted = ["cat", 0.3, 40, 40, 5, 5]
    assert all_found(metric.mark([CAT, doubted], [CAT]))
    assert not all_found(metric.mark([CAT, [*doubted[:1], 0.6, *doubted[2:]]], [CAT]))
    assert not all_found(metric.mark([[*CAT[:1], 0.4, *CAT[2:]]], [CAT]))
    assert not all_found(metric.mark([CAT], [CAT, DOG]))
    assert all_found(metric.mark([], []))


def test_no_word_of_an_answer_is_in_a_mark():
    mark = metric_of("mAP@0.5").mark([CAT], [DOG])
    assert all(isinstance(each, float) for each in mark)
    assert mean_average_precision([mark]) == 0
