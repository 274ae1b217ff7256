"""How good the answers were, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import metric_of
from submeter.benchmarks.steady import bootstrap, wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from submeter.benchmarks.query import Query

_BY_WILSON = 2
"""Rules from which on the interval of a part of right answers is Wilson's."""


def quality(metric: str, queries: Sequence[Query], seed: int, rules: int) -> dict[str, Any] | None:
    """Give a summary's ``quality``; each item counts once, by its first answer.

    Parameters
    ----------
    metric : str
        By which answers were marked.
    queries : sequence of Query
        What was done, warm-up among it.
    seed : int
        Of the draws by which its interval is found.
    rules : int
        The version of `submeter.benchmarks.rules` by which figures follow.

    Returns
    -------
    dict or None
        ``value`` with its 95 % interval, None of one item alone; None where nothing was marked.
    """
    first: dict[str, tuple[float, ...]] = {}
    for each in queries:
        if each.mark is not None:
            first.setdefault(each.item, each.mark)
    marks = list(first.values())
    if not marks:
        return None
    measure = metric_of(metric)
    overall: Callable[[Sequence[int]], float] = lambda places: measure.overall(  # noqa: E731
        [marks[i] for i in places]
    )
    value = measure.overall(marks)
    low, high = bootstrap(len(marks), overall, seed) or (None, None)
    if rules >= _BY_WILSON and len(marks) > 1 and _is_part(marks):
        # Where all are right, or none, answers drawn anew are as alike: that is no certainty.
        low, high = wilson(value, len(marks))
    return {
        "metric": metric,
        "more_is_better": measure.more_is_better,
        "value": value,
        "low": low,
        "high": high,
        "items": len(marks),
    }


def _is_part(marks: Sequence[tuple[float, ...]]) -> bool:
    """Tell whether marks say right or wrong and nothing else, each as much as another."""
    return all(mark in ((0.0, 1.0), (1.0, 1.0)) for mark in marks)
