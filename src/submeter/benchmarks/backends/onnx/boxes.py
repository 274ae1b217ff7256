"""Boxes out of a detector's numbers, whichever way its last layer tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.backends.onnx.description import Output

    Arrays = Mapping[str, Any]

_NEAR = 1000
"""Boxes of a class that are compared with one another, the surest first."""
_ROW = 6


class Placed(NamedTuple):
    """How a picture was laid into the input.

    Parameters
    ----------
    height, width : int
        Of the picture [pixels].
    across, down : float
        By what its pixels were multiplied.
    left, top : float
        Where it begins in the input [pixels of the input].
    """

    height: int
    width: int
    across: float
    down: float
    left: float = 0.0
    top: float = 0.0


class Found(NamedTuple):
    """Boxes by their corners [pixels of the input], with a score a class each.

    Parameters
    ----------
    corners : array (boxes, 4)
        x1, y1, x2, y2.
    scores : array (boxes, classes)
        From 0 to 1.
    """

    corners: Any
    scores: Any


def boxes(outputs: Arrays, told: Output, size: tuple[int, int]) -> Found:
    """Read one picture's boxes.

    Parameters
    ----------
    outputs : mapping of str to array
        What came out for it, by name.
    told : Output
        How to read it.
    size : tuple of int
        Height and width of the input.

    Raises
    ------
    UsageError
        If what came out has another shape than the description says.
    """
    read = {"rows": _rows, "anchors": _anchors, "separate": _separate, "grid": _grid}[told.kind]
    try:
        found = read(outputs, told, size)
    except (KeyError, ValueError, IndexError) as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in outputs.items())
        fix = f"see what comes out: {shapes}"
        raise UsageError(
            f"the boxes are not told as {told.kind}: {error}", "[output]", fix
        ) from error
    return found._replace(scores=_sigmoid(found.scores)) if told.sigmoid else found


def _sigmoid(logits: Any) -> Any:  # noqa: ANN401 - arrays
    return 1 / (1 + np.exp(-np.clip(logits.astype(float), -60, 60)))


def _chosen(outputs: Arrays, name: str) -> Any:  # noqa: ANN401 - an array
    array = outputs[name] if name else next(iter(outputs.values()))
    return array[0] if array.ndim == 3 else array  # noqa: PLR2004 - a batch of one


def _rows(outputs: Arrays, told: Output, size: tuple[int, int]) -> Found:
    del size
    rows = _chosen(outputs, told.name)
    if rows.shape[-1] != _ROW:
        raise ValueError(f"rows of {rows.shape[-1]} numbers, not of {_ROW}")
    return Found(rows[:, :4], _spread(rows[:, 4], rows[:, 5]))


def _spread(scores: Any, classes: Any) -> Any:  # noqa: ANN401 - arrays
    """Give a score a class of boxes that have one each."""
    kinds = classes.astype(int)
    whole = np.zeros((len(kinds), max(kinds.max(initial=0), 0) + 1))
    whole[np.arange(len(kinds)), np.maximum(kinds, 0)] = scores
    return whole


def _anchors(outputs: Arrays, told: Output, size: tuple[int, int]) -> Found:
    del size
    array = _chosen(outputs, told.name)
    # There are far more places than numbers for each.
    places = array.T if array.shape[0] < array.shape[1] else array
    return Found(_corners(places[:, :4]), places[:, 4:])


def _corners(middles: Any) -> Any:  # noqa: ANN401 - arrays
    half = middles[:, 2:4] / 2
    return np.concatenate([middles[:, :2] - half, middles[:, :2] + half], axis=1)


def _separate(outputs: Arrays, told: Output, size: tuple[int, int]) -> Found:
    given = _chosen(outputs, told.boxes[0]).reshape(-1, 4).astype(float)
    corners = given if told.corners else _corners(given)
    if told.relative:
        height, width = size
        corners = corners * (width, height, width, height)
    scores = outputs[told.scores[0]]
    if told.classes:
        return Found(corners, _spread(scores.reshape(-1), outputs[told.classes[0]].reshape(-1)))
    return Found(corners, scores.reshape(len(corners), -1))


def _grid(outputs: Arrays, told: Output, size: tuple[int, int]) -> Found:
    """Read generalised focal loss's heads: distances to the edges are means of distributions.

    References
    ----------
    Li et al. (2020), "Generalized Focal Loss", arXiv:2006.04388, as PicoDet and NanoDet have it.
    """
    corners, scores = [], []
    for stride, box, score in zip(told.strides, told.boxes, told.scores, strict=True):
        across, down = (-(-each // stride) for each in (size[1], size[0]))
        x, y = np.meshgrid(np.arange(across), np.arange(down))
        middles = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * stride
        bins = outputs[box].reshape(len(middles), 4, -1).astype(float)
        parts = np.exp(bins - bins.max(axis=-1, keepdims=True))
        far = (parts / parts.sum(axis=-1, keepdims=True)) @ np.arange(bins.shape[-1]) * stride
        corners.append(np.concatenate([middles - far[:, :2], middles + far[:, 2:]], axis=1))
        scores.append(outputs[score].reshape(len(middles), -1))
    return Found(np.concatenate(corners), np.concatenate(scores))


def answers(found: Found, told: Output, labels: Sequence[str], at: Placed) -> list[list[object]]:
    """Give [label, score, x, y, width, height] in the picture's own pixels, the surest first.

    Parameters
    ----------
    found : Found
        All boxes.
    told : Output
        Least score, and how much boxes of a class may share.
    labels : sequence of str
        Names of the classes; those beyond it are told by their number.
    at : Placed
        How the picture was laid into the input.
    """
    back = (1 / at.across, 1 / at.down) * 2
    moved = (found.corners - (at.left, at.top) * 2) * back
    moved = np.clip(moved, 0, (at.width, at.height) * 2)
    told_boxes: list[tuple[float, str, Any]] = []
    for kind in range(found.scores.shape[1]):
        own = found.scores[:, kind]
        label = labels[kind] if kind < len(labels) else str(kind)
        places = np.flatnonzero(own >= told.threshold)
        order = places[np.argsort(-own[places], kind="stable")][:_NEAR]
        kept = order[_apart(moved[order], told.overlap)]
        told_boxes += [(float(own[i]), label, moved[i]) for i in kept]
    told_boxes.sort(key=lambda each: -each[0])
    return [
        [label, score, float(x1), float(y1), float(x2 - x1), float(y2 - y1)]
        for score, label, (x1, y1, x2, y2) in told_boxes
    ]


def _apart(corners: Any, most: float) -> list[int]:  # noqa: ANN401 - arrays
    """Give the places of boxes that no surer one covers (non-maximum suppression)."""
    sides = np.maximum(corners[:, 2:] - corners[:, :2], 0)
    areas = sides[:, 0] * sides[:, 1]
    kept: list[int] = []
    free = np.ones(len(corners), dtype=bool)
    for place in range(len(corners)):
        if not free[place]:
            continue
        kept.append(place)
        shared = np.minimum(corners[:, 2:], corners[place, 2:]) - np.maximum(
            corners[:, :2], corners[place, :2]
        )
        both = np.prod(np.maximum(shared, 0), axis=1)
        free &= both <= most * np.maximum(areas + areas[place] - both, 1e-12)
    return kept
