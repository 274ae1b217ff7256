"""Search by embeddings: a corpus is embedded once, then queries find what is nearest to them.

Embedding the corpus is the stage ``prepare``, with its own time and energy. A query is the unit of
work: its text is embedded, and the corpus ordered by the cosine.
"""

from __future__ import annotations

import importlib
import platform
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import NDCG
from submeter.benchmarks.task import FREE, DataSet, Item, Task, data_set
from submeter.benchmarks.tasks.hub import Column, table
from submeter.benchmarks.tasks.library_functions import passages
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backend import Answer, Facts, Loaded
    from submeter.benchmarks.task import Limits

_BATCH = 32
"""Texts of the corpus that a model is handed at a time."""
_KEPT = 10
"""Results that are kept of a search."""
_COLUMNS = (
    Column("query", ("query", "anchor", "question", "sentence1")),
    Column("passage", ("passage", "positive", "document", "context", "answer", "sentence2")),
)


def searches(data: str = "") -> DataSet:
    """Give first sentences of docstrings, to be looked for among what comes after them.

    Parameters
    ----------
    data : str
        A published set of queries with a passage for each, instead. All its passages together are
        the corpus; those that stand there twice, once.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        told = table(data, _COLUMNS)
        pairs = [(str(row["query"]), str(row["passage"])) for row in told.rows]
        named = (told.name, told.version, told.licence)
    else:
        pairs = [(each.summary, f"{each.name}: {each.rest}") for each in passages()]
        named = ("python-library-functions", platform.python_version(), "PSF-2.0")
    places = {text: place for place, text in enumerate(dict.fromkeys(text for _, text in pairs))}
    wanted: dict[str, list[int]] = {}
    for query, text in pairs:
        wanted.setdefault(query, []).append(places[text])
    items = [Item(str(n), query, sorted(set(of))) for n, (query, of) in enumerate(wanted.items())]
    return data_set(*named, items, list(places))


class Search:
    """A model with a corpus that it has embedded; answers a query with the places of texts.

    Parameters
    ----------
    loaded : Loaded
        A model that embeds.
    data : DataSet
        Whose corpus is searched.

    Raises
    ------
    UsageError
        If the model's answers are not lists of numbers, of one length.
    """

    def __init__(self, loaded: Loaded, data: DataSet) -> None:
        self._loaded = loaded
        self._numpy = importlib.import_module("numpy")
        corpus = data.corpus
        parts = [corpus[start : start + _BATCH] for start in range(0, len(corpus), _BATCH)]
        answers = [each for part in parts for each in loaded.answer(part, FREE)]
        self._corpus = self._directions(answers)

    @property
    def facts(self) -> Facts:
        """What the model is."""
        return self._loaded.facts

    @property
    def pid(self) -> int | None:
        """The process that does the work."""
        return self._loaded.pid

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Embed queries, and give for each the places of the ten nearest texts."""
        answers = self._loaded.answer(inputs, limits)
        likeness = self._directions(answers) @ self._corpus.T
        orders = self._numpy.argsort(-likeness, axis=1, kind="stable")[:, :_KEPT]
        return [
            each._replace(value=order.tolist()) for each, order in zip(answers, orders, strict=True)
        ]

    def _directions(self, answers: Sequence[Answer]) -> Any:  # noqa: ANN401 - a numpy array
        """Give vectors of length 1, one a row; one of length 0 stays as it is."""
        try:
            rows = self._numpy.asarray([each.value for each in answers], dtype=float)
            rows = rows.reshape(len(answers), -1) if rows.ndim == 2 else None  # noqa: PLR2004 - texts by numbers
            lengths = self._numpy.linalg.norm(rows, axis=1, keepdims=True)
        except (TypeError, ValueError) as error:
            fix = "an embedding is a list of numbers, as long for every text"
            what = "the model's answer is no embedding"
            raise UsageError(what, "--task embeddings-retrieval", fix) from error
        return rows / self._numpy.where(lengths > 0, lengths, 1.0)

    def close(self) -> None:
        """Let go of the model."""
        self._loaded.close()


EMBEDDINGS_RETRIEVAL = Task(
    "embeddings-retrieval",
    "find the passage that a sentence belongs to, by embeddings; the corpus is embedded before",
    "embed",
    NDCG,
    searches,
    session=Search,
)
