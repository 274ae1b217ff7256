"""The energy of a run in portions: queries in a row, or slices of time where they overlap."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.steady import groups, half_width, warm_up
from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.runs.books import added, book
from submeter.runs.charges import charged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.query import Query
    from submeter.benchmarks.sitting import Sitting
    from submeter.runs.books import Evidence
    from submeter.workloads.activity import Booking

LEAST = 0.2
"""What is shorter than this [s] is booked together with its neighbours: readings come ten times a
second, and within one of them nothing tells queries apart."""

SLICES = 20
"""Slices of the steady part of a run whose queries overlap, at most."""


class Portion(NamedTuple):
    """A part of a run.

    Parameters
    ----------
    sitting : int
        In which sitting.
    span : Span
        When [ns].
    queries : float
        How many were answered in it.
    tokens : float
        Tokens that came out.
    """

    sitting: int
    span: Span
    queries: float
    tokens: float


class Steady(NamedTuple):
    """A run without its warm-up.

    Parameters
    ----------
    queries : tuple of Query
        Those that count.
    warm_up : int
        How many came before.
    stretches : tuple of (int, Span)
        The time that counts, by sitting.
    portions : tuple of Portion
        The same in portions.
    """

    queries: tuple[Query, ...]
    warm_up: int
    stretches: tuple[tuple[int, Span], ...]
    portions: tuple[Portion, ...]


def in_turn(sittings: Sequence[Sitting], queries: Sequence[Query]) -> Steady:
    """Take the warm-up off each sitting of a run whose batches came one after another."""
    kept: list[Query] = []
    stretches: list[tuple[int, Span]] = []
    portions: list[Portion] = []
    left_out = 0
    for sitting in sittings:
        own = _read(sitting, queries)
        batches = _batches(own)
        cold = warm_up([each[0].end - each[0].start for each in batches])
        left_out += sum(len(each) for each in batches[:cold])
        for stretch in sitting.stretches:
            inside = [each for each in batches[cold:] if stretch.overlap(_span(each))]
            if inside:
                kept += [query for each in inside for query in each]
                stretches.append((sitting.number, Span(inside[0][0].start, inside[-1][0].end)))
                portions += _portions(sitting.number, inside)
    return Steady(tuple(kept), left_out, tuple(stretches), tuple(portions))


def _read(sitting: Sitting, queries: Sequence[Query]) -> list[Query]:
    """Give a sitting's queries whose end was read; of a killed one the last were not."""
    own = [each for each in queries if each.sitting == sitting.number]
    return sorted((each for each in own if each.end <= sitting.until), key=lambda each: each.end)


def _batches(queries: Sequence[Query]) -> list[list[Query]]:
    found: dict[int, list[Query]] = {}
    for each in queries:
        found.setdefault(each.batch, []).append(each)
    return list(found.values())


def _span(batch: Sequence[Query]) -> Span:
    return Span(batch[0].start, batch[0].end)


def _portions(sitting: int, batches: Sequence[Sequence[Query]]) -> list[Portion]:
    """Join batches in a row until each portion is long enough; a rest goes to the last."""
    found: list[list[Query]] = []
    open_since: int | None = None
    for batch in batches:
        if open_since is None:
            found.append([])
            open_since = batch[0].start
        found[-1].extend(batch)
        if batch[0].end - open_since >= LEAST * NANOSECONDS_PER_SECOND:
            open_since = None
    if open_since is not None and len(found) > 1:
        found[-2].extend(found.pop())
    return [
        Portion(
            sitting,
            Span(each[0].start, each[-1].end),
            float(len(each)),
            float(sum(query.tokens_out or 0 for query in each)),
        )
        for each in found
    ]


