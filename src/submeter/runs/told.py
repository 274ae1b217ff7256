"""What has been told of a running total is not taken back: so windows add up to the meter."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.cumulative import Cumulative

if TYPE_CHECKING:
    from collections.abc import Hashable

    from submeter.quantities.clock import Span
    from submeter.traces.trace import PowerTrace

SLOW = 0.5
"""A meter that refreshes less often [s] may be waited for in vain, or by nobody: what is told of an
edge at first may differ from what later readings would tell of it."""

_MOST = 4096
"""Edges that are remembered of one domain; beyond it the older half is let go, save its last."""


class Pin(NamedTuple):
    """A running total as it was told: when [ns], and how much [µJ]."""

    instant: int
    total: int


class Told:
    """Remembers what was told of each domain at the edges of windows."""

    def __init__(self) -> None:
        self._pins: dict[Hashable, list[Pin]] = {}
        self._lock = threading.Lock()

    def kept(
        self, trace: PowerTrace, span: Span, epoch: int = 0, *, final: bool = True
    ) -> PowerTrace:
        """Give a trace that agrees with all that was told of it, and remember what it tells now.

        Parameters
        ----------
        trace : PowerTrace
            Its totals count from one and the same start each time.
        span : Span
            The window of which the trace is to tell [ns].
        epoch : int
            Another one where totals began anew since.
        final : bool
            Whether it is to be remembered: not where work goes on, and slow meters have not shown
            yet what it drew.

        Notes
        -----
        Between two edges the total lies between what was told at both. A remainder waits, where the
        parts seem to draw more than the whole, and a window that begins meanwhile begins with what
        the one before ended with: over the life of the meters they add up.
        """
        if not trace.energy.times or not (trace.of or trace.accuracy.refresh > SLOW):
            return trace
        # Without one of its parts a remainder is another quantity.
        key = trace.domain.id, epoch, tuple(each.domain.id for each in trace.of)
        with self._lock:
            pins = self._pins.setdefault(key, [])
            for edge in span if final else ():
                place = bisect_left(pins, (edge,))
                if place == len(pins) or pins[place].instant != edge:
                    insort(pins, Pin(edge, _within(pins, edge, trace.energy.at(edge))))
            energy = _through(trace.energy, pins)
            if len(pins) > _MOST:
                del pins[: len(pins) // 2]
        return replace(trace, energy=energy, shown=trace.energy)


def _within(pins: list[Pin], instant: int, total: int) -> int:
    """Give a total that falls below nothing told before, and rises above nothing told after."""
    place = bisect_right(pins, (instant, 2**100))
    if place:
        total = max(total, pins[place - 1].total)
    later = bisect_left(pins, (instant,))
    return min(total, pins[later].total) if later < len(pins) else total


def _through(energy: Cumulative, pins: list[Pin]) -> Cumulative:
    """Lead a running total through all pins, within the time that it covers."""
    times, totals = energy
    reach = pins[bisect_left(pins, (times[0],)) : bisect_right(pins, (times[-1], 2**100))]
    found = dict(
        zip(times, (_within(pins, *each) for each in zip(times, totals, strict=True)), strict=True)
    )
    found.update(reach)
    order = sorted(found)
    return Cumulative(tuple(order), tuple(found[each] for each in order))
