"""When the machine was suspended: its meters may have counted on, and no work was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from submeter.quantities.clock import Clock

_LEAST = 100_000_000
"""Time asleep [ns] that is taken for a suspension: the two clocks by whose difference it is told
are not read at one instant."""

_KEPT = 60_000_000_000
"""So long [ns] before what is needed naps are kept: a reading before an edge may be older than it
by as much as a slow meter and a slow heartbeat make it."""


class Naps:
    """Looks at each beat whether the machine has been suspended since the one before.

    Parameters
    ----------
    asleep : callable
        For how long [ns] it has been suspended since boot.
    """

    name = "naps"
    group = ""
    beat = 0.0
    lag = 0.0
    lags: Collection[float] = ()

    def __init__(self, asleep: Callable[[], int]) -> None:
        self._asleep = asleep
        self._slept = self._last = 0
        self._found: tuple[Span, ...] = ()
        self.count = 0
        """How many there were since the first look."""

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Look once."""
        del edge
        began, slept = clock.now(), self._asleep()
        if self._last and slept - self._slept > _LEAST:
            self._found = (*self._found, Span(self._last, clock.now()))
            self.count += 1
        # Taken between two looks at the clocks, a pause would seem to shorten what was slept.
        self._last, self._slept = began, max(slept, self._slept)

    @property
    def found(self) -> tuple[Span, ...]:
        """The stretches [ns] within each of which it was suspended at some instant."""
        return self._found

    def shown(self, instant: int) -> bool:
        """Tell whether all naps up to `instant` [ns] are known: they are once it was looked."""
        return self._last >= instant

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory."""
        del pinned
        self._found = tuple(each for each in self._found if each.end >= before - _KEPT)

    def restart(self) -> None:
        """Begin anew, after a pause: what was slept in it lies in no reading."""
        self._last, self._found = 0, ()
