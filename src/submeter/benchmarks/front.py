"""Which of several results are worth having: the Pareto front, and how sure it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.bundle import Bundle

_REACH = 1.959963984540054
"""Standard deviations from the middle of a normal distribution to the end of 95 % of it."""


class Trait(NamedTuple):
    """One thing by which results are held against each other; less is better.

    Parameters
    ----------
    value : float
        Energy by its logarithm; quality with its sign turned where more is better.
    deviation : float
        Its standard deviation; 0 where none is known.
    common : float
        That of an error which all results of one meter share, so that it cancels between them.
    """

    value: float
    deviation: float = 0.0
    common: float = 0.0


class Candidate(NamedTuple):
    """A result, as far as it is weighed.

    Parameters
    ----------
    name : str
        What it is called.
    meter : str
        Hardware and sensors: results with the same one share their meter's error.
    traits : tuple of Trait
        Energy, quality, latency, or those of them that all results have.
    """

    name: str
    meter: str
    traits: tuple[Trait, ...]


class Standing(NamedTuple):
    """Where a candidate stands.

    Parameters
    ----------
    name : str
        What it is called.
    is_on_front : bool
        Whether no other is at least as good in all traits, and better in one, by their values.
    dominated : float
        The probability that the one that beats it most surely does so in all traits.
    by : str
        That one's name; empty if there is no other.
    """

    name: str
    is_on_front: bool
    dominated: float
    by: str


def standings(candidates: Sequence[Candidate]) -> list[Standing]:
    """Give for each candidate whether it is on the front, and how surely another beats it."""
    return [_standing(each, [o for o in candidates if o is not each]) for each in candidates]


def _standing(one: Candidate, others: Sequence[Candidate]) -> Standing:
    beaten = any(
        all(a.value <= b.value for a, b in zip(other.traits, one.traits, strict=True))
        and any(a.value < b.value for a, b in zip(other.traits, one.traits, strict=True))
        for other in others
    )
    odds = [(dominance(other, one), other.name) for other in others]
    most, by = max(odds, default=(0.0, ""))
    return Standing(one.name, not beaten, most, by)


def dominance(one: Candidate, other: Candidate) -> float:
    """Give the probability that `one` is better than `other` in every trait.

    Notes
    -----
    ``Π Φ((x' - x) / √(s² + s'²))``, the traits' errors being independent of one another. The error
    that a meter makes all the time cancels between two results of the same meter.
    """
    shares = one.meter == other.meter
    chance = 1.0
    for a, b in zip(one.traits, other.traits, strict=True):
        width = math.hypot(a.deviation, b.deviation)
        if not shares:
            width = math.hypot(width, a.common, b.common)
        distance = b.value - a.value
        if width:
            chance *= 0.5 * (1 + math.erf(distance / width / math.sqrt(2)))
        else:
            chance *= 1.0 if distance > 0 else 0.5 if distance == 0 else 0.0
    return chance


def candidates_of(bundles: Sequence[tuple[str, Bundle]], unit: str) -> list[Candidate]:
    """Weigh bundles by their energy a unit, their quality and their median latency.

    Only traits that every bundle has are weighed. The error of a model is not the same for all
    work, so that only a measuring meter's is taken for common.

    Parameters
    ----------
    bundles : sequence of (str, Bundle)
        Names and bundles; of one task and scenario.
    unit : str
        Such as ``query``.
    """
    boundary = boundary_of([bundle for _, bundle in bundles], unit)
    has_quality = all(bundle.told["summary"]["quality"] for _, bundle in bundles)
    has_latency = all(bundle.told["summary"]["speed"]["latency"] for _, bundle in bundles)
    found = []
    for name, bundle in bundles:
        traits = [_energy(bundle, boundary, unit)]
        if has_quality:
            traits.append(_quality(bundle))
        if has_latency:
            latency = bundle.told["summary"]["speed"]["latency"]["p50"]
            traits.append(Trait(math.log(max(latency, 1e-9))))
        found.append(Candidate(name, _meter(bundle), tuple(traits)))
    return found


def boundary_of(bundles: Sequence[Bundle], unit: str) -> str:
    """Give the narrowest boundary at which all drew something; empty where one of them did nowhere.

    A board that is there and did nothing of the work is no boundary of it.
    """
    for boundary in ("accelerator", "node"):
        energies = [each.told["summary"]["energy"].get(boundary, {}) for each in bundles]
        told = [each.get("per", {}).get(unit) for each in energies]
        if all(each is not None and each["value"] > 0 for each in told):
            return boundary
    return ""


def _energy(bundle: Bundle, boundary: str, unit: str) -> Trait:
    summary = bundle.told["summary"]
    told = summary["energy"][boundary]["per"][unit]
    value = max(told["value"], 1e-12)
    if told["high"] is None:  # of a run too short to tell: as likely above another as below it
        return Trait(math.log(value), math.inf)
    whole = math.log(told["high"] / max(told["low"], value * 1e-6)) / (2 * _REACH)
    width = summary["statistics"]["half_width"]
    own = whole if width is None else min(whole, math.log1p(width) / _REACH)
    if told["tier"] != "measured":
        return Trait(math.log(value), whole)
    return Trait(math.log(value), own, math.sqrt(max(0.0, whole**2 - own**2)))


def _quality(bundle: Bundle) -> Trait:
    told = bundle.told["summary"]["quality"]
    ends = (told["low"], told["high"])
    deviation = 0.0 if None in ends else (ends[1] - ends[0]) / (2 * _REACH)
    return Trait(-told["value"] if told["more_is_better"] else told["value"], deviation)


def _meter(bundle: Bundle) -> str:
    environment, books = bundle.told["environment"], bundle.told["summary"]["books"]
    sensors = sorted(f"{each['domain']} {each['sensor']}" for each in books)
    return "; ".join([str(environment["machine"]), *environment["accelerators"], *sensors])
