"""How a meter behaves, seen by when its number changes: its refresh, and over how long it looks."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENOUGH = 8
"""Changes, or edges of the load, below which nothing is said."""

_LEVELS = 6
"""Of a number that takes fewer values the changes are the load's, and tell no refresh."""

_RESOLVED = 0.5
"""At least this part of the changes must have been seen to come after a reading without one."""

_REGULAR = 0.9
"""At least this part of the changes must fall on the beat of a refresh."""

_MARGIN = 0.15
"""A level is left once a number is this part of the step away from it."""

_STEP = 0.2
"""The least step of the power that counts as an edge, as part of the greater level."""

_STEADY = 0.4
"""At least this part of the time the power must be at one of its two levels."""

_Z95 = 1.96


class Known(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class Change(NamedTuple):
    """A number changed after `after` and by `by` [ns], from one value to another.

    `seen` tells whether it had stood still at a reading in between.
    """

    after: int
    by: int
    before: int
    value: int
    seen: bool

    @property
    def instant(self) -> float:
        """The middle of the time within which it changed [ns]."""
        return (self.after + self.by) / 2


def changes(readings: Sequence[tuple[int, int]]) -> list[Change]:
    """Give the changes of a number, from its readings: pairs of instant [ns] and value."""
    found = []
    stood = False
    for (before, old), (instant, new) in pairwise(readings):
        if new == old:
            stood = True
            continue
        found.append(Change(before, instant, old, new, stood))
        stood = False
    return found


def quicker(found: Sequence[Change]) -> bool:
    """Tell whether a number changes as quickly as it was read, or quicker."""
    return bool(found) and sum(each.seen for each in found) < _RESOLVED * len(found)


def refresh(found: Sequence[Change]) -> Known | None:
    """Give how often [s] a number changes, or None where it was not read often enough to tell.

    Notes
    -----
    A number need not change at every refresh: the longest time is sought of which nearly all times
    between changes are multiples, each change being known to the time between two readings. It is
    then as well known as the whole recording is long. Without one, the middle half of the times
    between changes is the interval.
    """
    if len(found) < _ENOUGH or quicker(found) or len({each.value for each in found}) < _LEVELS:
        return None
    times = [later.instant - earlier.instant for earlier, later in pairwise(found)]
    slack = [
        (later.by - later.after + earlier.by - earlier.after) / 2
        for earlier, later in pairwise(found)
    ]
    ordered = sorted(times)
    middle = ordered[len(ordered) // 2]
    rare = [ordered[round(part * (len(ordered) - 1))] for part in (0.25, 0.1, 0.0)]
    for place, guess in enumerate((middle, *rare)):
        beat = _beat(times, slack, guess, sure=place == 0)
        if beat is not None:
            doubt = (slack[0] + slack[-1]) / 2 / sum(_rounds(times, beat))
            return _seconds(beat, beat - doubt, beat + doubt)
    quarter = len(ordered) // 4
    return _seconds(middle, ordered[quarter], ordered[-1 - quarter])


def _beat(times: list[float], slack: list[float], guess: float, *, sure: bool) -> float | None:
    """Refine a guess of the beat [ns]; None if the times do not keep it."""
    # Longer and longer times, so that in none of them a refresh too many or too few is counted.
    single = [each for each in times if each <= guess * 3 / 2]
    guess = sum(single) / len(single)
    for longest in (1.5, 4.5, 20.5, 100.5, math.inf):
        near = [each for each in times if each <= longest * guess]
        guess = sum(near) / sum(_rounds(near, guess)) if near else guess
    # What one cannot tell from noise keeps any beat.
    if not sure and 4 * sorted(slack)[len(slack) // 2] > guess:
        return None
    kept = [
        abs(time - rounds * guess) <= width + guess / 20
        for time, rounds, width in zip(times, _rounds(times, guess), slack, strict=True)
    ]
    return guess if sum(kept) >= _REGULAR * len(kept) else None


def _rounds(times: list[float], beat: float) -> list[int]:
    return [max(1, round(each / beat)) for each in times]


def _seconds(*nanoseconds: float) -> Known:
    return Known(*(each / NANOSECONDS_PER_SECOND for each in nanoseconds))


def looks(powers: Sequence[tuple[float, float]], every: float) -> Known | None:
    """Give over how long [s] a meter looks at the power before each refresh.

    Parameters
    ----------
    powers : sequence of (float, float)
        How long it told a power [s], and that power, in order.
    every : float
        Its refresh [s].

    Returns
    -------
    Known or None
        None where the power was not at one of two levels most of the time, changed between them too
        seldom, or kept time with the refresh.

    Notes
    -----
    While the power changes from one level to another, a meter that looks for ``w`` tells something
    in between, ``w / every`` times on average, wherever in its refresh the changes fall. One that
    looks part of the time tells it of that part of the changes only. What lies within `_MARGIN`
    of a level is not counted, nor is that part of the time. The changes must not keep time with
    the refresh.
    """
    level = _levels(powers)
    if level is None:
        return None
    low, high = level
    margin = _MARGIN * (high - low)
    counts: list[float] = []
    rises: list[float] = []
    last, between, at = "", 0.0, 0.0
    for lasted, power in powers:
        at += lasted
        if low + margin < power < high - margin:
            between += max(1, round(lasted / every))
            continue
        now = "low" if power <= low + margin else "high"
        if last and now != last:
            counts.append(between)
            rises += [at - lasted] if now == "high" else []
        last, between = now, 0.0
    if len(counts) < _ENOUGH or len(_lengths(rises, every)) < 2:  # noqa: PLR2004 - of one length
        return None
    unit = every / (1 - 2 * _MARGIN)
    return Known(*(each * unit for each in _mean(counts)))


def _lengths(rises: Sequence[float], every: float) -> set[int]:
    """Give how many refreshes lie between one rise and the next.

    A wave that keeps time with the refresh always has as many, and each change falls at the same
    place in it: such changes tell nothing of where the meter looks.
    """
    return {round((later - first) / every) for first, later in pairwise(rises)}


def _levels(powers: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Give the two levels between which the power changes."""
    ordered = sorted((power, lasted) for lasted, power in powers)
    total = sum(lasted for _, lasted in ordered)
    if not total:
        return None
    reached, sums = 0.0, []
    for _, lasted in ordered:
        reached += lasted
        sums.append(reached)
    low, high = (ordered[bisect_right(sums, part * total)][0] for part in (0.1, 0.9))
    if high - low < _STEP * high:
        return None
    margin = _MARGIN * (high - low)
    between = sum(lasted for power, lasted in ordered if low + margin < power < high - margin)
    return (low, high) if between <= (1 - _STEADY) * total else None


def _mean(counts: list[float]) -> Known:
    """Give a mean with its 95 % interval: of nought and one by Wilson, doi:10.2307/2276774."""
    number = len(counts)
    mean = sum(counts) / number
    if max(counts) <= 1:
        spread = _Z95 * math.sqrt(mean * (1 - mean) / number + (_Z95 / 2 / number) ** 2)
        middle, scale = mean + _Z95**2 / 2 / number, 1 + _Z95**2 / number
        return Known(mean, (middle - spread) / scale, (middle + spread) / scale)
    variance = sum((each - mean) ** 2 for each in counts) / (number - 1)
    doubt = _Z95 * math.sqrt(variance / number)
    return Known(mean, max(0.0, mean - doubt), mean + doubt)
