"""What each effort of reasoning costs, at the same budget and at free length."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.front import boundary_of
from submeter.benchmarks.metrics import metric_of
from submeter.benchmarks.plan import FREE_LENGTH, length_of
from submeter.benchmarks.steady import wilson
from submeter.benchmarks.summary import steady_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.query import Query

ORDER = ("", "off", "minimal", "low", "medium", "high", "xhigh")
"""From the least reasoning to the most; what is not here comes last."""
_ENOUGH = 5
"""Answers by which two efforts can be told to be the same."""


class Row(NamedTuple):
    """An effort at one length.

    Parameters
    ----------
    name : str
        Of the bundle.
    model, length, effort : str
        What was measured: energies of one model at one length may be held against each other.
    tokens, reasoning : float or None
        Tokens out an answer, and those of reasoning among them, on average; None where not told.
    energy : mapping
        ``value``, ``low``, ``high`` [J] a query, and ``tier``.
    correct : mapping or None
        The same a correct answer; None where none was marked, or none was correct.
    quality : mapping or None
        The summary's.
    times : float or None
        Energy a query over that of ``off`` at the same length; None where there is no ``off``.
    cut_short : float or None
        The part of the answers that ended at their limit.
    """

    name: str
    model: str
    length: str
    effort: str
    tokens: float | None
    reasoning: float | None
    energy: dict[str, Any]
    correct: dict[str, Any] | None
    quality: dict[str, Any] | None
    times: float | None
    cut_short: float | None


def rows_of(bundles: Sequence[tuple[str, Bundle]]) -> list[Row]:
    """Give the table of efforts: by model, by length, from the least reasoning to the most.

    Parameters
    ----------
    bundles : sequence of (str, Bundle)
        Names and bundles of the scenario ``reasoning``, whose energy was seen.
    """
    boundary = boundary_of([bundle for _, bundle in bundles], "query")
    rows = [_row(name, bundle, boundary) for name, bundle in bundles]
    base = {(each.model, each.length): each for each in rows if each.effort == "off"}
    found = []
    for each in rows:
        off = base.get((each.model, each.length))
        times = each.energy["value"] / off.energy["value"] if off and off.energy["value"] else None
        found.append(each._replace(times=times))
    return sorted(found, key=lambda each: (each.model, each.length, _degree(each.effort)))


def _degree(effort: str) -> tuple[int, str]:
    return (ORDER.index(effort) if effort in ORDER else len(ORDER), effort)


def _row(name: str, bundle: Bundle, boundary: str) -> Row:
    summary = bundle.told["summary"]
    kept = steady_of(bundle.plan, bundle.sittings, bundle.queries).queries
    energy = summary["energy"][boundary]["per"]["query"]
    return Row(
        name=name,
        model=str(bundle.told["model"]["name"]),
        length=length_of(bundle.plan),
        effort=bundle.plan.effort,
        tokens=_mean([each.tokens_out for each in kept]),
        reasoning=_mean([each.tokens_reasoning for each in kept]),
        energy=energy,
        correct=_a_correct_answer(energy, kept, str(bundle.told["data"]["metric"])),
        quality=summary["quality"],
        times=None,
        cut_short=summary["statistics"]["cut_short"],
    )


def _mean(counts: Sequence[int | None]) -> float | None:
    known = [each for each in counts if each is not None]
    return sum(known) / len(known) if known and len(known) == len(counts) else None


def _a_correct_answer(
    energy: dict[str, Any], queries: Sequence[Query], metric: str
) -> dict[str, Any] | None:
    """Give the energy of a correct answer: that of a query over the part that is correct.

    Notes
    -----
    The error of the energy and that of a part of so many have nothing to do with each other: their
    logarithms add in squares.
    """
    marks = [each.mark for each in queries if each.mark is not None]
    right = sum(1 for each in marks if metric_of(metric).is_correct(each))
    if not right or len(marks) < len(queries):
        return None
    part = right / len(marks)
    # An item that is asked again says nothing new.
    low, high = wilson(part, len({each.item for each in queries}))
    value = energy["value"] / part
    told = {**energy, "value": value, "low": None, "high": None}
    if energy["low"] and energy["high"]:
        below = math.hypot(math.log(energy["value"] / energy["low"]), math.log(high / part))
        above = math.hypot(math.log(energy["high"] / energy["value"]), math.log(part / low))
        told |= {"low": value * math.exp(-below), "high": value * math.exp(above)}
    return told


class Twin(NamedTuple):
    """An effort whose answers are another's, token for token in number: nothing was changed by it.

    Parameters
    ----------
    name : str
        Of its bundle.
    effort, other : str
        The two.
    """

    name: str
    effort: str
    other: str


def twins(bundles: Sequence[tuple[str, Bundle]]) -> list[Twin]:
    """Find efforts that change nothing, so that they are not shown as if they had been measured.

    Answers that ended at their limit tell nothing of it, nor does a backend that counts no tokens.
    What changes nothing at free length changes nothing at any.
    """
    ordered = sorted(bundles, key=lambda each: _degree(each[1].plan.effort))
    found: dict[str, Twin] = {}
    for place, (name, bundle) in enumerate(ordered):
        for _, other in ordered[:place]:
            alike = bundle.told["model"] == other.told["model"] and _same_but_effort(bundle, other)
            if alike and _answers_alike(bundle, other):
                found.setdefault(name, Twin(name, bundle.plan.effort, other.plan.effort))
    free = {
        (str(bundle.told["model"]["name"]), bundle.plan.effort): found[name]
        for name, bundle in ordered
        if name in found and length_of(bundle.plan) == FREE_LENGTH
    }
    for name, bundle in ordered:
        twin = free.get((str(bundle.told["model"]["name"]), bundle.plan.effort))
        if twin is not None:
            found.setdefault(name, twin._replace(name=name))
    return list(found.values())


def untold(bundles: Sequence[tuple[str, Bundle]]) -> list[str]:
    """Name the bundles of an effort and of free length of which nothing tells that it was taken.

    Too few of their answers ended by themselves, or their tokens were not counted.
    """
    return [
        name
        for name, bundle in bundles
        if bundle.plan.effort not in ("", "off")
        and length_of(bundle.plan) == FREE_LENGTH
        and len(_lengths(bundle)) < _ENOUGH
    ]


def _same_but_effort(one: Bundle, other: Bundle) -> bool:
    return one.plan.effort != other.plan.effort and (
        (one.plan.output, one.plan.budget, one.plan.seed, one.told["data"]["sha256"])
        == (other.plan.output, other.plan.budget, other.plan.seed, other.told["data"]["sha256"])
    )


def _answers_alike(one: Bundle, other: Bundle) -> bool:
    told, others = _lengths(one), _lengths(other)
    shared = told.keys() & others.keys()
    return len(shared) >= _ENOUGH and all(told[item] == others[item] for item in shared)


def _lengths(bundle: Bundle) -> dict[str, tuple[int | None, ...]]:
    """Give by item how long its first answer was, of those that ended by themselves."""
    found: dict[str, tuple[int | None, ...]] = {}
    for each in bundle.queries:
        if each.tokens_out is not None and each.finish != "length":
            found.setdefault(each.item, (each.tokens_out, each.tokens_reasoning))
    return found
