"""How long a told power comes after what was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.lab.changes import Change

_LONGEST = 3.0
"""The longest lag that is looked for [s]."""

_MOST = 6000
"""Instants at which two powers are compared."""

_FINEST = 0.002
"""The least time between them [s]."""

_MOVES = 0.05
"""A power that varies by less than this part of its mean shows no lag."""

_ALIKE = 0.5
"""Two powers whose correlation nowhere reaches this are not compared."""

_FIRST = 0.95
"""Of a load that repeats itself the first lag is taken that is so nearly the best."""


def lag(power: Sequence[Change], counter: Sequence[Change]) -> float | None:
    """Give how long [s] a told power comes after the energy that a counter shows.

    Parameters
    ----------
    power, counter : sequence of Change
        When each of them changed, and to what.

    Returns
    -------
    float or None
        None where the power hardly varies, or the two do not go together. A lag of half a refresh
        is that of any number that stands still in between.

    Notes
    -----
    The lag at which the correlation of the two is greatest. A counter shows what was drawn until it
    changed, and so has none of its own.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and only for a report

    if len(power) < 2 or len(counter) < 2:  # noqa: PLR2004 - a stretch needs two ends
        return None
    start = max(power[0].instant, counter[0].instant) / NANOSECONDS_PER_SECOND
    end = min(power[-1].instant, counter[-1].instant) / NANOSECONDS_PER_SECOND
    step = max(_FINEST, (end - start) / _MOST)
    if end - start < 4 * step:
        return None
    grid = np.arange(start, end, step)
    times = np.array([each.instant for each in counter]) / NANOSECONDS_PER_SECOND
    growth = [max(0, each.value - each.before) for each in counter]
    drawn = np.diff(np.interp(grid, times, np.cumsum(growth))) / step
    told_at = np.array([each.instant for each in power]) / NANOSECONDS_PER_SECOND
    places = np.searchsorted(told_at, grid[:-1] + step / 2, side="right") - 1
    told = np.array([each.value for each in power], dtype=float)[places]
    if min(drawn.std() / max(drawn.mean(), 1), told.std() / max(told.mean(), 1)) < _MOVES:
        return None
    most = int(min(_LONGEST / step, len(drawn) / 3))
    with np.errstate(invalid="ignore", divide="ignore"):  # a stretch that does not vary
        alike = np.nan_to_num(
            [np.corrcoef(told[shift:], drawn[: len(drawn) - shift])[0, 1] for shift in range(most)]
        )
    if not len(alike) or not alike.max() >= _ALIKE:
        return None
    good = alike >= _FIRST * alike.max()
    first = int(np.argmax(good))
    past = first + int(np.argmin(good[first:])) if not good[first:].all() else len(good)
    return float((first + int(np.argmax(alike[first:past]))) * step)
