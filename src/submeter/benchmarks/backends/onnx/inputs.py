"""Pictures, sounds and texts as a model takes them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from submeter.benchmarks.backends.onnx.boxes import Placed
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.benchmarks.backends.onnx.description import Audio, Image

_CHANNELS = (1, 3)


def laid_out(picture: Any, told: Image, shape: Sequence[object]) -> tuple[Any, Placed]:  # noqa: ANN401 - arrays
    """Give a picture as an input of its own, and where in it the picture lies.

    Parameters
    ----------
    picture : array (height, width, 3)
        RGB, bytes.
    told : Image
        How it goes in.
    shape : sequence
        Of the model's input: numbers, and names or None where it takes any.
    """
    is_last = _is_channel_last(told, shape)
    size = told.size or _size(shape, is_last=is_last)
    laid, at = _fitted(picture, told, (int(size[0]), int(size[1])) if size else ())
    values = laid.astype("float32")
    if told.order == "BGR":
        values = values[..., ::-1]
    elif told.order == "L":
        values = values @ np.array([0.299, 0.587, 0.114], "float32")
        values = values[..., None]
    values = (values * told.scale - np.array(told.mean)) / np.array(told.std)
    return (values if is_last else values.transpose(2, 0, 1)), at


def _is_channel_last(told: Image, shape: Sequence[object]) -> bool:
    if told.layout:
        return told.layout == "NHWC"
    return len(shape) > 1 and shape[1] not in _CHANNELS and shape[-1] in _CHANNELS


def _size(shape: Sequence[object], *, is_last: bool) -> tuple[int, ...]:
    places = (1, 2) if is_last else (2, 3)
    found = [shape[each] for each in places if each < len(shape)]
    return tuple(each for each in found if isinstance(each, int)) if _are_whole(found) else ()


def _are_whole(found: Sequence[object]) -> bool:
    return len(found) == 2 and all(isinstance(each, int) and each > 0 for each in found)  # noqa: PLR2004


def _fitted(picture: Any, told: Image, size: tuple[int, ...]) -> tuple[Any, Placed]:  # noqa: ANN401 - arrays
    height, width = picture.shape[:2]
    if not size or size == (height, width):
        return picture, Placed(height, width, 1.0, 1.0)
    tall, wide = size
    if told.fit == "stretch":
        return _resized(picture, tall, wide), Placed(height, width, wide / width, tall / height)
    pick = max if told.fit == "crop" else min
    part = pick(tall / height, wide / width)
    new = (max(1, round(height * part)), max(1, round(width * part)))
    small = _resized(picture, *new)
    across, down = new[1] / width, new[0] / height
    top, left = (new[0] - tall) // 2, (new[1] - wide) // 2
    if told.fit != "crop":
        top, left = (0, 0) if told.fit == "pad" else (-top, -left)
        whole = np.full((tall, wide, 3), told.fill, "float32")
        whole[top : top + new[0], left : left + new[1]] = small
        return whole, Placed(height, width, across, down, left, top)
    cut = small[top : top + tall, left : left + wide]
    return cut, Placed(height, width, across, down, -left, -top)


def _resized(picture: Any, height: int, width: int) -> Any:  # noqa: ANN401 - arrays
    pillow = importlib.import_module("PIL.Image")
    small = pillow.fromarray(picture).resize((width, height), pillow.Resampling.BILINEAR)
    return np.asarray(small)


def samples_at(clip: Any, rate: int) -> Any:  # noqa: ANN401 - the ability's, an array
    """Give a sound's samples at another rate.

    Notes
    -----
    By its spectrum: cut off, or filled up with zeros, at half of the new rate.
    """
    samples = np.asarray(clip["samples"], dtype="float32")
    own = int(clip["rate"])
    if own == rate or not len(samples):
        return samples
    count = max(1, round(len(samples) * rate / own))
    spectrum = np.fft.rfft(samples)
    bins = count // 2 + 1
    cut = np.zeros(bins, complex)
    kept = min(bins, len(spectrum))
    cut[:kept] = spectrum[:kept]
    return (np.fft.irfft(cut, count) * (count / len(samples))).astype("float32")


def pieces(samples: Any, told: Audio) -> Iterator[Any]:  # noqa: ANN401 - arrays
    """Give a sound piece by piece, each with the end of the one before; the last is filled up."""
    if not told.piece:
        yield samples
        return
    count = max(1, -(-len(samples) // told.piece))
    whole = np.zeros(told.context + count * told.piece, "float32")
    whole[told.context : told.context + len(samples)] = samples
    for number in range(count):
        start = number * told.piece
        yield whole[start : start + told.context + told.piece]


def tokens_of(texts: Sequence[str], tokenizer: Any, names: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - the library's
    """Give what a model of text takes: ids, mask, types, as far as it has inputs for them.

    Raises
    ------
    UsageError
        If it has no input for ids.
    """
    read = tokenizer.encode_batch(list(texts))
    known = {
        "input_ids": np.array([each.ids for each in read], "int64"),
        "attention_mask": np.array([each.attention_mask for each in read], "int64"),
        "token_type_ids": np.array([each.type_ids for each in read], "int64"),
    }
    if "input_ids" not in names:
        fix = "a model with inputs as transformers exports them: input_ids, attention_mask"
        raise UsageError("the model has no input for tokens", ", ".join(names), fix)
    return {name: array for name, array in known.items() if name in names}
