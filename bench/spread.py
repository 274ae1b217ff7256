"""Repeated measurements summed up: median and quartiles."""

from __future__ import annotations

import math
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Spread(NamedTuple):
    """The median and the quartiles around it.

    Parameters
    ----------
    median, low, high : float
        Low and high are the first and the third quartile.
    """

    median: float
    low: float
    high: float

    def text(self, scale: float = 1.0, figures: int = 3) -> str:
        """Write it as ``median (low–high)`` with so many figures; if all agree, once."""
        size = abs(self.median * scale)
        wanted = figures - 1 - (math.floor(math.log10(size)) if size else 0)
        places = min(max(0, wanted), 4)
        middle, low, high = (f"{round(each * scale, places) + 0.0:.{places}f}" for each in self)
        return middle if low == high else f"{middle} ({low}–{high})"


def spread(values: Sequence[float]) -> Spread:
    """Sum up one or more measurements."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(median(values), low, high)


def over(values: Sequence[float], base: Sequence[float]) -> Spread:
    """Sum up by how much measurements exceed the `base` median."""
    middle = median(base)
    return spread([each - middle for each in values])


def ratios(values: Sequence[float], base: Sequence[float]) -> Spread:
    """Sum up the ratios to the `base` of the same round."""
    return spread([each / bare for each, bare in zip(values, base, strict=True)])
