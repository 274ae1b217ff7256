"""Okapi BM25: a retriever without a model, the same on every machine."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from submeter.benchmarks.metrics import words

if TYPE_CHECKING:
    from collections.abc import Sequence

_SATURATION, _LENGTH = 1.2, 0.75
"""k₁ and b, at their usual values."""


class Index:
    """Texts that can be searched by their words.

    Parameters
    ----------
    texts : sequence of str
        What is searched.

    Notes
    -----
    A text scores ``Σ idf(t) f (k₁ + 1) / (f + k₁ (1 - b + b l / m))`` over the query's words t, f
    being how often a word is in it, l its length and m the mean length, and
    ``idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))``, n of N texts having the word. Words are as they
    stand: neither stemmed nor left out.

    References
    ----------
    Robertson and Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond,
    doi:10.1561/1500000019.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(words(each)) for each in texts]
        lengths = [sum(each.values()) for each in counts]
        mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
        self._weights: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, (found, length) in enumerate(zip(counts, lengths, strict=True)):
            damping = _SATURATION * (1 - _LENGTH + _LENGTH * length / mean)
            for word, times in found.items():
                weight = times * (_SATURATION + 1) / (times + damping)
                self._weights[word].append((place, weight))
        self._size = len(texts)

    def search(self, query: str, most: int) -> list[int]:
        """Give the places of the best texts, the best first; of equal ones the earlier first."""
        scores: dict[int, float] = defaultdict(float)
        for word in words(query):
            having = self._weights.get(word, ())
            rarity = math.log(1 + (self._size - len(having) + 0.5) / (len(having) + 0.5))
            for place, weight in having:
                scores[place] += rarity * weight
        return sorted(scores, key=lambda place: (-scores[place], place))[:most]
