"""Ways in which a claimed figure can follow from its inputs, what its method means first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from submeter.disclosures.audit import carbon_ways, energy_ways, other_ways, water_ways
from submeter.disclosures.audit.energy_ways import device_time
from submeter.disclosures.audit.reach import Reach, reach
from submeter.disclosures.audit.rules_of import Rules
from submeter.disclosures.audit.units import CARBON, COUNT, ENERGY, RATIO, TIME, WATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.units import Dimension


class Kind(StrEnum):
    """How surely a way is meant."""

    MEANT = "meant"
    """The method, or the inputs, leave no other."""
    ALSO = "also"
    """It would be sound as well, with another boundary."""
    GUESSED = "guessed"
    """The units agree, and nothing else is known."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way.

    Parameters
    ----------
    reach : Reach
        What it gives, in base units.
    kind : Kind
        How surely it is meant.
    note : str
        What its boundary is, where that needs telling.
    """

    reach: Reach
    kind: Kind
    note: str = ""


def ways(claim: Claim) -> tuple[Way, ...]:
    """Give the ways to a claim's figure, surest first; those that give no number are left out."""
    if claim.claimed is None:
        return ()
    found = [*_of(claim, claim.claimed.dimension)]
    if not found:
        found = [Way(each, Kind.GUESSED) for each in other_ways.by_dimension(claim)]
    return tuple(way for way in found if way.reach.known)


def _of(claim: Claim, dimension: Dimension) -> Iterator[Way]:
    rules = Rules.of(claim)
    listed = other_ways.statistic(claim)
    if listed is not None:
        yield Way(listed, Kind.MEANT)
        return
    if dimension in {RATIO, COUNT}:
        yield from (Way(each, Kind.MEANT) for each in other_ways.ratios(claim))
        yield from (Way(each, Kind.GUESSED) for each in other_ways.loose(claim))
        return
    if dimension in _WAYS:
        for one, note in _WAYS[dimension](claim, rules):
            yield Way(one, Kind.ALSO if note else Kind.MEANT, note)
        return
    if dimension == TIME and claim.of("devices") and (used := device_time(claim)) is not None:
        yield Way(used, Kind.MEANT)
    if dimension.pieces < 0 or dimension.time < 0:
        yield from _each(claim, dimension)
    yield from (Way(each, Kind.MEANT) for each in other_ways.quotients(claim))


def _each(claim: Claim, dimension: Dimension) -> Iterator[Way]:
    """Give the ways to a figure for one piece, or one hour."""
    over_time = dimension.time < 0 and dimension.pieces == 0
    whole = dimension.times(TIME if over_time else COUNT, 1)
    if whole not in _WAYS:
        return
    below = claim.of("hours", "device_hours") if over_time else claim.of("count")
    rules = Rules.of(claim)
    for one, note in _WAYS[whole](claim, rules):
        kind = Kind.ALSO if note else Kind.MEANT
        if len(below) == 1:
            yield Way(one / reach(below[0]), kind, note)
        elif any(each.dimension.pieces < 0 for each in claim.inputs):
            yield Way(one, kind, note)
        elif not below and not over_time and claim.claimed is not None:
            # Inputs that are for the same number of pieces as the claim.
            size = claim.claimed.unit.size / _alone(claim)
            yield Way(one.times(size), kind, note)


def _alone(claim: Claim) -> float:
    """Give the size of a claim's unit without the pieces it is for."""
    from submeter.disclosures.audit.units import read_unit  # noqa: PLC0415 - of one line

    text = claim.claimed.text if claim.claimed else ""
    above = read_unit(text.partition(" ")[2].replace(" per ", "/").partition("/")[0])
    return above.size if above is not None else 1.0


_WAYS = {ENERGY: energy_ways.energy, CARBON: carbon_ways.carbon, WATER: water_ways.water}
