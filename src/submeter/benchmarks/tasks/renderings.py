"""Pictures and speech to be made of texts; only people or other models could say how good."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import NONE
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.library_text import documented
from submeter.benchmarks.tasks.published import PROMPT, TEXT, published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PROMPTS = (
    "A lighthouse on a cliff at dawn, waves below",
    "A bowl of oranges on a blue tablecloth, oil painting",
    "A tabby cat asleep on a pile of books",
    "A red bicycle leaning against a white wall",
    "A narrow street in the rain at night, lights reflected in puddles",
    "A map of an imaginary island, drawn in ink",
    "A steam train crossing a stone bridge in autumn",
    "A robot watering plants in a greenhouse",
    "A mountain lake under the Milky Way, long exposure",
    "A wooden toy boat on a pond",
    "An old clockmaker at his bench, warm light from a window",
    "A field of sunflowers under a stormy sky",
    "A glass teapot with green tea, studio photograph",
    "A paper crane made of a page of music",
    "Two children building a sandcastle, watercolour",
    "A hot-air balloon over a desert at sunset",
    "A bakery window full of bread, early morning",
    "A snow-covered village seen from above",
    "A fox in a birch forest, woodcut",
    "An astronaut reading a newspaper on a park bench",
)
_LONGEST = 300
"""Characters of a text that is read aloud, at most."""


def prompts(data: str = "") -> DataSet:
    """Give descriptions of pictures, written for this task.

    Parameters
    ----------
    data : str
        A published set with prompts.
    """
    if data:
        return published(data, (PROMPT,), _prompt)
    items = [Item(str(number), text) for number, text in enumerate(_PROMPTS)]
    return data_set("submeter-prompts", "1", "Apache-2.0", items)


def _prompt(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    return str(row["prompt"]), None


def sentences(data: str = "") -> DataSet:
    """Give texts to be read aloud: what modules of Python's library say of themselves.

    Parameters
    ----------
    data : str
        A published set with texts.
    """
    if data:
        return published(data, (TEXT,), _text)
    items = []
    for name, _, rest in documented():
        text = rest[:_LONGEST].rsplit(". ", 1)[0].strip().rstrip(".") + "."
        items.append(Item(name, text))
    return data_set("python-library-sentences", platform.python_version(), "PSF-2.0", items)


def _text(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    del folder
    return str(row["text"])[:_LONGEST], None


def characters(item: Item) -> float:
    """Give how many characters an item has."""
    return float(len(str(item.input)))


def seconds_spoken(answer: object) -> float:
    """Give how long a spoken answer is [s]; 0 of what is no sound."""
    told: Any = answer
    try:
        return len(told["samples"]) / float(told["rate"])
    except (TypeError, KeyError, ValueError, ZeroDivisionError):
        return 0.0


def megapixels_drawn(answer: object) -> float:
    """Give how large a drawn answer is [million pixels]; 0 of what is no picture."""
    shape: tuple[int, ...] = getattr(answer, "shape", ())
    return float(shape[0] * shape[1]) / 1e6 if len(shape) > 1 else 0.0


IMAGE_GENERATION = Task(
    "image-generation",
    "draw a picture from its description",
    "draw",
    NONE,
    prompts,
    work={"image": lambda _: 1.0},
    made={"megapixel": megapixels_drawn},
)
SPEECH_SYNTHESIS = Task(
    "speech-synthesis",
    "read a text aloud",
    "speak",
    NONE,
    sentences,
    work={"character": characters},
    made={"audio_second": seconds_spoken},
)
