"""What a task of the demo is: a model, and inputs whose right answers are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class Example(Generic[T]):
    """One input and the answer that a perfect model would give."""

    given: T
    known: str


@dataclass(frozen=True)
class Task(Generic[T]):
    """A model at work.

    Parameters
    ----------
    name, unit : str
        What is done, and what a request is about: ``file``.
    load : callable
        Loads the model; gives a function from an input to an answer.
    examples : sequence of Example
        What the model is asked.
    score : callable
        How right an answer is beside the known one, 0 to 1.
    """

    name: str
    unit: str
    load: Callable[[], Callable[[T], str]]
    examples: Sequence[Example[T]]
    score: Callable[[str, str], float]
