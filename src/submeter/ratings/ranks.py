"""Who can be ranked before whom: two whose intervals overlap cannot."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.ratings.result import Result


class Rank(NamedTuple):
    """A place among those that are comparable, as sure as the intervals allow.

    Parameters
    ----------
    best, worst : int
        The place lies between the two, 1 being the least energy.
    of : int
        How many are compared.
    beside : sequence of str
        The models that it can be ranked neither before nor behind.
    """

    best: int
    worst: int
    of: int
    beside: Sequence[str]


def comparable(one: Result, other: Result) -> bool:
    """Tell whether two results are of the same work within the same boundary."""
    return _kind(one) == _kind(other)


def ranks(results: Sequence[Result]) -> list[Rank | None]:
    """Rank each result among those comparable with it; None of what is barred.

    Notes
    -----
    Before a result stand those whose whole interval lies below its own; behind it, those whose
    whole interval lies above. One without an interval is taken at its value. They are counted in
    sorted ends, so that ``n`` results cost ``n log n``.
    """
    kinds: dict[tuple[str, ...], list[Result]] = {}
    for each in results:
        if not each.barred:
            kinds.setdefault(_kind(each), []).append(each)
    fields = {kind: _Field(together) for kind, together in kinds.items()}
    return [None if each.barred else fields[_kind(each)].rank(each) for each in results]


class _Field:
    """Results that are compared with one another, by both ends of their intervals."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.by_low = sorted(results, key=lambda each: _ends(each)[0])
        self._lows = [_ends(each)[0] for each in self.by_low]
        self._highs = sorted(_ends(each)[1] for each in results)

    def rank(self, result: Result) -> Rank:
        """Give the place of one of them."""
        low, high = _ends(result)
        before, reached = bisect_left(self._highs, low), bisect_right(self._lows, high)
        beside = Beside(self.by_low, result, reached - before - 1)
        return Rank(before + 1, reached, len(self.by_low), beside)


class Beside(Sequence[str]):
    """The models that a result can be ranked neither before nor behind, the least ends first.

    They are named only when somebody asks: where all overlap, they are as many as there are pairs.

    Parameters
    ----------
    by_low : sequence of Result
        All that are compared, by the lower end.
    result : Result
        One of them.
    count : int
        How many overlap it.
    """

    def __init__(self, by_low: Sequence[Result], result: Result, count: int) -> None:
        self._by_low, self._result, self._count = by_low, result, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        low, high = _ends(self._result)
        is_met = False
        for each in takewhile(lambda each: _ends(each)[0] <= high, self._by_low):
            if each is self._result and not is_met:
                is_met = True
            elif _ends(each)[1] >= low:
                yield each.model

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return tuple(self)[place]


def _kind(result: Result) -> tuple[str, ...]:
    return (result.task, result.unit, result.scenario, result.boundary.value)


def _ends(result: Result) -> tuple[float, float]:
    low = result.energy if result.low is None else result.low
    return low, result.energy if result.high is None else result.high
