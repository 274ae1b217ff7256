"""Magika names the type of a file from its bytes alone; the file's ending tells who is right.

Magika is a small neural network of Google's (3 MB, Apache-2.0). It reads this repository's own
files and the Python standard library's.
"""

from __future__ import annotations

import os
import random
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.task import Example, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parent.parent
STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))

KNOWN = {
    ".py": "python",
    ".pyc": "pythonbytecode",
    ".so": "elf",
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".sh": "shell",
}
"""What Magika should call a file with this ending."""

NOT_OURS = {"site-packages", "dist-packages", "test"}
SMALLEST = 256
"""Shorter files [bytes], such as an empty ``__init__.py``, tell nobody what they are."""


def found(folder: Path) -> Iterator[Path]:
    """Give the files below a folder whose type is known, in a fixed order."""
    for place, below, names in os.walk(folder):
        below[:] = sorted(set(below) - NOT_OURS)
        for path in (Path(place, name) for name in sorted(names)):
            if path.suffix in KNOWN and path.stat().st_size >= SMALLEST:
                yield path


def files(most: int) -> list[Path]:
    """Choose at most `most` files with each ending, by chance but alike at each call."""
    folders = [REPOSITORY / name for name in ("demo", "docs", "scripts", "src", "tests")]
    paths = [path for folder in (*folders, STANDARD_LIBRARY) for path in found(folder)]
    chance = random.Random(0)  # noqa: S311 - no secret
    chosen: list[Path] = []
    for ending in KNOWN:
        same = [path for path in paths if path.suffix == ending]
        chosen += chance.sample(same, min(most, len(same)))
    return chosen


def magika() -> Any:  # noqa: ANN401 - mypy does not look inside
    """Load Magika; its import is part of what loading costs."""
    from magika import Magika  # noqa: PLC0415
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

    class OneThread(Magika):  # type: ignore[misc]  # mypy does not look inside
        """Magika on one thread: by default each core would spin, waiting for next to nothing."""

        def _init_onnx_session(self) -> InferenceSession:
            options = SessionOptions()
            options.intra_op_num_threads = 1
            return InferenceSession(self._model_path, options, ["CPUExecutionProvider"])

    return OneThread()


def load() -> Callable[[Path], str]:
    """Load Magika; gives a function from a file to its type."""
    model = magika()
    return lambda path: str(model.identify_path(path).output.label)


def task(most: int = 100) -> Task[Path]:
    """Name the types of at most `most` files with each ending."""
    examples = [Example(path, KNOWN[path.suffix]) for path in files(most)]
    return Task(
        "Magika names file types",
        "file",
        load,
        examples,
        score=lambda said, known: float(said == known),
    )
