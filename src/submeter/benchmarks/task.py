"""`Task`: the same work for every model: its data, what it asks for, how it is marked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.benchmarks.backend import Loaded
    from submeter.benchmarks.metrics import Metric


class Item(NamedTuple):
    """One query: its id, what is asked, and what a good answer is (None where nobody can say)."""

    id: str
    input: object
    reference: object = None


@dataclass(frozen=True, slots=True)
class DataSet:
    """Queries, and where they come from.

    Parameters
    ----------
    name, version, licence : str
        As their publisher tells them.
    items : tuple of Item
        The queries, in their publisher's order.
    sha256 : str
        Of what is asked and what is wanted, so that two results can be told to be of one set.
    corpus : tuple of str
        Texts that are made ready once, before the queries, such as those that are searched.
    """

    name: str
    version: str
    licence: str
    items: tuple[Item, ...]
    sha256: str
    corpus: tuple[str, ...] = ()


def data_set(
    name: str, version: str, licence: str, items: Sequence[Item], corpus: Sequence[str] = ()
) -> DataSet:
    """Make a set and its hash; inputs that are arrays are hashed by their bytes."""
    digest = hashlib.sha256()
    for each in items:
        told = [each.id, _plain(each.input), _plain(each.reference)]
        digest.update(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())
    if corpus:
        digest.update(json.dumps(list(corpus), ensure_ascii=False).encode())
    return DataSet(name, version, licence, tuple(items), digest.hexdigest(), tuple(corpus))


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if hasattr(value, "tobytes"):
        return hashlib.sha256(value.tobytes()).hexdigest()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class Limits(NamedTuple):
    """What an answer may be.

    Parameters
    ----------
    least, most : int or None
        Output tokens; None: the model ends by itself. Equal: a fixed length.
    seed : int
        Of sampling, where the backend samples.
    effort : str
        How much a model reasons: ``off``, ``low``, ``medium``, ``high``; empty: its own default.
    """

    least: int | None = None
    most: int | None = None
    seed: int = 0
    effort: str = ""


FREE = Limits()
"""No limit but the model's own."""


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work.

    Parameters
    ----------
    id, title : str
        Name and description.
    ability : str
        What a backend must be able to do: see `submeter.benchmarks.backend.ABILITIES`.
    metric : Metric
        How answers are marked.
    load : callable
        Gives the data; its argument names other data than what is at hand, such as a file.
    limits : Limits
        Of the ``single`` scenario; for text generation AI Energy Score's.
    work : mapping of str to callable
        By unit beside the query (``audio_second``, ``image``), how much of it an item is.
    made : mapping of str to callable
        By unit, how much of it an answer is, where that is what counts: sound that was spoken,
        pixels that were drawn.
    session : callable or None
        Gives what stands between the queries and a model that is asked several times for each, or
        that makes the corpus ready first; takes the model and the data.
    runs_answers : bool
        Whether answers are marked by running them: only where the user says so.
    extra : str
        What to install for its data, as pip is told it; empty for nothing.
    """

    id: str
    title: str
    ability: str
    metric: Metric
    load: Callable[[str], DataSet]
    limits: Limits = FREE
    work: Mapping[str, Callable[[Item], float]] = field(default_factory=dict)
    made: Mapping[str, Callable[[object], float]] = field(default_factory=dict)
    session: Callable[[Loaded, DataSet], Loaded] | None = None
    runs_answers: bool = False
    extra: str = ""
