"""A benchmark's figures, worked out from its readings and its queries and from nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.metrics import metric_of
from submeter.benchmarks.portions import books_of, energies, in_turn, side_by_side, spread
from submeter.benchmarks.steady import bootstrap
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.quantities.estimate import Estimate
from submeter.runs.books import added, book
from submeter.runs.drawn import energy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.portions import Steady
    from submeter.benchmarks.query import Query
    from submeter.benchmarks.sitting import Sitting
    from submeter.runs.books import Evidence
    from submeter.workloads.activity import Booking

J_PER_WH = 3600.0
REFERENCE = 1000
"""Queries of AI Energy Score's protocol, beside which is told how many were enough."""


def summarise(
    plan: Plan,
    metric: str,
    sittings: Sequence[Sitting],
    queries: Sequence[Query],
    seen: Mapping[int, Evidence],
) -> dict[str, Any]:
    """Give a bundle's ``summary``.

    Parameters
    ----------
    plan : Plan
        What was asked for.
    metric : str
        Name of the metric by which answers were marked.
    sittings, queries : sequence
        What was done.
    seen : mapping of int to Evidence
        What was read, by sitting.
    """
    steady = steady_of(plan, sittings, queries)
    booked = books_of(steady, seen)
    drawn = energies(steady.portions, seen)
    width = spread(steady.portions, drawn)
    seconds = sum(span.seconds for _, span in steady.stretches)
    amounts = _amounts(plan, steady, metric)
    return {
        "energy": _energies(booked, amounts, width),
        "books": [_booked(each) for each in booked],
        "stretches": [[number, span.start, span.end] for number, span in steady.stretches],
        "stages": _stages(sittings, seen),
        "work": amounts,
        "speed": _speed(steady, amounts, seconds),
        "single": _single(steady, drawn),
        "quality": _quality(metric, queries, plan.seed),
        "statistics": {
            "queries": len(queries),
            "warm_up": steady.warm_up,
            "kept": len(steady.queries),
            "portions": len(steady.portions),
            "half_width": width if math.isfinite(width) else None,
            "saved": max(0, REFERENCE - len(queries)) if width <= plan.precision else None,
            "sittings": len(sittings),
            "cut_short": _cut_short(queries),
        },
        "overhead": _overhead(sittings, seconds),
    }


def steady_of(plan: Plan, sittings: Sequence[Sitting], queries: Sequence[Query]) -> Steady:
    """Give the part of a run that counts, as its scenario has it."""
    if plan.scenario == "server":
        return side_by_side(sittings, queries, plan.concurrency)
    return in_turn(sittings, queries)


def _amounts(plan: Plan, steady: Steady, metric: str) -> dict[str, float]:
    """Give by unit how much work was done within the time that counts."""
    told: dict[str, float] = {"query": sum(each.queries for each in steady.portions)}
    tokens = sum(each.tokens for each in steady.portions)
    if tokens:
        told["token"] = tokens
    if plan.scenario == "server":
        return told
    for each in steady.queries:
        for name, amount in each.work.items():
            told[name] = told.get(name, 0.0) + amount
    is_correct = metric_of(metric).is_correct
    marked = [each.mark for each in steady.queries if each.mark is not None]
    if marked and len(marked) == len(steady.queries):
        correct = sum(1 for mark in marked if is_correct(mark))
        if correct:
            told["correct answer"] = float(correct)
    return told


def _energies(
    booked: Sequence[Booking], amounts: Mapping[str, float], width: float
) -> dict[str, Any]:
    """Give by boundary the energy in all and by unit; what nobody saw is absent."""
    boards = [each for each in booked if each.component == "gpu"]
    told = {}
    for boundary, books in (("node", booked), ("accelerator", boards)):
        energy = energy_of(books)
        if energy is None:
            continue
        units = {unit: amount for unit, amount in amounts.items() if amount}
        told[boundary] = {
            "total": _joules(energy, 1.0, 0.0),
            "per": {unit: _joules(energy, amount, width) for unit, amount in units.items()},
        }
    return told


def _joules(energy: Estimate, amount: float, width: float) -> dict[str, Any]:
    """Give an energy over an amount [J], as unsure as the meter and the run's own spread make it.

    Notes
    -----
    The meter's error and that of the mean of so many queries have nothing to do with each other:
    their logarithms add in squares.
    """
    value = energy.value / amount
    if not value:
        return Estimate(value, value, energy.high / amount, "J", energy.tier,
                        energy.coverage).as_dict()  # fmt: skip
    own = math.log1p(width) if math.isfinite(width) else math.inf
    low = _beyond(energy.low / energy.value, own, -1)
    high = _beyond(energy.high / energy.value, own, 1)
    if not math.isfinite(high):
        # A single portion tells no spread: the meter's own interval is all that is known.
        low, high = energy.low / energy.value, energy.high / energy.value
    ends = (value * min(low, 1.0), value * max(high, 1.0))
    return Estimate(value, *ends, "J", energy.tier, energy.coverage).as_dict()


