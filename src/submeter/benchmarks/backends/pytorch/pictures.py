"""Pictures to labels, boxes and texts."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer
from submeter.benchmarks.backends.efforts import unknown_to
from submeter.benchmarks.backends.pytorch.generation import (
    START,
    answers_of,
    within,
    wording_of,
    write,
)
from submeter.benchmarks.backends.pytorch.language import effort_words
from submeter.benchmarks.backends.pytorch.source import NO_EFFORT, labels_of
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.backends.pytorch.source import Source
    from submeter.benchmarks.task import Limits

DESCRIBE = "Describe this picture in one sentence."
"""What a model that takes messages is asked, where a captioner needs no words."""
THRESHOLD = 0.05
"""Score from which on a box is told: average precision looks at unsure ones too."""


def _picture(array: object) -> Any:
    """Give an RGB array as the picture that every processor knows how to turn."""
    numpy = importlib.import_module("numpy")
    pillow = importlib.import_module("PIL.Image")
    return pillow.fromarray(numpy.asarray(array, dtype="uint8"))


class PictureClassifier:
    """Gives pictures labels."""

    def __init__(self, source: Source) -> None:
        self.model = source.model("AutoModelForImageClassification")
        self._processor = source.processor("AutoImageProcessor")
        self._device = source.device

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Give each picture its likeliest label."""
        del limits
        arrays = self._processor(images=[_picture(each) for each in inputs], return_tensors="pt")
        told = self.model(**self._device.given(arrays, self.model.dtype))
        return [Answer(each) for each in labels_of(self.model, told.logits.argmax(-1).tolist())]


class Detector:
    """Finds things in pictures."""

    def __init__(self, source: Source) -> None:
        self._threshold = _share(source.options, "threshold", THRESHOLD)
        self.model = source.model("AutoModelForObjectDetection")
        self._processor = source.processor("AutoImageProcessor")
        self._device = source.device

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Give of each picture label, score, and box [pixels] of all that is likely enough."""
        del limits
        pictures = [_picture(each) for each in inputs]
        arrays = self._processor(images=pictures, return_tensors="pt")
        told = self.model(**self._device.given(arrays, self.model.dtype))
        sizes = [(each.height, each.width) for each in pictures]
        found = self._processor.post_process_object_detection(
            told, threshold=self._threshold, target_sizes=sizes
        )
        return [Answer(_boxes(self.model, each)) for each in found]


def _boxes(model: Any, found: Mapping[str, Any]) -> list[list[object]]:
    labels = labels_of(model, found["labels"].tolist())
    corners = found["boxes"].tolist()
    return [
        [label, score, left, top, right - left, bottom - top]
        for label, score, (left, top, right, bottom) in zip(
            labels, found["scores"].tolist(), corners, strict=True
        )
    ]


def _share(options: Mapping[str, str], name: str, default: float) -> float:
    text = options.get(name, str(default))
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise UsageError(f'"{text}" is no {name}', f"--option {name}", "a number from 0 to 1")
    return number


class Captioner:
    """Tells what is in a picture, or answers questions about one.

    Models with a chat template are asked by it; the others take the picture, and the question if
    there is one.
    """

    def __init__(self, source: Source) -> None:
        asks = ("AutoModelForVisualQuestionAnswering",) if _is_asked_only(source) else ()
        self.model = source.model(*asks, "AutoModelForImageTextToText")
        self._processor = source.processor("AutoProcessor")
        self._takes_words = hasattr(self._processor, "image_processor")
        if self._takes_words:
            self._tokenizer = self._processor.tokenizer
        else:
            # An encoder with a decoder behind it has a maker of arrays and a tokenizer apart.
            self._processor = source.processor("AutoImageProcessor")
            self._tokenizer = source.tokenizer()
        self._tokenizer.padding_side = "left"
        self._template = getattr(self._processor, "chat_template", None)
        self._wording = wording_of(self.model, self._tokenizer)
        self._device = source.device
        self._name = source.place.name
        if self.model.generation_config.pad_token_id is None:
            self.model.generation_config.pad_token_id = self._tokenizer.pad_token_id

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Answer a batch: pictures, pairs of a question and a picture, or messages."""
        given = self._asked(inputs, limits.effort) if self._template else self._plain(inputs)
        tensors = dict(given)
        mask = tensors.get("attention_mask")
        read = [None] * len(inputs) if mask is None else [int(each) for each in mask.sum(dim=1)]
        prompt = tensors["input_ids"].shape[1] if "input_ids" in tensors else 0
        limits = within(limits, self.model.config, max(prompt, START))
        written = write(self.model, self._device.given(tensors, self.model.dtype), limits)
        return answers_of(written, self._wording, limits, read)

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort; empty if it can."""
        return unknown_to(str(self._template), effort) if self._template else NO_EFFORT

    def _asked(self, inputs: Sequence[object], effort: str) -> Any:
        """Give what a model reads that is asked by a chat template."""
        return self._processor.apply_chat_template(
            [_messages(each) for each in inputs], tokenize=True, add_generation_prompt=True,
            return_dict=True, return_tensors="pt", processor_kwargs={"padding": True},
            **effort_words(effort),
        )  # fmt: skip

    def _plain(self, inputs: Sequence[object]) -> Any:
        """Give what a model reads that takes a picture, and the question if there is one."""
        if any(isinstance(each, list) for each in inputs):
            fix = "take a model that takes messages"
            raise UsageError("the model has no chat template", self._name, fix)
        asked = [each for each in inputs if isinstance(each, dict)]
        if not asked:
            pictures = [_picture(each) for each in inputs]
            return self._processor(images=pictures, return_tensors="pt")
        if not self._takes_words:
            fix = "take a model that answers about pictures"
            raise UsageError("the model takes no question", self._name, fix)
        return _pairs(self._processor, asked)


def _messages(asked: object) -> list[dict[str, Any]]:
    """Give messages as a processor's template takes them."""
    if isinstance(asked, list):
        return [{**each, "content": _contents(each["content"])} for each in asked]
    words, picture = DESCRIBE, asked
    if isinstance(asked, dict):
        words, picture = str(asked["question"]), asked["image"]
    parts = [{"type": "image", "image": picture}, {"type": "text", "text": words}]
    return [{"role": "user", "content": _contents(parts)}]


