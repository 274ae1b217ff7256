"""Percentiles of a series, each one of its own members."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def percentiles(ordered: Sequence[float]) -> dict[str, float] | None:
    """Give percentiles of an ordered series, each the least that so many do not exceed.

    Examples
    --------
    >>> percentiles([1.0, 2.0, 3.0])
    {'p50': 2.0, 'p90': 3.0, 'p95': 3.0, 'p99': 3.0}
    """
    if not ordered:
        return None
    last = len(ordered) - 1
    return {
        f"p{part}": ordered[min(last, math.ceil(part / 100 * len(ordered)) - 1)]
        for part in (50, 90, 95, 99)
    }
