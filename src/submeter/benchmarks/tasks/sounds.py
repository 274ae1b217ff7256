"""Sounds that are speech or none: read sentences, and noise and music that are made here.

The sentences are `submeter.benchmarks.tasks.speech`'s, cut into seconds, clean and in noise; what
is no speech is computed, so that nobody has to be asked what it is.
"""

from __future__ import annotations

import math
import random
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import ACCURACY
from submeter.benchmarks.task import DataSet, Item, Task, data_set
from submeter.benchmarks.tasks import speech
from submeter.benchmarks.tasks.cells import sound
from submeter.benchmarks.tasks.published import AUDIO, LABEL, published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
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
_OF_EACH = 8
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
    spoken = list(_spoken(random.Random(1)))  # noqa: S311 - no secret
    others = list(_others(random.Random(2), len(spoken)))  # noqa: S311 - no secret
    items = [
        Item(name, {"samples": samples, "rate": _RATE}, kind)
        for kind, many in ((SPEECH, spoken), (OTHER, others))
        for name, samples in many
    ]
    told = ("librivox-and-noise", "1", "public domain; what is made here: Apache-2.0")
    return data_set(*told, items)


def _row(row: Mapping[str, object], folder: Path | None) -> tuple[object, object]:
    return sound(row["audio"], folder), str(row["label"])


def _spoken(chance: random.Random) -> Iterator[tuple[str, Sequence[float]]]:
    """Give the seconds of each clip in which somebody speaks, clean and in noise."""
    for clip in speech.clips().items:
        told: Any = clip.input
        samples = told["samples"]
        least = _LOUD * _level(samples)
        for start, end in pairwise(range(0, len(samples), _RATE)):
            second = array("f", samples[start:end])
            if told["rate"] == _RATE and _level(second) >= least:
                name = f"{clip.id} {start // _RATE} s"
                yield name, second
                yield f"{name} in noise", _in_noise(second, chance)


def _in_noise(samples: Sequence[float], chance: random.Random) -> Sequence[float]:
    level = _level(samples) / 10 ** (_RATIO_DB / 20)
    noise = _levelled(_hiss(chance), level)
    return array("f", (one + other for one, other in zip(samples, noise, strict=True)))


def _others(chance: random.Random, count: int) -> Iterator[tuple[str, Sequence[float]]]:
    """Give silence, noises and music in turn, each another time another one."""
    kinds = list(_KINDS.items())
    for number in range(count):
        name, made = kinds[number % len(kinds)]
        yield f"{name} {number // len(kinds)}", _levelled(made(chance), _LEVEL)


def _level(samples: Sequence[float]) -> float:
    return math.sqrt(sum(each * each for each in samples) / len(samples))


def _levelled(samples: Sequence[float], level: float) -> Sequence[float]:
    """Make a sound as loud as is said; silence stays silent, and nothing goes beyond 1."""
    own = _level(samples)
    part = level / own if own else 0.0
    return array("f", (max(-1.0, min(1.0, each * part)) for each in samples))


def _silence(chance: random.Random) -> list[float]:
    del chance
    return [0.0] * _RATE


def _hiss(chance: random.Random) -> list[float]:
    """Make white noise."""
    return [chance.random() * 2 - 1 for _ in range(_RATE)]


def _rumble(chance: random.Random) -> list[float]:
    """Make noise that is louder the lower: each sample is mostly the one before."""
    samples, last = [], 0.0
    for each in _hiss(chance):
        last = 0.98 * last + each
        samples.append(last)
    return samples


def _hum(chance: random.Random) -> list[float]:
    """Make a mains hum with its overtones."""
    pitch = chance.choice((50.0, 60.0))
    return [sum(math.sin(math.tau * pitch * k * i / _RATE) / k for k in (1, 2, 3, 5))
            for i in range(_RATE)]  # fmt: skip


def _clicks(chance: random.Random) -> list[float]:
    """Make short clicks at random times."""
    samples = [0.0] * _RATE
    for _ in range(_OF_EACH):
        start = int(chance.random() * (_RATE - 80))
        for i in range(80):
            samples[start + i] += math.exp(-i / 12) * (chance.random() * 2 - 1)
    return samples


def _sweep(chance: random.Random) -> list[float]:
    """Make a tone that rises."""
    low, high = 200 + 400 * chance.random(), 1500 + 2500 * chance.random()
    return [math.sin(math.tau * (low + (high - low) * i / _RATE / 2) * i / _RATE)
            for i in range(_RATE)]  # fmt: skip


def _melody(chance: random.Random) -> list[float]:
    """Play four plucked notes."""
    length = _RATE // 4
    return [each for _ in range(4) for each in _plucked(chance.choice(_NOTES), length)]


def _chord(chance: random.Random) -> list[float]:
    """Play three plucked notes at a time."""
    notes = [_plucked(each, _RATE) for each in chance.sample(_NOTES, 3)]
    return [sum(each) for each in zip(*notes, strict=True)]


def _plucked(pitch: float, length: int) -> list[float]:
    return [math.exp(-4 * i / length) * sum(
        math.sin(math.tau * pitch * k * i / _RATE) / k**2 for k in (1, 2, 3))
        for i in range(length)]  # fmt: skip


_KINDS: dict[str, Callable[[random.Random], list[float]]] = {
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
