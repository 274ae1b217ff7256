"""Photographs that come with scikit-image: what is in them, said in words and boxes for this task.

Nothing of scikit-image's program is loaded. All are in the public domain or CC0, as its
documentation says of each (`skimage.data`). Boxes, captions and answers were written here, by one
person: they are few, and made to see that a model works. For quality, name a published set.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.tasks.cells import picture
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, VERSION, LICENCE = "scikit-image-photographs", "1", "CC0-1.0 and public domain"
PEOPLE = 10
"""Who answers a question in the data of VQA's authors."""


class Photograph(NamedTuple):
    """A picture, and what is true of it.

    Parameters
    ----------
    file : str
        Its name within the package.
    objects : tuple of (str, x, y, width, height)
        What COCO has a class for, and where it is [pixels].
    captions : tuple of str
        What somebody might say of it.
    questions : tuple of (str, tuple of str)
        Short questions, each with the answers that are right.
    """

    file: str
    objects: tuple[tuple[str, int, int, int, int], ...]
    captions: tuple[str, ...]
    questions: tuple[tuple[str, tuple[str, ...]], ...]


PHOTOGRAPHS = (
    Photograph(
        "astronaut.png",
        (("person", 22, 15, 338, 497),),
        (
            "A smiling astronaut in an orange suit with a flag behind her.",
            "A woman in an orange space suit poses in front of a flag and a model of a shuttle.",
            "A portrait of a female astronaut with her helmet beside her.",
        ),
        (
            ("What colour is the suit?", ("orange",)),
            ("What is the job of this person?", ("astronaut",)),
            ("How many people are in the picture?", ("1",)),
            ("Is the person smiling?", ("yes",)),
        ),
    ),
    Photograph(
        "camera.png",
        (("person", 0, 63, 331, 449),),
        (
            "A man in a black coat looks through a camera on a tripod.",
            "A photographer stands on a lawn with a camera on a tripod.",
            "A black and white photo of a man who films with a camera.",
        ),
        (
            ("What does the camera stand on?", ("tripod",)),
            ("Is the picture in colour?", ("no",)),
            ("How many people are in the picture?", ("1",)),
        ),
    ),
    Photograph(
        "chelsea.png",
        (("cat", 0, 0, 397, 300),),
        (
            "A close-up of the face of a tabby cat with green eyes.",
            "A brown striped cat looks past the camera.",
            "A portrait of a tabby cat.",
        ),
        (
            ("What animal is this?", ("cat",)),
            ("What colour are its eyes?", ("green", "yellow")),
            ("Is the animal asleep?", ("no",)),
        ),
    ),
    Photograph(
        "coffee.png",
        (
            ("cup", 172, 16, 236, 294),
            ("spoon", 324, 65, 102, 261),
            ("dining table", 0, 0, 600, 400),
        ),
        (
            "A cup of espresso on a red saucer with a spoon on a wooden table.",
            "A red cup of coffee and a small spoon on a saucer.",
            "A cup of coffee on a wooden table.",
        ),
        (
            ("What is in the cup?", ("coffee", "espresso")),
            ("What is the table made of?", ("wood",)),
            ("What lies beside the cup on the saucer?", ("spoon", "teaspoon")),
        ),
    ),
    Photograph(
        "rocket.jpg",
        (),
        (
            "A rocket stands on its launch pad at dusk between tall towers.",
            "A white rocket on a launch pad with bright lights at its foot.",
            "A rocket before its launch, in the evening.",
        ),
        (
            ("What stands between the towers?", ("rocket",)),
            ("Is anybody to be seen?", ("no",)),
        ),
    ),
    Photograph(
        "coins.png",
        (),
        (
            "Old coins in four rows on a dark ground.",
            "A black and white picture of ancient coins in rows.",
            "Twenty-four coins lie in four rows.",
        ),
        (
            ("What is shown?", ("coins",)),
            ("In how many rows do they lie?", ("4",)),
        ),
    ),
    Photograph(
        "hubble_deep_field.jpg",
        (),
        (
            "Many small galaxies of different colours on a black sky.",
            "A picture of deep space full of distant galaxies.",
            "Galaxies and stars in the dark.",
        ),
        (
            ("What colour is the background?", ("black",)),
            ("Was this taken by day?", ("no",)),
        ),
    ),
)


def opened() -> Iterator[tuple[Photograph, Any]]:
    """Give each photograph with its RGB array.

    Raises
    ------
    UsageError
        If scikit-image or Pillow is not installed.
    """
    spec = find_spec("skimage")
    folder = Path(spec.origin).parent / "data" if spec and spec.origin else None
    if folder is None or not (folder / PHOTOGRAPHS[0].file).is_file():
        fix = "pip install scikit-image pillow, or name a published set: --data hub:OWNER/NAME"
        raise UsageError("the photographs come with scikit-image", "--task", fix)
    for each in PHOTOGRAPHS:
        yield each, picture(each.file, folder)


def agreed(answers: tuple[str, ...]) -> list[str]:
    """Give ten people's answers, as if each of the right ones had been said by equally many.

    Examples
    --------
    >>> agreed(("coffee", "espresso")).count("espresso")
    5
    """
    return [answers[i % len(answers)] for i in range(PEOPLE)]
