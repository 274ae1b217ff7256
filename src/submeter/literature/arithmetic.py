"""What published figures are made of beside accounts: sums, ratios, parity.

A case names one of `CALLS`; nothing else that a data file says is ever run.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.accounting.breakeven import uses_until_parity
from submeter.accounting.operational import emitted
from submeter.literature import power_hungry
from submeter.quantities.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_KWH = 3.6e6


def total(parts: Sequence[float]) -> float:
    """Give the sum of parts."""
    return math.fsum(parts)


def difference(whole: float, parts: Sequence[float]) -> float:
    """Give what is left of a whole without its parts."""
    return whole - math.fsum(parts)


def product(factors: Sequence[float]) -> float:
    """Give the product of factors."""
    return math.prod(factors)


def ratio(part: float, whole: float) -> float:
    """Give one figure over another."""
    return part / whole


def percentage(part: float, whole: float) -> float:
    """Give a part of a whole [%]."""
    return 100.0 * part / whole


def weighted(shares: Sequence[float], changes: Sequence[float]) -> float:
    """Give a whole whose parts change, each by its own factor."""
    return math.fsum(share * change for share, change in zip(shares, changes, strict=True))


def extrapolated(seen: float, length_seen: float, length: float) -> float:
    """Give a figure for the whole length, if all of it went on as the part that was seen."""
    return seen * length / length_seen


def not_below(left: Sequence[float], right: Sequence[float]) -> float:
    """Count the columns in which the left figure is not below the right one."""
    return sum(one >= other for one, other in zip(left, right, strict=True))


def parity(training: str, fine_tuning: str, inference: str) -> float:
    """Give the uses after which they drew as much energy as the making."""
    made = parse(training, "energy") + parse(fine_tuning, "energy")
    return uses_until_parity(made / _KWH, parse(inference, "energy") / _KWH)


def parity_of_carbon(training: str, inference: str, grid: str, count: int) -> float:
    """Give the uses after which they emitted as much as the training.

    Parameters
    ----------
    training, inference, grid : str
        Emissions of the training; energy of `count` uses; the grid they run on.
    count : int
        Uses that `inference` stands for.
    """
    intensity = parse(grid, "carbon intensity") * _KWH
    one = emitted(parse(inference, "energy") / _KWH / count, intensity)
    return uses_until_parity(parse(training, "carbon"), one)


CALLS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            total, difference, product, ratio, percentage, weighted, extrapolated, not_below,
            parity, parity_of_carbon,
        )
    }
    | {"power_hungry": power_hungry.statistic}
)  # fmt: skip
"""Every call that a case may name."""
