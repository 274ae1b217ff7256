"""Who can be ranked before whom: two whose intervals overlap cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.result import Result


class Rank(NamedTuple):
    """A place among those that are comparable, as sure as the intervals allow.

    Parameters
    ----------
    best, worst : int
        The place lies between the two, 1 being the least energy.
    of : int
        How many are compared.
    beside : tuple of str
        The models that it can be ranked neither before nor behind.
    """

    best: int
    worst: int
    of: int
    beside: tuple[str, ...]


def comparable(one: Result, other: Result) -> bool:
    """Tell whether two results are of the same work within the same boundary."""
    return _kind(one) == _kind(other)


def ranks(results: Sequence[Result]) -> list[Rank | None]:
    """Rank each result among those comparable with it; None for random weights.

    Notes
    -----
    Before a result stand those whose whole interval lies below its own; behind it, those whose
    whole interval lies above. One without an interval is taken at its value.
    """
    return [None if each.dummy else _rank(each, results) for each in results]


def _rank(result: Result, results: Sequence[Result]) -> Rank:
    others = [
        each
        for each in results
        if each is not result and not each.dummy and comparable(result, each)
    ]
    before = sum(1 for each in others if _ends(each)[1] < _ends(result)[0])
    behind = sum(1 for each in others if _ends(each)[0] > _ends(result)[1])
    beside = tuple(each.model for each in others if _overlap(each, result))
    whole = len(others) + 1
    return Rank(before + 1, whole - behind, whole, beside)


def _kind(result: Result) -> tuple[str, ...]:
    return (result.task, result.unit, result.scenario, result.boundary.value)


def _ends(result: Result) -> tuple[float, float]:
    low = result.energy if result.low is None else result.low
    return low, result.energy if result.high is None else result.high


def _overlap(one: Result, other: Result) -> bool:
    ends, others = _ends(one), _ends(other)
    return ends[0] <= others[1] and others[0] <= ends[1]
