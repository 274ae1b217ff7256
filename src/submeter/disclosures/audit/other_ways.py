"""Ratios, statistics of lists, quotients, and what units alone allow."""

from __future__ import annotations

import itertools
import statistics
from typing import TYPE_CHECKING

from submeter.disclosures.audit.carbon_ways import amortised
from submeter.disclosures.audit.reach import Reach, exact, reach, total
from submeter.disclosures.audit.roles import words
from submeter.disclosures.audit.rules_of import Rules
from submeter.disclosures.audit.units import CARBON, COUNT, ENERGY, GRID, POWER, RATIO, TIME, WATER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity

_MOST = 6
"""Inputs that are tried in all combinations; with more, anything would fit."""
_WHOLES = frozenset(["whole", "total", "all", "of"])

_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean, "average": statistics.fmean, "median": statistics.median,
    "std": statistics.stdev, "stdev": statistics.stdev, "deviation": statistics.stdev,
    "sd": statistics.stdev, "max": max, "maximum": max, "min": min, "minimum": min,
}  # fmt: skip


def statistic(claim: Claim) -> Reach | None:
    """Give the statistic of a list, where the claim names one."""
    named = claim.texts.get("statistic", "") or claim.id
    listed = [each for each in claim.inputs if each.part_of]
    wanted = [word for word in words(named) if word in _STATISTICS]
    if not wanted or len(listed) < 2:  # noqa: PLR2004 - a deviation takes two
        return None
    of = _STATISTICS[wanted[-1]]
    value, low, high = (
        of([getattr(each.number, end) for each in listed]) for end in ("value", "low", "high")
    )
    if of is statistics.stdev:
        half = max((each.number.high - each.number.low) / 2 for each in listed)
        low, high = value - half, value + half
    text = f"{wanted[-1]} of {len(listed)} values"
    return Reach(value, low, high, text=text)


def ratios(claim: Claim) -> Iterator[Reach]:
    """Give the ratio of two inputs of one dimension, or the sum of counted ones."""
    same = _alike(claim.inputs)
    if claim.claimed is not None and claim.claimed.dimension == COUNT:
        listed = [each for each in claim.inputs if each.part_of] or list(claim.of("count"))
        one_list = len({each.part_of for each in listed}) == 1
        if len(listed) > 1 and len(listed) == len(claim.inputs) and one_list:
            yield total(listed)
        return
    if len(same) == 2 and len(claim.inputs) == 2:  # noqa: PLR2004 - one over the other
        first, second = map(reach, _ordered(same))
        yield first / second
        if not any(set(words(each.name)) & _WHOLES for each in same):
            yield second / first


def _ordered(two: Sequence[Quantity]) -> Sequence[Quantity]:
    """Put a part before its whole, and else the larger before the smaller."""
    if set(words(two[0].name)) & _WHOLES:
        return two[::-1]
    if set(words(two[1].name)) & _WHOLES:
        return two
    return sorted(two, key=lambda each: -abs(each.value))


def _alike(inputs: Sequence[Quantity]) -> Sequence[Quantity]:
    if len({each.dimension for each in inputs}) == 1:
        return inputs
    return ()


def loose(claim: Claim) -> Iterator[Reach]:
    """Give what might be meant where a ratio or a number of pieces has other inputs."""
    plain = [each for each in claim.inputs if each.dimension in {RATIO, COUNT}]
    if len(plain) == len(claim.inputs) and 1 < len(plain) <= _MOST:
        product = exact(1.0)
        for each in plain:
            product = product * reach(each)
        yield product
        yield total(plain)
        yield (reach(plain[0]) / total(plain)).called(f"{plain[0].text} of the sum")
        largest = max(plain, key=lambda each: each.value)
        rest = [each for each in plain if each is not largest]
        yield reach(largest) - total(rest)
    alike = _alike(claim.inputs)
    if len(alike) > 2:  # noqa: PLR2004
        yield from (reach(each) / total(alike) for each in alike)
        yield from _parity(alike)
    yield from by_dimension(claim)


def _parity(alike: Sequence[Quantity]) -> Iterator[Reach]:
    """Give the uses after which they cost as much as the making."""
    for each in alike:
        rest = [other for other in alike if other is not each]
        yield total(rest) / reach(each)


def quotients(claim: Claim) -> Iterator[Reach]:
    """Give powers, intensities and rates: sums of their own, or one quantity over another."""
    if claim.claimed is None:
        return
    wanted = claim.claimed.dimension.uncounted()
    alike = [each for each in claim.inputs if each.dimension.uncounted() == wanted]
    if alike and len(alike) == len(claim.inputs):
        yield total(alike) if len(alike) > 1 else reach(alike[0])
        return
    if wanted == CARBON.times(TIME, -1) or wanted == WATER.times(TIME, -1):
        yield from (one for one, _ in amortised(claim, Rules.of(claim), each_hour=True))
    if claim.claimed.dimension == COUNT.times(ENERGY, -1):
        pieces, drawn = claim.of("count"), claim.of("energy")
        if len(pieces) == 1 and drawn:
            yield reach(pieces[0]) / total(drawn)
    pairs = {
        GRID: (("carbon",), ("energy", "idle_energy")),
        POWER: (("energy", "idle_energy"), ("hours", "device_hours")),
        WATER.times(ENERGY, -1): (("water",), ("energy",)),
    }
    if wanted in pairs:
        above, below = (claim.of(*roles) for roles in pairs[wanted])
        if above and below:
            yield total(above) / (total(below) if len(below) > 1 else reach(below[0]))


def by_dimension(claim: Claim) -> Iterator[Reach]:
    """Give the products and quotients of all inputs that have the claim's dimension.

    Pieces are left out of the dimension, since "for each prompt" is seldom written down.
    """
    if claim.claimed is None or not 0 < len(claim.inputs) <= _MOST:
        return
    wanted = claim.claimed.dimension.uncounted()
    for powers in itertools.product((1, -1, 0), repeat=len(claim.inputs)):
        if any(
            power == 0 and each.dimension not in {COUNT, RATIO}
            for power, each in zip(powers, claim.inputs, strict=True)
        ):
            continue
        dimension = RATIO
        for power, each in zip(powers, claim.inputs, strict=True):
            dimension = dimension.times(each.dimension, power)
        if dimension.uncounted() == wanted and any(powers):
            yield _worked(claim.inputs, powers)


def _worked(inputs: Sequence[Quantity], powers: Sequence[int]) -> Reach:
    found = exact(1.0)
    for each, power in zip(inputs, powers, strict=True):
        if power == 1:
            found = found * reach(each)
    for each, power in zip(inputs, powers, strict=True):
        if power == -1:
            found = found / reach(each)
    return found
