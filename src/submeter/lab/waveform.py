"""A power that is known at every instant, and its exact integral."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.quantities.clock import Span


@dataclass(frozen=True, slots=True)
class Waveform:
    """Steps of power that repeat for ever, in both directions of time.

    Parameters
    ----------
    steps : sequence of (int, int)
        How long each lasts [ns], above 0, and its power [µW].
    """

    steps: Sequence[tuple[int, int]]
    _ends: tuple[int, ...] = field(init=False, repr=False)
    _drawn: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lengths = [length for length, _ in self.steps]
        energies = [length * power for length, power in self.steps]
        object.__setattr__(self, "_ends", tuple(accumulate(lengths)))
        object.__setattr__(self, "_drawn", tuple(accumulate(energies)))

    @property
    def period(self) -> int:
        """After how long it repeats [ns]."""
        return self._ends[-1]

    @property
    def most(self) -> int:
        """Its greatest power [µW]."""
        return max(power for _, power in self.steps)

    def power(self, instant: int) -> int:
        """Give the power [µW] at `instant` [ns]."""
        return self.steps[bisect_right(self._ends, instant % self.period)][1]

    def until(self, instant: int) -> int:
        """Give the energy [µW·ns, that is 1e-9 µJ] from time 0 to `instant` [ns]; exact."""
        rounds, rest = divmod(instant, self.period)
        place = bisect_right(self._ends, rest)
        before = self._drawn[place - 1] if place else 0
        since = rest - (self._ends[place - 1] if place else 0)
        return rounds * self._drawn[-1] + before + since * self.steps[place][1]

    def energy(self, span: Span) -> float:
        """Give the energy [µJ] drawn within `span` [ns]."""
        return (self.until(span.end) - self.until(span.start)) / NANOSECONDS_PER_SECOND


def flat(watts: float) -> Waveform:
    """Give a power [W] that never changes."""
    return Waveform(((NANOSECONDS_PER_SECOND, round(watts * 1e6)),))


def square(low: float, high: float, period: float, duty: float = 0.5) -> Waveform:
    """Give a power that is `high` [W] for the part `duty` of each `period` [s], else `low` [W].

    Examples
    --------
    >>> from submeter.quantities.clock import Span
    >>> square(100.0, 400.0, 1.0).energy(Span(0, 10 * 10**9)) / 1e6
    2500.0
    """
    busy = round(period * duty * NANOSECONDS_PER_SECOND)
    rest = round(period * NANOSECONDS_PER_SECOND) - busy
    return Waveform(((busy, round(high * 1e6)), (rest, round(low * 1e6))))
