"""RapidOCR reads the text of page images; the text that was printed tells how well.

Two networks in turn (PP-OCRv6, 31 MB, Apache-2.0) find the lines and read them. The pages are
this repository's LICENSE, printed in the font that comes with Pillow.
"""

from __future__ import annotations

import os
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from demo.task import Example, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TEXT = Path(__file__).parent.parent / "LICENSE"
LINES = 24
"""Lines on a page."""

MARGIN, LEADING, TYPE = 32, 30, 20
"""Layout of a page [pixels]."""

SIZE = 800, LINES * LEADING + 2 * MARGIN
"""Width and height of a page [pixels]."""

THREADS = min(2, os.cpu_count() or 1)
"""More would wait for each other on pages this small, and waiting draws power too."""


def draw(lines: Sequence[str]) -> Image.Image:
    """Print lines on a white page."""
    page = Image.new("RGB", SIZE, "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(TYPE)
    for number, line in enumerate(lines):
        pen.text((MARGIN, MARGIN + number * LEADING), line, "black", font)
    return page


def reader() -> Callable[[Any], str]:
    """Load RapidOCR, which reads images and arrays; its import is part of what loading costs."""
    from rapidocr import RapidOCR  # noqa: PLC0415

    model = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # a third network, for pages that are upside down
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        }
    )

    return lambda page: "\n".join(model(page).txts or ())


def load() -> Callable[[Image.Image], str]:
    """Load RapidOCR, its networks too."""
    read = reader()
    # It opens its networks only when it meets the first page with a word on it.
    read(draw(["warm up"]))
    return read


def score(said: str, known: str) -> float:
    """Give the share of characters read right, in their order; spaces are not counted."""
    a, b = "".join(said.split()), "".join(known.split())
    same = sum(block.size for block in SequenceMatcher(None, a, b, False).get_matching_blocks())  # noqa: FBT003
    return same / max(len(a), len(b))


def task(most: int = 4) -> Task[Image.Image]:
    """Read at most `most` pages."""
    lines = [line.strip() for line in TEXT.read_text(encoding="utf-8").splitlines() if line.strip()]
    starts = range(0, len(lines), LINES)[:most]
    printed = [lines[start : start + LINES] for start in starts]
    examples = [Example(draw(page), "\n".join(page)) for page in printed]
    return Task("RapidOCR reads pages", "page", load, examples, score)
