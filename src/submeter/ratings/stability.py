"""What a scale is worth on given results: how much its stars tell, and whom a newcomer moves."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.rating import Rating, Scale
    from submeter.ratings.result import Result


class Moves(NamedTuple):
    """What happens to the others' stars as one result is left out, tried with each in turn.

    Parameters
    ----------
    most : int
        The most others whose stars any single result moves.
    by : str
        Its model; empty if none moves anybody.
    moved : int
        How many results have stars that some single other moves.
    of : int
        How many results were tried.
    """

    most: int
    by: str
    moved: int
    of: int


def entropy(ratings: Sequence[Rating]) -> float:
    """Give how much the stars tell apart [bits]: 0 if all have the same, log2 5 at most.

    Notes
    -----
    Shannon entropy of the stars within a task, weighted by how many results the task has.
    """
    tasks: dict[str, list[int]] = {}
    for each in ratings:
        if each.stars is not None:
            tasks.setdefault(each.result.task, []).append(each.stars)
    rated = sum(map(len, tasks.values()))
    return sum(_entropy(stars) * len(stars) for stars in tasks.values()) / rated if rated else 0.0


def _entropy(stars: Sequence[int]) -> float:
    parts = [count / len(stars) for count in Counter(stars).values()]
    return abs(sum(part * math.log2(part) for part in parts))


def leave_one_out(scale: Scale, results: Sequence[Result]) -> Moves:
    """Rate with each result left out in turn, and tell whose stars move."""
    whole = [each.stars for each in scale.rate(results)]
    moved: set[int] = set()
    most, by = 0, ""
    for gone, result in enumerate(results):
        rest = [each for i, each in enumerate(results) if i != gone]
        places = [i for i in range(len(results)) if i != gone]
        rated = scale.rate(rest)
        changed = {
            i
            for i, each in zip(places, rated, strict=True)
            if each.stars is not None and whole[i] is not None and each.stars != whole[i]
        }
        moved |= changed
        if len(changed) > most:
            most, by = len(changed), result.model
    return Moves(most, by, len(moved), len(results))
