"""Speech whose words are known: sentences read for LibriVox, as Debian ships them for pocketsphinx.

``apt-get install pocketsphinx-testdata`` brings them: five clips, 16 kHz, public domain. Another
folder of ``.wav`` files with a ``transcription`` beside them does as well.
"""

from __future__ import annotations

import re
import wave
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import WER
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.cells import sound
from submeter.benchmarks.tasks.hub import Column, is_table
from submeter.benchmarks.tasks.published import published
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLACES = (
    "/usr/share/pocketsphinx/test/data/librivox",
    "/usr/share/pocketsphinx/testdata/librivox",
)
_LINE = re.compile(r"^(?:<s>)?\s*(?P<words>.*?)\s*(?:</s>)?\s*\((?P<name>[^()]+)\)\s*$")
_BYTES = 2
_COLUMNS = (
    Column("audio", ("audio", "sound", "file")),
    Column("text", ("text", "sentence", "transcription", "transcript"), needed=False),
)


def clips(data: str = "") -> DataSet:
    """Give the clips and their words.

    Parameters
    ----------
    data : str
        A folder of ``.wav`` files (16 bit, mono) and a file ``transcription`` with lines
        ``words (name)``; or a published set of sounds, such as LibriSpeech.

    Raises
    ------
    UsageError
        If it is not there, holds no such clips, or lacks a column.
    """
    if is_table(data):
        return published(data, _COLUMNS, _row)
    found = [Path(data)] if data else [Path(each) for each in _PLACES if Path(each).is_dir()]
    if not found or not found[0].is_dir():
        fix = "apt-get install pocketsphinx-testdata, or --data FOLDER"
        raise UsageError("there is no speech here", data or "speech-recognition", fix)
    items = list(_items(found[0]))
    if not items:
        fix = "it needs .wav files, and a file transcription with lines: words (name)"
        raise UsageError("there is no clip whose words are known", str(found[0]), fix)
    told = (
        ("clips", "", "the clips' own") if data else ("librivox-pocketsphinx", "1", "public domain")
    )
    return data_set(*told, items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    return sound(row["audio"], folder), row["text"]


def _items(folder: Path) -> Iterator[Item]:
    for file in sorted(folder.glob("*transcription*")):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            match = _LINE.match(line)
            path = folder / f"{match['name']}.wav" if match else folder
            if match and path.is_file():
                yield Item(match["name"], _samples(path), match["words"])


def _samples(path: Path) -> dict[str, object]:
    """Read a clip: its samples from -1 to 1, and how many a second."""
    try:
        with wave.open(str(path)) as file:
            if file.getnchannels() != 1 or file.getsampwidth() != _BYTES:
                fix = "convert it: 16 bit, one channel"
                raise UsageError("the clip has several channels, or other samples", str(path), fix)
            whole = array("h", file.readframes(file.getnframes()))
            return {"samples": [each / 32768 for each in whole], "rate": file.getframerate()}
    except (wave.Error, EOFError) as error:
        raise UsageError(f"the clip cannot be read: {error}", str(path), "a .wav file") from error


def seconds(item: Item) -> float:
    """Give how long a clip is [s]."""
    told = item.input
    assert isinstance(told, dict)  # noqa: S101 - as `_samples` makes it
    return float(len(told["samples"]) / told["rate"])


SPEECH_RECOGNITION = Task(
    "speech-recognition",
    "write down what was read aloud",
    "transcribe",
    WER,
    clips,
    work={"audio_second": seconds},
    extra="",
)
