"""A benchmark's figures, worked out from its readings and its queries and from nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.latency_bounds import kept
from submeter.benchmarks.metrics import metric_of
from submeter.benchmarks.percentiles import percentiles
from submeter.benchmarks.phases import phases
from submeter.benchmarks.portions import (
    LEAST,
    books_of,
    energies,
    from_first_to_last,
    in_turn,
    side_by_side,
    spread,
)
from submeter.benchmarks.quality import quality
from submeter.benchmarks.replay.figures import figures
from submeter.benchmarks.rules import RULES
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.quantities.estimate import Estimate
from submeter.runs.books import added, book
from submeter.runs.drawn import energy_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.plan import Plan
    from submeter.benchmarks.portions import Steady
    from submeter.benchmarks.query import Query
    from submeter.benchmarks.sitting import Sitting
    from submeter.runs.books import Evidence
    from submeter.workloads.activity import Booking

J_PER_WH = 3600.0
_WITH_PHASES = 2
"""Rules from which on phases are told."""
OVERHEAD = 0.01
"""Of a core: what metering may take before it is told as a defect of the run."""
REFERENCE = 1000
"""Queries of AI Energy Score's protocol, beside which is told how many were enough."""


def summarise(
    plan: Plan,
    metric: str,
    sittings: Sequence[Sitting],
    queries: Sequence[Query],
    seen: Mapping[int, Evidence],
    rules: int = RULES,
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
    rules : int
        The version of `submeter.benchmarks.rules` by which figures follow.
    """
    steady = steady_of(plan, sittings, queries, rules)
    booked = books_of(steady, seen)
    drawn = energies(steady.portions, seen)
    # A workload is measured whole: its requests differ, and that makes its energy no less sure.
    width = math.inf if plan.scenario == "workload" else spread(steady.portions, drawn)
    knows = math.isfinite(width) or plan.scenario == "workload" or not rules
    seconds = sum(span.seconds for _, span in steady.stretches)
    in_a_row = plan.scenario not in ("server", "workload") and plan.batch == 1
    amounts = _amounts(plan, steady, metric)
    speed = _speed(steady, amounts, seconds)
    return {
        "energy": _energies(booked, amounts, width, knows=knows),
        "books": [_booked(each) for each in booked],
        "stretches": [[number, span.start, span.end] for number, span in steady.stretches],
        "stages": _stages(sittings, seen),
        "work": amounts,
        "speed": speed,
        **({"bounds": kept(plan.bounds, speed)} if plan.bounds else {}),
        **({"phases": phases(steady.queries, seen)} if rules >= _WITH_PHASES and in_a_row else {}),
        "single": _single(steady, drawn),
        "quality": quality(metric, queries, plan.seed, rules),
        "statistics": {
            "queries": len(queries),
            "warm_up": steady.warm_up,
            "kept": len(steady.queries),
            "portions": len(steady.portions),
            "half_width": width if math.isfinite(width) else None,
            "saved": max(0, REFERENCE - len(queries)) if width <= plan.precision else None,
            "sittings": len(sittings),
            "cut_short": _cut_short(queries),
            **({"outliers": _outliers(steady)} if rules else {}),
        },
        "overhead": _overhead(sittings, seconds, rules),
        **({"workload": figures(queries)} if plan.scenario == "workload" else {}),
    }


def steady_of(
    plan: Plan, sittings: Sequence[Sitting], queries: Sequence[Query], rules: int = RULES
) -> Steady:
    """Give the part of a run that counts, as its scenario has it."""
    if plan.scenario == "server":
        return side_by_side(sittings, queries, plan.concurrency, LEAST if rules else 0.0)
    if plan.scenario == "workload":
        return from_first_to_last(sittings, queries)
    return in_turn(sittings, queries)


def _amounts(plan: Plan, steady: Steady, metric: str) -> dict[str, float]:
    """Give by unit how much work was done within the time that counts."""
    told: dict[str, float] = {"query": sum(each.queries for each in steady.portions)}
    tokens = sum(each.tokens for each in steady.portions)
    if tokens:
        told["token"] = tokens
    if plan.scenario in ("server", "workload"):
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
    booked: Sequence[Booking], amounts: Mapping[str, float], width: float, *, knows: bool
) -> dict[str, Any]:
    """Give by boundary the energy in all and by unit; what nobody saw is absent.

    Where nothing is known of how one query differs from the next, nothing bounds it either: a unit
    has no interval then, for the meter's own would tell of queries that nobody saw.
    """
    unknown = {} if knows else {"low": None, "high": None}
    boards = [each for each in booked if each.component == "gpu"]
    told = {}
    for boundary, books in (("node", booked), ("accelerator", boards)):
        energy = energy_of(books)
        if energy is None:
            continue
        units = {unit: amount for unit, amount in amounts.items() if amount}
        told[boundary] = {
            "total": _joules(energy, 1.0, 0.0),
            "per": {
                unit: {**_joules(energy, amount, width), **unknown}
                for unit, amount in units.items()
            },
        }
    return told


def _joules(energy: Estimate, amount: float, width: float) -> dict[str, Any]:
    """Give an energy over an amount [J], as unsure as the meter and the run's own spread make it.

    Notes
    -----
    The meter's error and that of the mean of so many queries have nothing to do with each other:
    their logarithms add in squares. A spread that is not known leaves the meter's own.
    """
    value = energy.value / amount
    if not value:
        return Estimate(value, value, energy.high / amount, "J", energy.tier,
                        energy.coverage).as_dict()  # fmt: skip
    own = math.log1p(width) if math.isfinite(width) else 0.0
    low = beyond(energy.low / energy.value, own, -1)
    high = beyond(energy.high / energy.value, own, 1)
    ends = (value * min(low, 1.0), value * max(high, 1.0))
    return Estimate(value, *ends, "J", energy.tier, energy.coverage).as_dict()


def beyond(ratio: float, own: float, sign: int) -> float:
    """Give how far an end lies from the value, as a ratio: the meter's and the run's own joined."""
    return math.exp(sign * math.hypot(math.log(ratio), own)) if ratio > 0 else 0.0


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
    lasted = sorted((each.end - _due(each)) / NANOSECONDS_PER_SECOND for each in steady.queries)
    firsts = sorted(
        (each.first - _due(each)) / NANOSECONDS_PER_SECOND
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
        "latency": percentiles(lasted),
        "first_token": percentiles(firsts),
        "between_tokens": percentiles(gaps),
        "per_second": {unit: amount / seconds for unit, amount in amounts.items() if seconds},
    }


def _due(query: Query) -> int:
    """Give from when on a query's latency counts: of a workload from when its user asked."""
    return query.start if query.due is None else query.due


def _single(steady: Steady, drawn: Sequence[float]) -> dict[str, float] | None:
    """Give how the energy of single queries [J] is spread; None where readings can't tell them."""
    alone = all(each.queries == 1 for each in steady.portions)
    return percentiles(sorted(drawn)) if alone and drawn else None


def _outliers(steady: Steady) -> dict[str, int]:
    """Tell what becomes of queries that lasted far longer or shorter: they count as all others.

    Notes
    -----
    ``far`` are those beyond Tukey's outer fences, three interquartile ranges from the quartiles.

    References
    ----------
    Tukey (1977), Exploratory Data Analysis, chapter 2.
    """
    lasted = sorted(each.end - each.start for each in steady.queries)
    if not lasted:
        return {"dropped": 0, "far": 0}
    low, high = (lasted[(len(lasted) - 1) * part // 4] for part in (1, 3))
    reach = 3 * (high - low)
    far = sum(1 for each in lasted if not low - reach <= each <= high + reach)
    return {"dropped": 0, "far": far}


def _cut_short(queries: Sequence[Query]) -> float | None:
    """Give the part of the answers that ended at their limit and not by themselves."""
    told = [each.finish for each in queries if each.finish]
    return sum(1 for each in told if each == "length") / len(told) if told else None


def _overhead(sittings: Sequence[Sitting], seconds: float, rules: int) -> dict[str, float | None]:
    """Give the CPU time that metering took, and which part of a core that was.

    A server that ran before has no stages: its metering is counted from its first query.
    """
    cpu = sum(each.overhead for each in sittings) / NANOSECONDS_PER_SECOND
    begun = [
        (each, each.stages[0].span if each.stages else each.stretches[0])
        for each in sittings
        if each.stages or (rules and each.stretches)
    ]
    lasted = sum((each.until - first.start) / NANOSECONDS_PER_SECOND for each, first in begun)
    return {"cpu_seconds": cpu, "part": cpu / lasted if lasted else None, "of": seconds}