def _beyond(ratio: float, own: float, sign: int) -> float:
    if ratio <= 0:
        return 0.0
    size = math.hypot(math.log(ratio), own)
    return math.exp(sign * size) if math.isfinite(size) else (0.0 if sign < 0 else math.inf)


def _booked(each: Booking) -> dict[str, Any]:
    names = ("domain", "component", "device", "sensor", "tier", "method", "meter", "workload",
             "others", "idle", "unattributed", "rule", "coverage", "share", "inside")  # fmt: skip
    return {name: getattr(each, name) for name in names}


def _stages(sittings: Sequence[Sitting], seen: Mapping[int, Evidence]) -> dict[str, Any]:
    """Give the energy and the time of what came before the queries; of all sittings together."""
    names = dict.fromkeys(stage.name for each in sittings for stage in each.stages)
    told = {}
    for name in names:
        spans = [
            (each.number, stage.span)
            for each in sittings
            for stage in each.stages
            if stage.name == name and each.number in seen
        ]
        booked = added((span.seconds, book(seen[number], span)) for number, span in spans)
        energy = energy_of(booked)
        told[name] = {
            "seconds": sum(span.seconds for _, span in spans),
            "energy": None if energy is None else energy.as_dict(),
            "machine": sum(each.meter for each in booked if not each.inside) / 1e6,
        }
    return told


def _speed(steady: Steady, amounts: Mapping[str, float], seconds: float) -> dict[str, Any]:
    lasted = sorted((each.end - each.start) / NANOSECONDS_PER_SECOND for each in steady.queries)
    firsts = sorted(
        (each.first - each.start) / NANOSECONDS_PER_SECOND
        for each in steady.queries
        if each.first is not None
    )
    gaps = sorted(
        (each.end - each.first) / NANOSECONDS_PER_SECOND / (each.tokens_out - 1)
        for each in steady.queries
        if each.first is not None and (each.tokens_out or 0) > 1 and each.tokens_out is not None
    )
    return {
        "seconds": seconds,
        "latency": _percentiles(lasted),
        "first_token": _percentiles(firsts),
        "between_tokens": _percentiles(gaps),
        "per_second": {unit: amount / seconds for unit, amount in amounts.items() if seconds},
    }


def _percentiles(ordered: Sequence[float]) -> dict[str, float] | None:
    """Give percentiles of an ordered series, each the least that so many do not exceed."""
    if not ordered:
        return None
    last = len(ordered) - 1
    return {
        f"p{part}": ordered[min(last, math.ceil(part / 100 * len(ordered)) - 1)]
        for part in (50, 90, 95, 99)
    }


def _single(steady: Steady, drawn: Sequence[float]) -> dict[str, float] | None:
    """Give how the energy of single queries [J] is spread; None where readings can't tell them."""
    alone = all(each.queries == 1 for each in steady.portions)
    return _percentiles(sorted(drawn)) if alone and drawn else None


def _quality(metric: str, queries: Sequence[Query], seed: int) -> dict[str, Any] | None:
    """Give how good the answers were; each item counts once, by its first answer."""
    first: dict[str, tuple[float, ...]] = {}
    for each in queries:
        if each.mark is not None:
            first.setdefault(each.item, each.mark)
    marks = list(first.values())
    if not marks:
        return None
    measure = metric_of(metric)
    overall: Callable[[Sequence[int]], float] = lambda places: measure.overall(  # noqa: E731
        [marks[i] for i in places]
    )
    ends = bootstrap(len(marks), overall, seed)
    return {
        "metric": metric,
        "more_is_better": measure.more_is_better,
        "value": measure.overall(marks),
        "low": None if ends is None else ends.low,
        "high": None if ends is None else ends.high,
        "items": len(marks),
    }


def _cut_short(queries: Sequence[Query]) -> float | None:
    """Give the part of the answers that ended at their limit and not by themselves."""
    told = [each.finish for each in queries if each.finish]
    return sum(1 for each in told if each == "length") / len(told) if told else None


def _overhead(sittings: Sequence[Sitting], seconds: float) -> dict[str, float | None]:
    cpu = sum(each.overhead for each in sittings) / NANOSECONDS_PER_SECOND
    lasted = sum(
        (each.until - each.stages[0].span.start) / NANOSECONDS_PER_SECOND
        for each in sittings
        if each.stages
    )
    return {"cpu_seconds": cpu, "part": cpu / lasted if lasted else None, "of": seconds}
