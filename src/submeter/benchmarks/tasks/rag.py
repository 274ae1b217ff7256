"""Answers from retrieved passages: what a model is asked holds what BM25 found for it.

Retrieval is done when the data are loaded, before anything is metered, and without a model: every
model reads the same passages, and the energy is that of answering.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import SQUAD
from submeter.benchmarks.task import DataSet, Item, Limits, Task, data_set
from submeter.benchmarks.tasks.hub import Column, table
from submeter.benchmarks.tasks.lexical import Index
from submeter.benchmarks.tasks.library_functions import passages
from submeter.benchmarks.tasks.questions import texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FOUND = 4
"""Passages that a model is given."""
_LONGEST = 600
"""Letters of each, at most."""
_ASKED = (
    "Answer the question by the passages alone, in as few words as you can.\n\n{}\n\n{}\nAnswer:"
)
_WHICH = "Question: which function or class of Python's library is described as follows? {}"
_COLUMNS = (
    Column("question", ("question", "query")),
    Column("context", ("context", "passage", "document", "text")),
    Column("answers", ("answers", "answer"), needed=False),
)


def asked(data: str = "") -> DataSet:
    """Give questions, each with four passages that BM25 found for it, and their answers.

    Parameters
    ----------
    data : str
        A published set of questions with passages, such as SQuAD, instead; all its passages
        together are searched.

    Raises
    ------
    UsageError
        If the set cannot be read, or lacks a column.
    """
    if data:
        told = table(data, _COLUMNS)
        contexts = list(dict.fromkeys(str(row["context"]) for row in told.rows))
        pairs = [(f"Question: {row['question']}", texts_of(row["answers"])) for row in told.rows]
        searched = [str(row["question"]) for row in told.rows]
        named = (told.name, told.version, told.licence)
    else:
        found = passages()
        contexts = [f"{each.name}: {each.rest}" for each in found]
        # Whoever names the function without its module is right too.
        pairs = [
            (_WHICH.format(each.summary), [each.name, each.name.rpartition(".")[2]])
            for each in found
        ]
        searched = [each.summary for each in found]
        named = ("python-library-functions-asked", platform.python_version(), "PSF-2.0")
    index = Index(contexts)
    items = [
        Item(
            str(number), prompt(question, [contexts[i] for i in index.search(query, FOUND)]), right
        )
        for number, ((question, right), query) in enumerate(zip(pairs, searched, strict=True))
    ]
    return data_set(*named, items)


def prompt(question: str, found: Sequence[str]) -> str:
    """Give what a model is asked: the passages, then the question."""
    told = [f"Passage {n}: {each[:_LONGEST]}" for n, each in enumerate(found, 1)]
    return _ASKED.format("\n\n".join(told), question)


RAG = Task(
    "rag",
    "answer a question by four passages that were retrieved for it, at most 64 tokens",
    "generate",
    SQUAD,
    asked,
    Limits(None, 64),
)
