"""What a stand-in device draws over time, known exactly."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence


class Load:
    """Power in steps, each held until the next.

    Parameters
    ----------
    steps : sequence of (int, int)
        Instants [ns], increasing, and the power [µW] from each on. Nothing is drawn before the
        first.

    Examples
    --------
    >>> load = Load([(0, 100_000_000), (2_000_000_000, 300_000_000)])
    >>> load.power(1_000_000_000), load.energy(3_000_000_000)
    (100000000, 500000000)
    """

    def __init__(self, steps: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in steps]
        self._powers = [power for _, power in steps]
        # In µW·ns, so that no step is rounded.
        self._before = [0]
        for i in range(1, len(steps)):
            stretch = self._starts[i] - self._starts[i - 1]
            self._before.append(self._before[-1] + stretch * self._powers[i - 1])

    def power(self, instant: int) -> int:
        """Give the power [µW] at `instant` [ns]."""
        place = bisect_right(self._starts, instant) - 1
        return self._powers[place] if place >= 0 else 0

    def energy(self, instant: int) -> int:
        """Give the energy [µJ] drawn until `instant` [ns], rounded down once."""
        place = bisect_right(self._starts, instant) - 1
        if place < 0:
            return 0
        drawn = self._before[place] + (instant - self._starts[place]) * self._powers[place]
        return drawn // NANOSECONDS_PER_SECOND
