"""What goes into an ONNX model and what comes out: a TOML file beside it, and the model's own word.

Nothing in a description is run. What it leaves out is taken from the shapes and the metadata of the
model where they tell it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 1 << 20
"""Bytes of a description at most."""
FITS = ("stretch", "pad", "letterbox", "crop")
OUTPUTS = ("classes", "probability", "rows", "anchors", "separate", "grid", "vectors")


@dataclass(frozen=True, slots=True)
class Image:
    """How a picture goes in.

    Parameters
    ----------
    input : str
        Name of the input; empty: the first.
    size : tuple of int
        Height and width; empty: as the model's shape says, or the picture's own.
    fit : str
        ``stretch``; ``pad``: as large as fits, at the top left, the rest filled with `fill`;
        ``letterbox``: the same in the middle; ``crop``: the middle of the picture.
    layout : str
        ``NCHW`` or ``NHWC``; empty: by where the model's shape has 3 channels.
    order : str
        ``RGB``, ``BGR``, or ``L`` for grey.
    scale, mean, std : float and tuples of float
        ``(picture × scale − mean) / std``, a channel each.
    fill : float
        Of 255, what stands beside a padded picture.
    """

    input: str = ""
    size: tuple[int, ...] = ()
    fit: str = "stretch"
    layout: str = ""
    order: str = "RGB"
    scale: float = 1 / 255
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    fill: float = 0.0


@dataclass(frozen=True, slots=True)
class Audio:
    """How a sound goes in.

    Parameters
    ----------
    input : str
        Name of the input; empty: the first.
    rate : int
        Samples a second.
    piece : int
        Samples of each piece that the model is given; 0: the whole sound at once.
    context : int
        Samples of the piece before that stand at the beginning of each; zeros at first.
    state : mapping of str to str
        Inputs that are given what an output was for the piece before; zeros at first.
    reduce : str
        What a sound is by its pieces: ``mean`` of them, or the ``max``.
    """

    input: str = ""
    rate: int = 16000
    piece: int = 0
    context: int = 0
    state: Mapping[str, str] = field(default_factory=dict)
    reduce: str = "mean"


@dataclass(frozen=True, slots=True)
class Text:
    """How a text goes in.

    Parameters
    ----------
    tokenizer : str
        Name of a ``tokenizer.json`` beside the description or the model.
    longest : int
        Tokens at most; the rest is cut off.
    pool : str
        ``mean`` over tokens, ``first`` token, or ``none`` where the model gives a vector a text.
    """

    tokenizer: str = "tokenizer.json"
    longest: int = 256
    pool: str = "mean"


@dataclass(frozen=True, slots=True)
class Output:
    """What comes out.

    Parameters
    ----------
    kind : str
        ``classes``: a number a class. ``probability``: one number, of the last label against the
        first. Boxes as ``rows`` [x1, y1, x2, y2, score, class]; ``anchors`` of YOLO's newer heads,
        [middle x, y, width, height, a score a class] for each place; ``separate`` outputs for
        boxes, scores and classes; or a ``grid`` for each stride with distances to the four edges,
        as distributions. ``vectors``: an embedding.
    name : str
        Name of the output; empty: the first.
    labels : tuple of str
        Names of the classes; empty: what the model's metadata call them, or their numbers.
    threshold : float
        Of a probability, from where on it is the last label; of a box, its least score.
    overlap : float
        Boxes of a class that share more than this with a surer one are left out.
    boxes, scores, classes : tuple of str
        Outputs, of ``separate`` one each, of ``grid`` one for each stride.
    strides : tuple of int
        Pixels between the places of a grid.
    corners : bool
        Of ``separate`` boxes: two corners; else the middle, width and height.
    relative : bool
        Of ``separate`` boxes: parts of the picture and not pixels of the input.
    sigmoid : bool
        Whether scores are logits.
    """

    kind: str = ""
    name: str = ""
    labels: tuple[str, ...] = ()
    threshold: float = 0.5
    overlap: float = 0.5
    boxes: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    strides: tuple[int, ...] = ()
    corners: bool = True
    relative: bool = False
    sigmoid: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """All of a description.

    Parameters
    ----------
    name, revision, licence : str
        Of the model, as its publisher tells them.
    image, audio, text, output : Image, Audio, Text, Output
        See there.
    constants : mapping of str to float or list
        Inputs that are always the same.
    """

    name: str = ""
    revision: str = ""
    licence: str = ""
    image: Image = Image()
    audio: Audio = Audio()
    text: Text = Text()
    output: Output = Output()
    constants: Mapping[str, Any] = field(default_factory=dict)


_CHOICES = {
    "fit": FITS,
    "layout": ("", "NCHW", "NHWC"),
    "order": ("RGB", "BGR", "L"),
    "reduce": ("mean", "max"),
    "pool": ("mean", "first", "none"),
    "kind": ("", *OUTPUTS),
}
_AT_LEAST_1 = ("size", "rate", "longest", "strides")
_AT_LEAST_0 = ("piece", "context")
_Part = TypeVar("_Part", Image, Audio, Text, Output)


def described(path: Path | None) -> Description:
    """Read a description; an empty one where there is no file.

    Raises
    ------
    UsageError
        If it cannot be read, or says what no description says.
    """
    if path is None:
        return Description()
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise UsageError("the description is too large", str(path), "1 MiB at most")
        told = tomllib.loads(content.decode())
    except (OSError, ValueError) as error:
        fix = "write it as docs/reference/onnx.md shows"
        raise UsageError(f"the description cannot be read: {error}", str(path), fix) from error
    parts = {"image": Image, "audio": Audio, "text": Text, "output": Output}
    known = {"model", "constants", *parts}
    _refuse(set(told) - known, known, path)
    model, constants = _table(told, "model", path), _table(told, "constants", path)
    _refuse(set(model) - {"name", "revision", "licence"}, {"name", "revision", "licence"}, path)
    read: dict[str, Any] = {
        name: _part(kind, _table(told, name, path), path) for name, kind in parts.items()
    }
    words: dict[str, Any] = {name: str(value) for name, value in model.items()}
    return Description(**words, constants=constants, **read)


def _table(told: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise UsageError(f"[{name}] is no table", str(path), f"write [{name}] on a line of its own")
    return found


def _refuse(unknown: set[str], known: set[str], path: Path) -> None:
    if unknown:
        fix = f"it knows {', '.join(sorted(known))}"
        raise UsageError(f'a description says nothing of "{min(unknown)}"', str(path), fix)


def _part(kind: type[_Part], told: Mapping[str, Any], path: Path) -> _Part:
    usual = kind()
    _refuse(
        set(told) - {each.name for each in fields(kind)}, {each.name for each in fields(kind)}, path
    )
    read: dict[str, Any] = {name: _like(getattr(usual, name), value, f"{path}: {name}", name)
            for name, value in told.items()}  # fmt: skip
    return kind(**read)


def _like(usual: Any, value: object, where: str, name: str) -> object:  # noqa: ANN401 - any field
    """Give a value as its field has it."""
    if name in _CHOICES and value not in _CHOICES[name]:
        raise UsageError(f"{value!r} is no {name}", where, f"one of {', '.join(_CHOICES[name])}")
    try:
        made = _made(usual, value, name)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{value!r} is of another kind", where, "see docs/reference/onnx.md"
        ) from error
    numbers = made if isinstance(made, tuple) else (made,)
    least = 1 if name in _AT_LEAST_1 else 0 if name in _AT_LEAST_0 else None
    if least is not None and not all(each >= least for each in numbers):
        raise UsageError(f"{value!r} is too small", where, f"{least} or more")
    if name == "std" and not all(numbers):
        raise UsageError("nothing can be divided by 0", where, "the deviation of each channel")
    if name == "tokenizer" and Path(made).name != made:
        raise UsageError("a tokenizer lies beside the model", where, "write its name alone")
    return made


def _made(usual: object, value: object, name: str) -> Any:  # noqa: ANN401 - any field
    if isinstance(usual, tuple):
        many: list[Any] = value if isinstance(value, list) else [value]
        of = int if name in ("size", "strides") else float if name in ("mean", "std") else str
        return tuple(of(each) for each in many)
    if isinstance(usual, dict):
        return {str(one): str(other) for one, other in dict(value).items()}  # type: ignore[call-overload]
    if isinstance(usual, bool) is not isinstance(value, bool) or isinstance(value, (list, dict)):
        raise TypeError(name)
    return type(usual)(value)  # type: ignore[call-arg]
