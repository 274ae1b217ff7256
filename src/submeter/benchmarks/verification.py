"""Every figure of a bundle worked out anew from its readings and queries, and held against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.benchmarks.bundle import Bundle

_ALIKE = 1e-9


class Difference(NamedTuple):
    """A figure that does not follow from the readings: where, what is told, what follows."""

    where: str
    told: object
    follows: object


def verify(bundle: Bundle) -> list[Difference]:
    """Give the figures of a bundle that do not follow from its readings; none if all do."""
    metric = str(bundle.told["data"]["metric"])
    fresh = summarise(bundle.plan, metric, bundle.sittings, bundle.queries, bundle.seen)
    return list(_differences("summary", bundle.told["summary"], fresh))


def figures(told: object) -> int:
    """Count the numbers in an object: what was worked out anew."""
    if isinstance(told, dict):
        return sum(map(figures, told.values()))
    if isinstance(told, list):
        return sum(map(figures, told))
    return int(isinstance(told, (int, float)) and not isinstance(told, bool))


def _differences(where: str, told: object, follows: object) -> Iterator[Difference]:
    if isinstance(told, dict) and isinstance(follows, dict):
        for name in dict.fromkeys([*told, *follows]):
            yield from _differences(f"{where}.{name}", told.get(name), follows.get(name))
    elif isinstance(told, list) and isinstance(follows, list) and len(told) == len(follows):
        for place, pair in enumerate(zip(told, follows, strict=True)):
            yield from _differences(f"{where}[{place}]", *pair)
    elif not _alike(told, follows):
        yield Difference(where, told, follows)


def _alike(told: object, follows: object) -> bool:
    numbers = (int, float)
    if isinstance(told, numbers) and isinstance(follows, numbers):
        return math.isclose(told, follows, rel_tol=_ALIKE, abs_tol=1e-15)
    return told == follows
