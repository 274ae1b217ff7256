"""Sounds that are speech or none: read sentences, and noise and music that are made here.

The sentences are `submeter.benchmarks.tasks.speech`'s, cut into seconds, clean and in noise; what
is no speech is computed, so that nobody has to be asked what it is.
"""

from __future__ import annotations

import importlib
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import ACCURACY
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks import speech
from submeter.benchmarks.tasks.cells import sound
from submeter.benchmarks.tasks.published import AUDIO, LABEL, published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SPEECH, OTHER = "speech", "other"
"""What a sound is called."""
_RATE = 16000
_LOUD = 0.5
"""Of its clip's level: a second that is quieter is mostly a pause, and is left out."""
_RATIO_DB = 10.0
"""By how much speech in noise is louder than the noise [dB]."""
_LEVEL = 0.1
"""Of what is made: the root of its mean square, of 1 at most."""
_CLICKS = 60
_STEPS = 32768
"""A sound is made of whole steps of 16 bits, so that it is the same on every machine."""
_NOTES = (261.63, 293.66, 329.63, 392.0, 440.0, 523.25)
"""Of a pentatonic scale [Hz]."""


def sounds(data: str = "") -> DataSet:
    """Give sounds of a second and whether they are speech, as many of the one as of the other.

    Parameters
    ----------
    data : str
        A published set with sounds and their classes; empty for these.

    Raises
    ------
    UsageError
        If the sentences are not installed, or the set cannot be read.
    """
    if data:
        return published(data, (AUDIO, LABEL), _row)
    numpy = importlib.import_module("numpy")
    spoken = list(_spoken(numpy, random.Random(1)))  # noqa: S311 - no secret
    others = list(_others(numpy, random.Random(2), len(spoken)))  # noqa: S311 - no secret
    items = [
        Item(name, {"samples": samples, "rate": _RATE}, kind)
        for kind, many in ((SPEECH, spoken), (OTHER, others))
        for name, samples in many
    ]
    told = ("librivox-and-noise", "1", "public domain; what is made here: Apache-2.0")
    return data_set(*told, items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    return sound(row["audio"], folder), str(row["label"])


def _spoken(numpy: Any, chance: random.Random) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a module
    """Give the seconds of each clip in which somebody speaks, clean and in noise."""
    for clip in speech.clips().items:
        told: Any = clip.input
        if told["rate"] != _RATE:
            continue
        samples = numpy.array(told["samples"])
        least = _LOUD * _level(samples)
        for start, end in pairwise(range(0, len(samples), _RATE)):
            second = samples[start:end]
            level = _level(second)
            if level >= least:
                name = f"{clip.id} {start // _RATE} s"
                noise = _hiss(numpy, chance)
                part = level / 10 ** (_RATIO_DB / 20) / _level(noise)
                yield name, _stepped(second)
                yield f"{name} in noise", _stepped(second + noise * part)


def _others(numpy: Any, chance: random.Random, count: int) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a module
    """Give silence, noises and music in turn, each another time another one."""
    kinds = list(_KINDS.items())
    for number in range(count):
        name, made = kinds[number % len(kinds)]
        samples = made(numpy, chance)
        level = _level(samples)
        told = f"{name} {number // len(kinds)}"
        yield told, _stepped(samples * (_LEVEL / level) if level else samples)


def _level(samples: Any) -> float:  # noqa: ANN401 - an array
    return float((samples**2).mean() ** 0.5)


def _stepped(samples: Any) -> Any:  # noqa: ANN401 - arrays
    return ((samples * _STEPS).round().clip(-_STEPS, _STEPS - 1) / _STEPS).astype("float32")


def _silence(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    del chance
    return numpy.zeros(_RATE)


def _hiss(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Make white noise."""
    return numpy.array([chance.random() for _ in range(_RATE)]) * 2 - 1


def _rumble(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Make noise that is louder the lower: each sample is mostly the one before."""
    samples, last = [], 0.0
    for each in _hiss(numpy, chance):
        last = 0.98 * last + each
        samples.append(last)
    return numpy.array(samples)


def _hum(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Make a mains hum with its overtones."""
    pitch = chance.choice((50.0, 60.0))
    return sum(_tone(numpy, pitch * k, _RATE) / k for k in (1, 2, 3, 5))


def _tone(numpy: Any, pitch: float, length: int) -> Any:  # noqa: ANN401 - a module, an array
    return numpy.sin(2 * numpy.pi * pitch / _RATE * numpy.arange(length))


def _clicks(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Make short clicks at random times."""
    samples = numpy.zeros(_RATE)
    fading = numpy.exp(-numpy.arange(80) / 12)
    for _ in range(_CLICKS):
        start = int(chance.random() * (_RATE - len(fading)))
        click = numpy.array([chance.random() * 2 - 1 for _ in fading])
        samples[start : start + len(fading)] += fading * click
    return samples


def _sweep(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Make a tone that rises."""
    low, high = 200 + 400 * chance.random(), 1500 + 2500 * chance.random()
    part = numpy.arange(_RATE) / _RATE
    return numpy.sin(2 * numpy.pi * (low + (high - low) * part / 2) * part)


def _melody(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Play four plucked notes."""
    notes = [_plucked(numpy, chance.choice(_NOTES), _RATE // 4) for _ in range(4)]
    return numpy.concatenate(notes)


def _chord(numpy: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a module, an array
    """Play three plucked notes at a time."""
    return sum(_plucked(numpy, each, _RATE) for each in chance.sample(_NOTES, 3))


def _plucked(numpy: Any, pitch: float, length: int) -> Any:  # noqa: ANN401 - a module, an array
    fading = numpy.exp(-4 * numpy.arange(length) / length)
    return fading * sum(_tone(numpy, pitch * k, length) / k**2 for k in (1, 2, 3))


_KINDS: dict[str, Callable[[Any, random.Random], Any]] = {
    "silence": _silence,
    "hiss": _hiss,
    "rumble": _rumble,
    "hum": _hum,
    "clicks": _clicks,
    "sweep": _sweep,
    "melody": _melody,
    "chord": _chord,
}

AUDIO_CLASSIFICATION = Task(
    "audio-classification",
    "tell speech from silence, noise and music, or the classes of other data",
    "classify-audio",
    ACCURACY,
    sounds,
    work={"audio_second": speech.seconds},
)
