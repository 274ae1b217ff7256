"""`Amount`: a quantity in every realisation at once, with its tiers and its coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from submeter.quantities.estimate import Estimate, Tier, joint_tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Number = TypeVar("Number", float, NDArray[np.float64])
"""What a formula takes and gives: one number, or an array of realisations."""

_LOWER, _UPPER = 0.025, 0.975


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """A quantity in every realisation.

    Parameters
    ----------
    figures : array of float
        The central figure, then one figure for each realisation.
    tiers : frozenset of Tier
        How the numbers in it came about.
    coverage : float
        The share of the time that was seen, 0 to 1.
    """

    figures: NDArray[np.float64]
    tiers: frozenset[Tier]
    coverage: float = 1.0

    @property
    def value(self) -> float:
        """The central figure."""
        return float(self.figures[0])

    @property
    def draws(self) -> NDArray[np.float64]:
        """The realisations."""
        return self.figures[1:]

    def scaled(self, ratio: float) -> Amount:
        """Give this amount times an exact `ratio`."""
        return Amount(self.figures * ratio, self.tiers, self.coverage)

    def estimate(self, unit: str) -> Estimate:
        """Give the value with the 2.5th and 97.5th percentile of the realisations.

        Notes
        -----
        Percentile `p` lies at position ``p n - 1/2`` of the sorted realisations, between the two
        that stand there (Hazen). Where the value itself lies outside, the interval reaches to it.
        """
        ordered = np.sort(self.draws)
        value = self.value
        low, high = (percentile(ordered, share) for share in (_LOWER, _UPPER))
        tier = joint_tier(self.tiers)
        return Estimate(value, min(low, value), max(high, value), unit, tier, self.coverage)


def percentile(ordered: NDArray[np.float64], share: float) -> float:
    """Give the percentile of sorted figures, between the two that stand at its position.

    Examples
    --------
    >>> percentile(np.array([1.0, 2.0, 3.0, 4.0]), 0.5)
    2.5
    """
    place = min(max(share * len(ordered) - 0.5, 0.0), len(ordered) - 1.0)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    low, high = float(ordered[below]), float(ordered[above])
    return low if low == high else low + (high - low) * (place - below)


def combined(formula: Callable[..., NDArray[np.float64]], *amounts: Amount) -> Amount:
    """Apply a formula in every realisation; the result has every tier, and the least coverage."""
    tiers = frozenset[Tier]().union(*(amount.tiers for amount in amounts))
    coverage = min(amount.coverage for amount in amounts)
    return Amount(formula(*(amount.figures for amount in amounts)), tiers, coverage)


def total(amounts: Iterable[Amount | None]) -> Amount | None:
    """Add up what is known; None if nothing is.

    Notes
    -----
    A part that is zero in every realisation says nothing about the tier of the sum. The
    coverage of a sum is the share of it that was seen, if each part went on as it was seen:
    ``sum(x_i) / sum(x_i / c_i)``; of parts that are all zero it is the least.
    """
    parts = [amount for amount in amounts if amount is not None]
    if len(parts) <= 1:
        return parts[0] if parts else None
    telling = [part for part in parts if part.figures.any()] or parts
    figures = parts[0].figures.copy()
    for part in parts[1:]:
        figures += part.figures
    tiers = frozenset[Tier]().union(*(part.tiers for part in telling))
    return Amount(figures, tiers, _joint_coverage(telling))


def _joint_coverage(parts: list[Amount]) -> float:
    seen = [part for part in parts if part.value > 0 and part.coverage > 0]
    if not seen:
        return min(part.coverage for part in parts)
    whole = sum(part.value / part.coverage for part in seen)
    return min(1.0, sum(part.value for part in seen) / whole)
