"""Pictures in words: captions, short answers, and chats with pictures in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import ROUGE_L, VQA
from submeter.benchmarks.task import DataSet, Item, Limits, Task, data_set
from submeter.benchmarks.tasks.cells import picture
from submeter.benchmarks.tasks.photographs import LICENCE, NAME, VERSION, agreed, opened
from submeter.benchmarks.tasks.published import (
    ANSWER,
    CAPTION,
    FRAMES,
    IMAGE,
    QUESTION,
    frames,
    megapixels,
    published,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SHORT = "Answer in one word or a number."
"""What is said after a question, as evaluations of models that chat commonly do."""


def captions(data: str = "") -> DataSet:
    """Give pictures, and what people said of each."""
    if data:
        return published(data, (IMAGE, CAPTION), _captioned)
    items = [Item(each.file, image, list(each.captions)) for each, image in opened()]
    return data_set(f"{NAME}-captions", VERSION, LICENCE, items)


def _captioned(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    return picture(row["image"], folder), texts(row["caption"])


def questions(data: str = "") -> DataSet:
    """Give pictures with a question each, and what ten people answered."""
    if data:
        return published(data, (IMAGE, QUESTION, ANSWER), _questioned)
    items = [
        Item(f"{each.file} {i}", {"question": asked, "image": image}, agreed(right))
        for each, image in opened()
        for i, (asked, right) in enumerate(each.questions)
    ]
    return data_set(f"{NAME}-questions", VERSION, LICENCE, items)


def _questioned(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    asked = {"question": str(row["question"]), "image": picture(row["image"], folder)}
    return asked, texts(row["answer"])


def chats(data: str = "") -> DataSet:
    """Give messages with a picture and a question, and what ten people answered."""
    if data:
        return published(data, (IMAGE, QUESTION, ANSWER), _chat)
    items = [
        Item(f"{each.file} {i}", message([image], asked), agreed(right))
        for each, image in opened()
        for i, (asked, right) in enumerate(each.questions)
    ]
    return data_set(f"{NAME}-chats", VERSION, LICENCE, items)


def _chat(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    image = picture(row["image"], folder)
    return message([image], str(row["question"])), texts(row["answer"])


def message(images: Sequence[Any], question: str) -> list[dict[str, Any]]:
    """Give a chat of one message: pictures in their order, then a question for a short answer."""
    parts: list[dict[str, Any]] = [{"type": "image", "image": each} for each in images]
    return [{"role": "user", "content": [*parts, {"type": "text", "text": f"{question} {SHORT}"}]}]


_FRAMES = 8
"""Frames of a clip."""
_PART = 0.6
"""Of a photograph that a frame shows."""
_SIDE = 336
"""Pixels of a frame at most: every so many-th of the photograph's are kept."""
_WAYS = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}
_ASKED = (
    "These are the frames of a clip, in order: a camera moves over a still photograph. Does it "
    "move left, right, up or down?"
)


def clips(data: str = "") -> DataSet:
    """Give clips with a question each: which way the camera moves, which is known as it is made.

    Parameters
    ----------
    data : str
        A published set with the frames of clips, questions and answers.
    """
    if data:
        return published(data, (FRAMES, QUESTION, ANSWER), _clip)
    items = [
        Item(f"{each.file} {way}", message(_moving(image, *step), _ASKED), agreed((way,)))
        for each, image in opened()
        for way, step in _WAYS.items()
    ]
    return data_set(f"{NAME}-clips", VERSION, LICENCE, items)


def _moving(image: Any, down: int, right: int) -> list[Any]:  # noqa: ANN401 - numpy arrays
    """Give frames of a window that moves over a picture from one edge to the other."""
    fine = -(-max(image.shape[:2]) // _SIDE)
    whole = image[::fine, ::fine]
    size = [round(each * _PART) for each in whole.shape[:2]]
    room = [all_ - part for all_, part in zip(whole.shape[:2], size, strict=True)]
    taken = []
    for i in range(_FRAMES):
        part = i / (_FRAMES - 1)
        starts = [
            round(space * (part if way > 0 else 1 - part if way < 0 else 0.5))
            for space, way in zip(room, (down, right), strict=True)
        ]
        y, x = starts
        taken.append(whole[y : y + size[0], x : x + size[1]].copy())
    return taken


def _clip(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    told = row["frames"]
    images = [picture(each, folder) for each in (told if isinstance(told, list) else [told])]
    return message(images, str(row["question"])), texts(row["answer"])


_EXTRA = "scikit-image pillow"

IMAGE_CAPTIONING = Task(
    "image-captioning",
    "say in a sentence what a picture shows",
    "describe-image",
    ROUGE_L,
    captions,
    Limits(None, 64),
    work={"image": lambda _: 1.0, "megapixel": megapixels},
    extra=_EXTRA,
)
VISUAL_QUESTION_ANSWERING = Task(
    "visual-question-answering",
    "answer a question about a picture in a word or a number",
    "answer-about-image",
    VQA,
    questions,
    Limits(None, 32),
    work={"image": lambda _: 1.0, "megapixel": megapixels},
    extra=_EXTRA,
)
MULTIMODAL_CHAT = Task(
    "multimodal-chat",
    "answer a message with a picture in it",
    "chat-with-images",
    VQA,
    chats,
    Limits(None, 64),
    work={"image": frames, "megapixel": megapixels},
    extra=_EXTRA,
)
VIDEO_CHAT = Task(
    "video-chat",
    "answer a question about a clip, given as its frames: which way its camera moves",
    "chat-with-images",
    VQA,
    clips,
    Limits(None, 64),
    work={"frame": frames, "megapixel": megapixels},
    extra=_EXTRA,
)
