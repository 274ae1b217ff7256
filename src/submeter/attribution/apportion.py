"""Splitting a whole number so that the parts add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights`, exactly, by the largest remainder.

    Parameters
    ----------
    total : int
        What is split, such as an energy [µJ]; not negative.
    weights : sequence of int
        Not negative. If all are zero, everything goes to the last.

    Returns
    -------
    list of int
        One part for each weight; they sum to `total`. Ties go to the earlier part.

    References
    ----------
    Hamilton's method; Balinski and Young, *Fair Representation*, 2nd ed. 2001.

    Examples
    --------
    >>> apportion(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    if not whole:
        return [0] * (len(weights) - 1) + [total]
    parts = [total * weight // whole for weight in weights]
    short = total - sum(parts)
    if short:
        order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
        for i in order[:short]:
            parts[i] += 1
    return parts
