"""The phases of an answer: until its first token, and from there on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.portions import LEAST
from submeter.quantities.clock import Span
from submeter.runs.books import added, book
from submeter.runs.drawn import energy_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.query import Query
    from submeter.runs.books import Evidence


def phases(queries: Sequence[Query], seen: Mapping[int, Evidence]) -> dict[str, Any]:
    """Give the time and the energy of each phase, of queries that came one after another.

    Parameters
    ----------
    queries : sequence of Query
        Those that count; none overlaps another.
    seen : mapping of int to Evidence
        What was read, by sitting.

    Returns
    -------
    dict
        ``prefill``, the time until the first token, in which an engine also makes tokens of the
        text, and ``decode``, that from there on: ``seconds`` in all, and ``energy`` [J] in all,
        None where such a phase is shorter than readings can tell from what lies beside it, or
        nothing was seen. Empty where a query does not tell its first token.
    """
    parted = [
        (each.sitting, Span(each.start, each.first), Span(each.first, each.end))
        for each in queries
        if each.first is not None and each.start <= each.first <= each.end
    ]
    if not parted or len(parted) < len(queries):
        return {}
    told = {}
    for place, name in enumerate(("prefill", "decode"), 1):
        spans: list[tuple[int, Span]] = [(each[0], each[place]) for each in parted]  # type: ignore[misc] # a span
        seconds = sum(span.seconds for _, span in spans)
        energy = None
        if seconds >= LEAST * len(spans):
            energy = energy_of(
                added((span.seconds, book(seen[number], span)) for number, span in spans
                      if number in seen)
            )  # fmt: skip
        told[name] = {"seconds": seconds, "energy": None if energy is None else energy.as_dict()}
    return told
