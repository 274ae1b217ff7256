"""`Result`: what one measurement of a model says, ready to be set beside others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from submeter.errors import UsageError


class Boundary(StrEnum):
    """What of the machine room a figure holds, from narrow to wide."""

    ACCELERATOR = "accelerator"
    """The boards that compute, and nothing else: what AI Energy Score counts."""
    NODE = "node"
    """The server: accelerators, processors, memory."""
    FACILITY = "facility"
    """The server with its share of cooling, power supply and idle machines."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the answers were.

    Parameters
    ----------
    metric : str
        Such as ``accuracy`` or ``WER``.
    value : float
        Its value.
    more_is_better : bool
        False of an error rate.
    """

    metric: str
    value: float
    more_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """The energy of one model at one task.

    Parameters
    ----------
    task : str
        Such as ``text-generation``.
    model : str
        Its name.
    energy : float
        Energy [Wh per 1,000 units of work]; more than 0.
    low, high : float or None
        Its 95 % interval; None where none was published.
    model_class : str
        Class within the task, such as A, B, C of AI Energy Score; empty where there is none.
    unit : str
        The unit of work: ``query``, ``token``, ``image``, ``audio second``.
    scenario : str
        ``single`` (one query at a time), ``server``, ``offline``, ``reasoning``.
    boundary : Boundary
        What of the machine room is in it.
    hardware : str
        On what it ran; empty where not told.
    tier : str
        A `Tier`'s value; empty where not told.
    quality : Quality or None
        How good the answers were; None where not told.
    data : str
        On which set it was measured; empty where not told.
    dummy : bool
        Random weights of a true shape: never given a star.
    source : str
        Where it comes from, such as a file and its line, or a bundle's hash.
    unrated : str
        Why it is given neither star nor rank, in words; empty of what can be rated.

    Raises
    ------
    UsageError
        If the energy is not a positive number, or the interval does not hold it.
    """

    task: str
    model: str
    energy: float
    low: float | None = None
    high: float | None = None
    model_class: str = ""
    unit: str = "query"
    scenario: str = "single"
    boundary: Boundary = Boundary.ACCELERATOR
    hardware: str = ""
    tier: str = ""
    quality: Quality | None = None
    data: str = ""
    dummy: bool = False
    source: str = ""
    unrated: str = ""

    def __post_init__(self) -> None:
        where = self.source or self.model
        if not (math.isfinite(self.energy) and self.energy > 0):
            fix = "leave the row out where nothing was measured: missing is not zero"
            raise UsageError(f"an energy of {self.energy} Wh per 1,000 is none", where, fix)
        if self.low is None and self.high is None:
            return
        if self.low is None or self.high is None:
            fix = "give both low and high, or neither"
            raise UsageError("an interval has two ends", where, fix)
        if not 0 < self.low <= self.energy <= self.high < math.inf:
            told = f"the interval {self.low} to {self.high} does not hold {self.energy}"
            raise UsageError(told, where, "low and high are in Wh per 1,000, as the energy is")

    @property
    def barred(self) -> str:
        """Why it is given neither star nor rank, random weights among it; empty if it is rated."""
        return "random weights are given no stars" if self.dummy else self.unrated


_ALIASES = {
    "asr": "speech-recognition",
    "automatic-speech-recognition": "speech-recognition",
    "speech-to-text": "speech-recognition",
    "question-answering": "extractive-qa",
    "image-to-text": "image-captioning",
    "text-to-image": "image-generation",
}


def task_name(text: str) -> str:
    """Give a task by the name that it has here.

    Examples
    --------
    >>> task_name("Text_Generation"), task_name("asr")
    ('text-generation', 'speech-recognition')
    """
    plain = "-".join(text.strip().lower().replace("_", " ").replace("-", " ").split())
    return _ALIASES.get(plain, plain)
