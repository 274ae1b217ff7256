"""Pictures whose right name is known: handwritten digits, lines of print, or others' sets.

The digits lie in scikit-learn's package; nothing of its program is loaded. 1,797 pictures of 8 × 8,
by 43 people: Alpaydin and Kaynak (1998), "Optical Recognition of Handwritten Digits",
doi:10.24432/C50P49, CC BY 4.0.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import platform
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import ACCURACY
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.cells import picture
from submeter.benchmarks.tasks.hub import is_table
from submeter.benchmarks.tasks.library_text import documented
from submeter.benchmarks.tasks.published import IMAGE, LABEL, megapixels, published
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIDE, _BRIGHTEST = 8, 16
_MOST, _MOST_OF_ONE = 1000, 100
_ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"))
UPRIGHT, TURNED = "0", "180"
"""What a line of print is called: by how many degrees it is turned."""
_LINE = 16
"""Letters of a line at most."""


def images(data: str = "") -> DataSet:
    """Give pictures and their names.

    Parameters
    ----------
    data : str
        Empty: handwritten digits. ``lines``: lines of print, upright (`UPRIGHT`) or upside down
        (`TURNED`), drawn here. A folder with a folder of pictures for each name. Or a published
        set.

    Raises
    ------
    UsageError
        If it is not there, or what draws or reads it is not installed.
    """
    if not data:
        return _digits()
    if data == "lines":
        return _lines()
    if Path(data).is_dir() and not is_table(data):
        return _folder(Path(data))
    return published(data, (IMAGE, LABEL), _row)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    return picture(row["image"], folder), str(row["label"])


def _digits() -> DataSet:
    spec = find_spec("sklearn")
    place = (
        Path(spec.origin).parent / "datasets/data/digits.csv.gz" if spec and spec.origin else None
    )
    if place is None or not place.is_file():
        fix = "pip install scikit-learn, or --data lines, a folder or a published set"
        raise UsageError("the digits come with scikit-learn", "--task image-classification", fix)
    numpy = importlib.import_module("numpy")
    items: list[Item] = []
    with gzip.open(place) as file:
        for number, row in enumerate(csv.reader(io.TextIOWrapper(file, encoding="ascii"))):
            *ink, digit = map(float, row)
            bright = numpy.array(ink).reshape(_SIDE, _SIDE) * (255 / _BRIGHTEST)
            grey = bright.round().astype("uint8")
            items.append(Item(str(number), numpy.stack([grey] * 3, axis=-1), str(int(digit))))
    return data_set("uci-optical-digits", "1998", "CC-BY-4.0", items)


def _lines() -> DataSet:
    try:
        pillow = {name: importlib.import_module(f"PIL.{name}") for name in
                  ("Image", "ImageDraw", "ImageFont")}  # fmt: skip
    except ImportError as error:
        fix = "pip install pillow"
        raise UsageError("lines of print are drawn by Pillow", "--data lines", fix) from error
    numpy = importlib.import_module("numpy")
    items: list[Item] = []
    for name, _, rest in documented():
        text = "".join(each for each in rest if each.isascii() and each.isprintable())
        drawn = numpy.asarray(_drawn(text[:_LINE].rsplit(" ", 1)[0], pillow))
        items.append(Item(f"{name} {UPRIGHT}", drawn, UPRIGHT))
        items.append(Item(f"{name} {TURNED}", numpy.ascontiguousarray(drawn[::-1, ::-1]), TURNED))
    return data_set("python-library-lines", platform.python_version(), "PSF-2.0", items)


def _drawn(text: str, pillow: dict[str, Any]) -> Any:  # noqa: ANN401 - Pillow's own
    """Draw a line, black on white, with a margin of a few pixels."""
    font = pillow["ImageFont"].load_default(28)
    left, top, right, bottom = map(round, font.getbbox(text))
    line = pillow["Image"].new("RGB", (right - left + 12, bottom - top + 12), "white")
    pillow["ImageDraw"].Draw(line).text((6 - left, 6 - top), text, "black", font)
    return line


def _folder(root: Path) -> DataSet:
    items: list[Item] = []
    for kind in sorted(each for each in root.iterdir() if each.is_dir()):
        found = sorted(each for each in kind.iterdir() if each.suffix.lower() in _ENDINGS)
        for path in found[:_MOST_OF_ONE]:
            if len(items) < _MOST:
                name = f"{kind.name}/{path.name}"
                items.append(Item(name, picture(name, root), kind.name))
    if not items:
        fix = "put pictures into a folder for each name: cat/1.jpg, dog/2.jpg"
        raise UsageError("there is no picture whose name is known", f"--data {root}", fix)
    return data_set("pictures", "", "the pictures' own", items)


IMAGE_CLASSIFICATION = Task(
    "image-classification",
    "name what a picture shows: a handwritten digit, or the classes of other data",
    "classify-image",
    ACCURACY,
    images,
    work={"image": lambda _: 1.0, "megapixel": megapixels},
    extra="scikit-learn",
)
