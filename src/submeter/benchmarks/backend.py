"""`Backend`: what runs a model: a library, a server, a function, a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from submeter.benchmarks.task import Limits

ABILITIES = {
    "generate": "a text, or a list of messages {role, content}, to a text",
    "classify-text": "a text to a label",
    "classify-tokens": "a text to a list of [words, label]",
    "compare-texts": "a pair of texts to a number, the more alike the higher",
    "embed": "a text to a list of numbers",
    "answer-from-text": "{question, context} to a text",
    "classify-image": "an RGB array of bytes (height, width, 3) to a label",
    "detect-objects": "an RGB array to a list of [label, score, x, y, width, height]",
    "read-image": "an RGB array to the text in it",
    "describe-image": "an RGB array to a text",
    "answer-about-image": "{question, image: an RGB array} to a text",
    "chat-with-images": "messages {role, content}, content a list of {type: text, text} and "
    "{type: image, image: an RGB array}, to a text",
    "transcribe": "{samples: mono floats, rate: Hz} to a text",
    "classify-audio": "{samples, rate} to a label",
    "speak": "a text to {samples, rate}",
    "draw": "a text to an RGB array",
}
"""What a backend may be able to do: from what it is asked to what it answers."""


NOWHERE = -1
"""No process of this machine: what is drawn here is not the work's energy."""


class Answer(NamedTuple):
    """What a model said to one query.

    Parameters
    ----------
    value : object
        The answer, as the ability has it.
    tokens_in, tokens_out, tokens_reasoning : int or None
        As the engine counts them; None where it doesn't tell.
    first : int or None
        When the first token came [ns, monotonic].
    finish : str
        Why it ended: ``stop``, ``length``; empty where not told.
    tokens_cached : int or None
        Of `tokens_in`, those that the engine had in its cache.
    """

    value: object
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    first: int | None = None
    finish: str = ""
    tokens_cached: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model and its engine are.

    Parameters
    ----------
    name, revision : str
        Of the model.
    engine : str
        The library or server, with its version.
    parameters : int or None
        How many it has.
    precision : str
        Of its weights, such as ``float32`` or ``Q4_K_M``.
    device : str
        What it runs on, such as ``cpu`` or ``cuda:0``.
    files : mapping of str to str
        SHA-256 of its files, by name.
    packages : tuple of str
        Distributions whose versions belong to the result.
    dummy : bool
        Random weights of a true shape.
    licence : str
        Of the weights, as their publisher tells it.
    """

    name: str
    revision: str = ""
    engine: str = ""
    parameters: int | None = None
    precision: str = ""
    device: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    dummy: bool = False
    licence: str = ""


class Order(NamedTuple):
    """What is to be loaded: a model, for an ability, with a backend's own options."""

    model: str
    ability: str
    options: Mapping[str, str]
    dummy: bool = False


class Loaded(Protocol):
    """A model that is ready to answer."""

    @property
    def facts(self) -> Facts:
        """What it is."""
        ...

    @property
    def pid(self) -> int | None:
        """The process that does the work, where that is not this one or its children.

        `NOWHERE` where it is on another machine.
        """
        ...

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Answer a batch of queries, in their order."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Backend(Protocol):
    """What runs models.

    One that can make random weights of a model's shape (`Order.dummy`) says so by an attribute
    ``makes_dummies`` that is true; no other is asked to.
    """

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        ...

    @property
    def abilities(self) -> Collection[str]:
        """What it can do: of `ABILITIES`."""
        ...

    @property
    def concurrent(self) -> bool:
        """Whether several threads may ask at a time and are answered side by side."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """Its own options, and what each means."""
        ...

    @property
    def extra(self) -> str:
        """What to install for it, as pip is told it; empty for nothing."""
        ...

    def load(self, order: Order) -> Loaded:
        """Load a model.

        Raises
        ------
        UsageError
            If there is no such model, or what it needs is not installed.
        """
        ...
