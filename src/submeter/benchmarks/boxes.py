"""How well boxes were found: matched to the true ones, and average precision over all of them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Box = Sequence[float]

OVERLAP = 0.5
"""Intersection over union from which on a box is found."""
SURE = 0.5
"""Score from which on a model means it."""
_MOST = 100
"""Boxes of a picture that count, the surest first: as COCO has it."""
_PARTS = 3


def intersection_over_union(one: Box, other: Box) -> float:
    """Give what two boxes (x, y, width, height) share, over what they cover together.

    Examples
    --------
    >>> intersection_over_union((0, 0, 2, 2), (1, 0, 2, 2))
    0.3333333333333333
    """
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def matched(answer: object, reference: object) -> tuple[float, ...]:
    """Match what was found in a picture to what is there.

    Parameters
    ----------
    answer, reference : list of [label, score, x, y, width, height]
        What was found, and what is there. What is no such list is nothing.

    Returns
    -------
    tuple of float
        How many are there; a number for the kind of each; then for each that was found its kind,
        its score, and whether it is right.

    Notes
    -----
    As COCO does: of each kind the surest first, each taking the true box not yet taken that it
    overlaps most, if by `OVERLAP` or more; the `_MOST` surest of a picture count.
    """
    truth, found = _boxes(reference), sorted(_boxes(answer), key=lambda each: -each[1])[:_MOST]
    free = list(range(len(truth)))
    told: list[float] = [float(len(truth)), *(kind for kind, _, _ in truth)]
    for kind, score, box in found:
        near = [
            (intersection_over_union(box, truth[i][2]), -i) for i in free if truth[i][0] == kind
        ]
        overlap, place = max(near, default=(0.0, 0))
        is_right = overlap >= OVERLAP
        if is_right:
            free.remove(-place)
        told += [kind, score, float(is_right)]
    return tuple(told)


def _boxes(told: object) -> list[tuple[float, float, Box]]:
    """Give kind, score and box of each; what is none is left out."""
    found: list[tuple[float, float, Box]] = []
    for each in told if isinstance(told, (list, tuple)) else ():
        try:
            label, score, x, y, width, height = each
            box = (float(x), float(y), float(width), float(height))
            found.append((_number(str(label)), float(score), box))
        except (TypeError, ValueError):
            continue
    return found


def _number(label: str) -> float:
    """Give a number for a label: a bundle holds numbers alone, and none of what was said."""
    plain = " ".join(label.split()).casefold()
    return float(int.from_bytes(hashlib.sha256(plain.encode()).digest()[:6]))


def all_found(mark: Sequence[float]) -> bool:
    """Tell whether all that is there was found, and nothing else, of what the model was sure."""
    truth = int(mark[0])
    rest = mark[1 + truth :]
    sure = [rest[i + 2] for i in range(0, len(rest), _PARTS) if rest[i + 1] >= SURE]
    return all(sure) and len(sure) == truth


def mean_average_precision(marks: Sequence[Sequence[float]]) -> float:
    """Give the mean over kinds of average precision; 0 where nothing is there to be found.

    Parameters
    ----------
    marks : sequence of sequence of float
        Of each picture, as `matched` gives it.

    Notes
    -----
    Average precision of a kind is the mean, over 101 recalls from 0 to 1, of the best precision at
    that recall or a higher one, all pictures taken together and the surest found first.

    References
    ----------
    Lin et al. (2014), "Microsoft COCO: Common Objects in Context", arXiv:1405.0312, and its
    evaluation, whose AP50 this is.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and of one metric only

    told = [_arrays(tuple(each)) for each in marks]
    kinds, counts = np.unique(np.concatenate([each[0] for each in told]), return_counts=True)
    found = np.concatenate([each[1] for each in told])
    # Stable, as COCO's: of equals the first picture's come first.
    found = found[np.lexsort((-found[:, 1], found[:, 0]))]
    starts = np.searchsorted(found[:, 0], kinds, side="left")
    ends = np.searchsorted(found[:, 0], kinds, side="right")
    recalls = np.linspace(0, 1, 101)
    precisions = []
    for count, start, end in zip(counts, starts, ends, strict=True):
        right = np.cumsum(found[start:end, 2])
        precision = right / np.arange(1, len(right) + 1)
        best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
        precisions.append(best[np.searchsorted(right / count, recalls, side="left")].mean())
    return float(np.mean(precisions)) if precisions else 0.0


@lru_cache(maxsize=4096)
def _arrays(mark: tuple[float, ...]) -> tuple[Any, Any]:
    """Give a mark's kinds and what was found; the interval of a run asks for it very often."""
    import numpy as np  # noqa: PLC0415 - as above

    truth = int(mark[0])
    return np.array(mark[1 : 1 + truth]), np.array(mark[1 + truth :], float).reshape(-1, _PARTS)