def _contents(told: Any) -> list[dict[str, Any]]:
    parts = [{"type": "text", "text": told}] if isinstance(told, str) else told
    return [
        {**each, "image": _picture(each["image"])} if each["type"] == "image" else each
        for each in parts
    ]


def _pairs(processor: Any, asked: Sequence[Mapping[str, Any]]) -> Any:
    """Give what a model reads of questions and their pictures."""
    return processor(
        images=[_picture(each["image"]) for each in asked],
        text=[str(each["question"]) for each in asked],
        return_tensors="pt", padding=True, truncation=True,
    )  # fmt: skip


class Chooser:
    """Answers questions about pictures by choosing one of the answers that it knows."""

    def __init__(self, source: Source) -> None:
        self.model = source.model("AutoModelForVisualQuestionAnswering")
        self._processor = source.processor("AutoProcessor")
        self._device = source.device

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Choose an answer to each question."""
        del limits
        asked = [each for each in inputs if isinstance(each, dict)]
        tensors = _pairs(self._processor, asked)
        read = [int(each) for each in tensors["attention_mask"].sum(dim=1)]
        told = self.model(**self._device.given(tensors, self.model.dtype))
        labels = labels_of(self.model, told.logits.argmax(-1).tolist())
        return [Answer(*each) for each in zip(labels, read, strict=True)]


def _is_asked_only(source: Source) -> bool:
    return source.is_made_for("ForQuestionAnswering") and source.ability == "answer-about-image"


def answerer(source: Source) -> Captioner | Chooser:
    """Give what answers questions about pictures: ViLT and its like choose, the others write."""
    if source.config.model_type == "vilt":
        return Chooser(source)
    return Captioner(source)
