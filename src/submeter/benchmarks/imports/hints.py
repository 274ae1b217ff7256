"""`Hints`: what the user says of a file that does not say it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.benchmarks.imports.sheet import Row


class Hints(NamedTuple):
    """What is known of a file beside its content; the content goes before it.

    Parameters
    ----------
    task : str
        What was done; empty where not told.
    model : str
        By which model; empty where not told.
    queries : int or None
        How many queries its energy is of; None where not told.
    """

    task: str = ""
    model: str = ""
    queries: int | None = None

    def task_for(self, told: str, where: str) -> str:
        """Give the task that is told, else the user's.

        Raises
        ------
        UsageError
            If neither tells one.
        """
        if not (told or self.task):
            raise UsageError("no task is told", where, "say --task NAME")
        return told or self.task


_TASKS = frozenset({
    "asr", "image_captioning", "image_classification", "image_generation", "object_detection",
    "question_answering", "reasoning", "sentence_similarity", "summarization",
    "text_classification", "text_generation",
})  # fmt: skip


def task_of_file(name: str) -> str:
    """Give the task that AI Energy Score's leaderboard names a file by; empty for another name.

    Examples
    --------
    >>> task_of_file("text_generation.csv"), task_of_file("mine.csv")
    ('text_generation', '')
    """
    stem = name.removesuffix(".csv")
    return stem if stem in _TASKS else ""


def model_of(row: Row, *names: str) -> str:
    """Give a row's model, by the first of some columns that tells it.

    Raises
    ------
    UsageError
        If none does.
    """
    for name in names:
        if row.text(name):
            return row.text(name)
    raise UsageError("no model is told", row.where, f"fill its column {names[0]}")
