"""What a replay came to: how late requests were asked, and how long they were in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.percentiles import percentiles
from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.query import Query

LATE = 0.05
"""A request is late if it is asked later than this after its time [s]: a reader notices it."""


def figures(queries: Sequence[Query]) -> dict[str, Any]:
    """Give a bundle's ``summary.workload``.

    Parameters
    ----------
    queries : sequence of Query
        All that were asked.

    Returns
    -------
    dict
        ``requests``; ``late``, the part that was asked late; ``lateness`` [s] in percentiles;
        ``asked`` and ``reached``: tokens in all, where the backend told them of every request;
        ``exact``: the part of the answers that are as long as was asked.
    """
    lateness = sorted(
        (each.start - each.due) / NANOSECONDS_PER_SECOND for each in queries if each.due is not None
    )
    names = ("tokens_in", "tokens_cached", "tokens_out")
    asked = {name: sum(each.wanted.get(name, 0) for each in queries) for name in names}
    return {
        "requests": len(queries),
        "late": sum(1 for each in lateness if each > LATE) / len(lateness) if lateness else None,
        "lateness": percentiles(lateness),
        "asked": asked,
        "reached": {name: _reached(queries, name) for name in names},
        "exact": _exact(queries),
    }


def _reached(queries: Sequence[Query], name: str) -> int | None:
    told = [getattr(each, name) for each in queries]
    known = [int(each) for each in told if each is not None]
    return sum(known) if known and len(known) == len(told) else None


def _exact(queries: Sequence[Query]) -> float | None:
    told = [each for each in queries if each.tokens_out is not None]
    same = sum(1 for each in told if each.tokens_out == each.wanted.get("tokens_out"))
    return same / len(told) if told else None