def side_by_side(
    sittings: Sequence[Sitting], queries: Sequence[Query], concurrency: int, least: float = LEAST
) -> Steady:
    """Give the steady part of a run whose queries overlapped.

    Parameters
    ----------
    sittings, queries : sequence
        What was done.
    concurrency : int
        Queries at a time.
    least : float
        No slice is shorter [s]: one within a single reading would be as alike as its neighbours.

    Notes
    -----
    It begins once as many as may be at a time have their first token, and ends as the last is
    asked, from when on fewer are at work. What a query that reaches over an edge did inside is
    taken by the part of its time that lies inside. As ML.ENERGY measures (Chung et al. 2025,
    arXiv:2505.06371).
    """
    kept: list[Query] = []
    stretches: list[tuple[int, Span]] = []
    portions: list[Portion] = []
    count = 0
    for sitting in sittings:
        own = _read(sitting, queries)
        count += len(own)
        if len(own) <= concurrency:
            continue
        asked = sorted(own, key=lambda each: each.start)
        begin = max(each.first or each.start for each in asked[:concurrency])
        end = asked[-1].start
        if end <= begin:
            continue
        whole = Span(begin, end)
        stretches.append((sitting.number, whole))
        kept += [each for each in own if whole.overlap(Span(each.start, each.end))]
        portions += _slices(sitting.number, whole, own, least)
    return Steady(tuple(kept), count - len(kept), tuple(stretches), tuple(portions))


def from_first_to_last(sittings: Sequence[Sitting], queries: Sequence[Query]) -> Steady:
    """Give a replayed workload: all of it, pauses between its requests among it.

    From when the first was due until the last is answered, in each sitting.
    """
    kept: list[Query] = []
    stretches: list[tuple[int, Span]] = []
    portions: list[Portion] = []
    for sitting in sittings:
        own = _read(sitting, queries)
        if not own:
            continue
        begin = min(each.start if each.due is None else min(each.due, each.start) for each in own)
        whole = Span(begin, own[-1].end)
        kept += own
        stretches.append((sitting.number, whole))
        portions += _slices(sitting.number, whole, own)
    return Steady(tuple(kept), 0, tuple(stretches), tuple(portions))


def _slices(
    sitting: int, whole: Span, queries: Sequence[Query], least: float = LEAST
) -> list[Portion]:
    number = max(1, min(SLICES, int(whole.seconds / least))) if least else SLICES
    cuts = [whole.start + whole.nanoseconds * i // number for i in range(number + 1)]
    spans = [Span(*ends) for ends in pairwise(cuts)]
    return [_slice(sitting, each, queries) for each in spans if each.nanoseconds]


def _slice(sitting: int, span: Span, queries: Sequence[Query]) -> Portion:
    answered = tokens = 0.0
    for each in queries:
        lasted = max(1, each.end - each.start)
        answered += span.overlap(Span(each.start, each.end)) / lasted
        first = each.first or each.start
        came = max(1, each.end - first)
        tokens += (each.tokens_out or 0) * span.overlap(Span(first, each.end)) / came
    return Portion(sitting, span, answered, tokens)


def books_of(steady: Steady, seen: Mapping[int, Evidence]) -> tuple[Booking, ...]:
    """Book what was drawn within the time that counts."""
    return added(
        (span.seconds, book(seen[number], span))
        for number, span in steady.stretches
        if number in seen
    )


def energies(portions: Sequence[Portion], seen: Mapping[int, Evidence]) -> list[float]:
    """Give what each portion is charged with [J]; 0 where nothing was seen."""
    found = []
    for each in portions:
        sums = charged(book(seen[each.sitting], each.span)) if each.sitting in seen else None
        found.append(sums[0] / 1e6 if sums else 0.0)
    return found


def spread(portions: Sequence[Portion], drawn: Sequence[float]) -> float:
    """Give half of the 95 % interval of energy a query, over it: by groups of portions in a row."""
    ratios = []
    for first, last in groups(len(portions)):
        answered = sum(each.queries for each in portions[first:last])
        if answered:
            ratios.append(sum(drawn[first:last]) / answered)
    return half_width(ratios)
