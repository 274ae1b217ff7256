"""`Doubt`: by how much the energy within a window may be misread."""

from __future__ import annotations

import math
from typing import NamedTuple

_Z95 = 1.96


class Doubt(NamedTuple):
    """By how much the energy within a window may be misread, the meter's gain left out.

    Parameters
    ----------
    start, end : tuple of (float, float)
        By how much [µJ] the running total at each edge may lie below and above what is told.
    variance : float
        Of what the meter missed between its looks [µJ²].
    gains : tuple of (float, float)
        By how much [µJ] the gains of the meters from which it was worked out put it too high and
        too low: of a remainder, whose own size tells nothing of that.
    within : tuple of (float, float)
        By how much [µJ] the truth may lie below and above what is told for the edges of what was
        not seen within the window: at each of them a meter shows the past, as at the window's own.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    variance: float
    gains: tuple[float, float] = (0.0, 0.0)
    within: tuple[float, float] = (0.0, 0.0)

    def joined(self, later: Doubt) -> Doubt:
        """Give that of two windows, one right after the other.

        Their common edge plays no part, and a gain is one unknown.
        """
        gains = self.gains[0] + later.gains[0], self.gains[1] + later.gains[1]
        within = self.within[0] + later.within[0], self.within[1] + later.within[1]
        return Doubt(self.start, later.end, self.variance + later.variance, gains, within)

    @property
    def below(self) -> float:
        """By how much [µJ] the truth may lie below what is told, with 95 % probability."""
        missed = _Z95 * math.sqrt(self.variance)
        return math.hypot(self.start[1] + self.end[0] + self.within[0], missed, self.gains[0])

    @property
    def above(self) -> float:
        """By how much [µJ] the truth may lie above what is told, with 95 % probability."""
        missed = _Z95 * math.sqrt(self.variance)
        return math.hypot(self.start[0] + self.end[1] + self.within[1], missed, self.gains[1])
