"""How an order of search results is marked: nDCG, the first ten counting."""

from __future__ import annotations

import math
from collections.abc import Sequence

DEPTH = 10
"""Results that count."""


def ndcg(answer: object, reference: object) -> tuple[float, float]:
    """Give nDCG@10, a result being relevant or not.

    Parameters
    ----------
    answer : object
        Ids of results, the best first; one that comes twice counts where it comes first.
    reference : object
        Ids of all that is relevant, in any order.

    Returns
    -------
    float, float
        nDCG from 0 to 1, and 1.

    Notes
    -----
    ``DCG = Σ relᵢ / log₂(i + 1)`` over the ranks i from 1, divided by that of the best order.

    References
    ----------
    Järvelin and Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques,
    doi:10.1145/582415.582418.
    """
    found = list(dict.fromkeys(answer))[:DEPTH] if isinstance(answer, Sequence) else []
    relevant = set(reference) if isinstance(reference, Sequence) else {reference}
    gain = sum(1 / math.log2(i + 2) for i, each in enumerate(found) if each in relevant)
    best = sum(1 / math.log2(i + 2) for i in range(min(len(relevant), DEPTH)))
    return (gain / best if best else 1.0), 1.0
