"""Prompts of an asked length: plain words in a drawn order, and a beginning that a group shares."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.task import Limits

if TYPE_CHECKING:
    from submeter.benchmarks.backend import Loaded
    from submeter.benchmarks.replay.workload import Request

WORDS = tuple(
    "time year people way day man thing woman life child world school state family student group "  # noqa: SIM905 - words of a text
    "country problem hand part place case week company system program question work government "
    "number night point home water room mother area money story fact month lot right study book "
    "eye job word business issue side kind head house service friend father power hour game line "
    "end member law car city name team minute idea body back parent face others level office door "
    "health person art war history party result change morning reason research girl guy moment air "
    "teacher force education".split(" ")
)
"""Common words: nearly every vocabulary has a token for each."""
_LENGTHS = (32, 256)
"""Words of the prompts by which the backend's own count is found out."""


class Count(NamedTuple):
    """How a backend counts a prompt of so many words: ``fixed + per_word · words``.

    Parameters
    ----------
    fixed : float
        Tokens around a prompt, such as those of a chat template.
    per_word : float
        Tokens a word.
    is_told : bool
        Whether the backend tells its count; if not, a word is taken for a token.
    """

    fixed: float = 0.0
    per_word: float = 1.0
    is_told: bool = False

    def words(self, tokens: float) -> int:
        """Give how many words come to so many tokens; 1 at least."""
        return max(1, round((tokens - self.fixed) / self.per_word))


def counted(loaded: Loaded, seed: int) -> Count:
    """Find out how a backend counts, by two prompts of different lengths.

    Parameters
    ----------
    loaded : Loaded
        What is asked; each answer is of one token.
    seed : int
        Of the words.
    """
    told = []
    for words in _LENGTHS:
        text = " ".join(_drawn(f"{seed} count {words}", words))
        (answer,) = loaded.answer([text], Limits(1, 1, seed))
        told.append(answer.tokens_in)
    short, long = told
    if short is None or long is None or long <= short:
        return Count()
    per_word = (long - short) / (_LENGTHS[1] - _LENGTHS[0])
    return Count(short - per_word * _LENGTHS[0], per_word, is_told=True)


class Prompts:
    """Makes a workload's prompts.

    Parameters
    ----------
    count : Count
        How the backend counts.
    seed : int
        Of the words: the same makes the same prompts.
    """

    def __init__(self, count: Count, seed: int) -> None:
        self._count = count
        self._seed = seed
        self._beginnings: dict[str, list[str]] = {}

    def prompt(self, number: int, request: Request) -> str:
        """Write the prompt of the workload's request of that number.

        Its cached part is the beginning of its group's text; from there on it is its own, so that
        no other prompt's cache serves it.
        """
        whole = self._count.words(request.tokens_in)
        shared = 0
        if request.tokens_cached:
            shared = min(whole, self._count.words(request.tokens_cached))
        own = _drawn(f"{self._seed} own {number}", whole - shared)
        return " ".join([*self._beginning(request.group, shared), *own])

    def _beginning(self, group: str, words: int) -> list[str]:
        known = self._beginnings.get(group, [])
        if len(known) < words:
            # Drawn anew at twice the length: what was given before is its beginning.
            known = self._beginnings[group] = _drawn(f"{self._seed} group {group}", 2 * words)
        return known[:words]


def _drawn(key: str, words: int) -> list[str]:
    return random.Random(key).choices(WORDS, k=words)  # noqa: S311 - no secret
