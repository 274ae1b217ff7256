"""`Ends`: the sure ends of a running total at an instant, of a counter that moves at once."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from submeter.quantities.cumulative import Cumulative


class Ends(NamedTuple):
    """Between what a running total lies, whatever the power did and however late it was shown.

    Parameters
    ----------
    shown : Cumulative
        What the counter showed [µJ] when it was read [ns]: so much had been drawn by then.
    by : Cumulative
        No more than so much [µJ] had been drawn by then [ns].
    """

    shown: Cumulative
    by: Cumulative

    def most(self, instant: int) -> int | None:
        """Give the most that the total [µJ] can be at `instant` [ns]; None if none has shown it."""
        place = bisect_left(self.by.times, instant)
        return self.by.totals[place] if place < len(self.by.times) else None
