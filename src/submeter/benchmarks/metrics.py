"""How answers are marked: a few numbers an answer, from which the whole is worked out anew."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from submeter.benchmarks.agreement import agreement
from submeter.benchmarks.boxes import all_found, matched, mean_average_precision
from submeter.benchmarks.finals import right
from submeter.benchmarks.rankings import ndcg
from submeter.benchmarks.spans import squad
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Mark = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of quality.

    Parameters
    ----------
    name : str
        Such as ``accuracy``.
    more_is_better : bool
        False of an error rate.
    mark : callable
        What one answer gets: takes the answer and the reference.
    overall : callable
        The whole, from the marks of at least one answer.
    is_correct : callable
        Whether a mark is that of a correct answer.
    """

    name: str
    more_is_better: bool
    mark: Callable[[object, object], Mark]
    overall: Callable[[Sequence[Mark]], float]
    is_correct: Callable[[Mark], bool]


def _ratio(marks: Sequence[Mark]) -> float:
    """Give the sum of the first numbers over that of the second."""
    whole = sum(each[1] for each in marks)
    return sum(each[0] for each in marks) / whole if whole else 0.0


def _same(answer: object, reference: object) -> Mark:
    return (float(_key(answer) == _key(reference)), 1.0)


def _key(value: object) -> str:
    return " ".join(str(value).split()).casefold()


def words(text: object) -> list[str]:
    """Give the words of a text, without punctuation and case.

    Examples
    --------
    >>> words("It's 5 o'clock, Ada.")
    ["it's", '5', "o'clock", 'ada']
    """
    return re.findall(r"[\w']+", str(text).casefold())


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """Give the fewest insertions, deletions and substitutions from one to the other.

    Notes
    -----
    Levenshtein distance, in one row of memory.

    Examples
    --------
    >>> edits("kitten", "sitting")
    3
    """
    row = list(range(len(other) + 1))
    for i, each in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, also in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (each != also))
    return row[-1]


def _word_errors(answer: object, reference: object) -> Mark:
    wanted = words(reference)
    return (float(edits(words(answer), wanted)), float(len(wanted)))


def _character_errors(answer: object, reference: object) -> Mark:
    wanted = "".join(str(reference).split())
    return (float(edits("".join(str(answer).split()), wanted)), float(len(wanted)))


def _overlap(answer: object, reference: object) -> Mark:
    """Give F1 over the words (a text) or the members (a list) that both have."""
    one = list(answer) if isinstance(answer, (list, tuple, set)) else words(answer)
    other = list(reference) if isinstance(reference, (list, tuple, set)) else words(reference)
    left = list(other)
    shared = 0
    for each in one:
        if each in left:
            left.remove(each)
            shared += 1
    whole = len(one) + len(other)
    return (2.0 * shared / whole if whole else 1.0, 1.0)


def _longest_common(answer: object, reference: object) -> Mark:
    """Give ROUGE-L: F1 of the longest common subsequence of words; the best of several texts."""
    if isinstance(reference, (list, tuple)):
        return max(_longest_common(answer, each) for each in reference)
    one, other = words(answer), words(reference)
    row = [0] * (len(other) + 1)
    for each in one:
        before = 0
        for j, also in enumerate(other, 1):
            before, row[j] = row[j], before + 1 if each == also else max(row[j], row[j - 1])
    whole = len(one) + len(other)
    return (2.0 * row[-1] / whole if whole else 1.0, 1.0)


def _agreed(answer: object, reference: object) -> Mark:
    return (agreement(answer, reference), 1.0)


def _pair(answer: object, reference: object) -> Mark:
    return (float(str(answer)), float(str(reference)))


def rank_correlation(pairs: Sequence[Mark]) -> float:
    """Give Spearman's rank correlation; ties share their ranks. 0 where one side has no order.

    Examples
    --------
    >>> rank_correlation([(1, 10), (2, 20), (3, 30)])
    1.0
    """
    one, other = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (len(pairs) - 1) / 2
    above = sum((a - middle) * (b - middle) for a, b in zip(one, other, strict=True))
    below = math.sqrt(sum((a - middle) ** 2 for a in one) * sum((b - middle) ** 2 for b in other))
    return above / below if below else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    starts = [0, *(i for i, (a, b) in enumerate(pairwise(order), 1) if values[a] != values[b])]
    for start, end in pairwise([*starts, len(order)]):
        for i in order[start:end]:
            ranks[i] = (start + end - 1) / 2
    return ranks


def _unmarked(answer: object, reference: object) -> Mark:
    del answer, reference
    return ()


def _mean(marks: Sequence[Mark]) -> float:
    """Give the mean of the first numbers."""
    return math.fsum(each[0] for each in marks) / len(marks)


def _exact(mark: Mark) -> bool:
    return mark[1] == 1.0


def _some(mark: Mark) -> bool:
    return mark[0] > 0


def _never(mark: Mark) -> bool:
    del mark
    return False


def _whole(mark: Mark) -> bool:
    return mark[0] == mark[1]


def _half(mark: Mark) -> bool:
    return mark[0] >= 0.5  # noqa: PLR2004 - more in common than not


def _faultless(mark: Mark) -> bool:
    return mark[0] == 0


ACCURACY = Metric("accuracy", more_is_better=True, mark=_same, overall=_ratio, is_correct=_whole)
F1 = Metric("F1", more_is_better=True, mark=_overlap, overall=_ratio, is_correct=_half)
ROUGE_L = Metric(
    "ROUGE-L", more_is_better=True, mark=_longest_common, overall=_ratio, is_correct=_half
)
WER = Metric("WER", more_is_better=False, mark=_word_errors, overall=_ratio, is_correct=_faultless)
CER = Metric(
    "CER", more_is_better=False, mark=_character_errors, overall=_ratio, is_correct=_faultless
)
SPEARMAN = Metric(
    "Spearman", more_is_better=True, mark=_pair, overall=rank_correlation, is_correct=_never
)

VQA = Metric("VQA accuracy", more_is_better=True, mark=_agreed, overall=_ratio, is_correct=_half)
AP50 = Metric(
    "mAP@0.5", more_is_better=True, mark=matched, overall=mean_average_precision,
    is_correct=all_found,
)  # fmt: skip
NONE = Metric("none", more_is_better=True, mark=_unmarked, overall=_ratio, is_correct=_never)
"""Of tasks whose answers only people or other models could judge: their items have no reference."""

SQUAD = Metric("SQuAD F1", more_is_better=True, mark=squad, overall=_mean, is_correct=_exact)
"""Correct is an exact match."""
NDCG = Metric("nDCG@10", more_is_better=True, mark=ndcg, overall=_ratio, is_correct=_some)
"""Correct is a search whose first ten results hold something relevant."""
SOLVED = Metric("solved", more_is_better=True, mark=right, overall=_ratio, is_correct=_whole)
"""The part of the problems whose final answer is right."""
PASS = replace(ACCURACY, name="pass@1")
"""The part of the programs that pass their tests at the first attempt."""

METRICS = {
    each.name: each
    for each in (
        SQUAD,
        NDCG,
        SOLVED,
        PASS,
        ACCURACY,
        F1,
        ROUGE_L,
        WER,
        CER,
        SPEARMAN,
        VQA,
        AP50,
        NONE,
    )
}
"""By name: a bundle names its metric, and its marks are added up anew by whoever verifies it."""


def metric_of(name: str) -> Metric:
    """Give the metric of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in METRICS:
        raise UsageError(f'there is no metric "{name}"', fix=f"one of {', '.join(METRICS)}")
    return METRICS[name]
