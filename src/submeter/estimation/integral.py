"""Power to energy: whole microjoules at instants, so that windows add up."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.quantities.cumulative import Cumulative

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def microwatts(watts: float) -> int:
    """Round a power [W] to whole microwatts."""
    return round(watts * 1e6)


def lengths(times: Sequence[int]) -> list[int]:
    """Give the stretches between instants [ns]."""
    return [later - earlier for earlier, later in pairwise(times)]


def energy(times: Sequence[int], powers: Iterable[int]) -> Cumulative:
    """Add up a power that holds between instants.

    Parameters
    ----------
    times : sequence of int
        Instants [ns], strictly increasing.
    powers : iterable of int
        Power over each stretch between them [µW], none negative.

    Returns
    -------
    Cumulative
        Energy since the first instant [µJ].

    Notes
    -----
    Each stretch is rounded by itself, so that its energy is the same whatever came before it: a
    window read from another start has the same books.

    Examples
    --------
    >>> energy([0, 300_000_000, 1_000_000_000], [10, 10]).totals
    (0, 3, 10)
    """
    parts = (
        (power * length + NANOSECONDS_PER_SECOND // 2) // NANOSECONDS_PER_SECOND
        for power, length in zip(powers, lengths(times), strict=True)
    )
    return Cumulative(tuple(times), tuple(accumulate(parts, initial=0))[: len(times)])


def within(part: Cumulative, whole: Cumulative) -> Cumulative:
    """Hold a part of an energy to the whole in every stretch, where rounding put it 1 µJ above.

    Examples
    --------
    >>> within(Cumulative([0, 1, 2], [0, 1, 2]), Cumulative([0, 1, 2], [0, 0, 2])).totals
    (0, 0, 2)
    """
    totals = list(part.totals[:1])
    for wanted, growth in zip(part.totals[1:], lengths(whole.totals), strict=True):
        totals.append(min(max(wanted, totals[-1]), totals[-1] + growth))
    return Cumulative(tuple(part.times), tuple(totals))
