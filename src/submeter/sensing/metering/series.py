"""Raw numbers become running totals: counters unwrapped, rates integrated over time."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections import deque
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.quantities.cumulative import Cumulative
from submeter.traces.counter import CounterSpec, Verdict, step
from submeter.traces.reading import Kind
from submeter.traces.trace import Gap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ALWAYS = Span(0, 2**63 - 1)
"""From the first instant to the last."""

MOST_SAMPLES = 8192
"""Samples kept of one series; beyond it every second of the older half is let go, which changes
no total, only how finely the past can be told apart."""


_ENOUGH = 8
"""Times between changes by which it is known how often a rate changes."""


class Series:
    """A running total in the making.

    Parameters
    ----------
    spec : CounterSpec
        Wrap and limit of a counter; the default neither wraps nor is bounded.
    """

    def __init__(self, spec: CounterSpec = CounterSpec()) -> None:  # noqa: B008 - immutable
        self._spec = spec
        self._times: list[int] = []
        self._totals: list[int] = []
        self._gaps: list[Gap] = []
        self._raw = 0
        self._lost: str = ""
        self.moved = 0
        """When it was read [ns] just before it was last seen to move; 0 if not since it failed."""
        self._changes: deque[tuple[int, int]] = deque(maxlen=4 * _ENOUGH)
        self._lock = threading.RLock()

    def counter(self, instant: int, raw: int) -> None:
        """Take in a counter's value at `instant` [ns]."""
        with self._lock:
            if not self._times:
                self._begin(instant, raw)
                return
            if instant <= self._times[-1]:
                return
            growth, verdict = step(self._spec, self._raw, raw, instant - self._times[-1])
            if verdict is not Verdict.GROWTH:
                self._lost = self._lost or verdict.told
            self._add(instant, growth)
            self._raw = raw

    def rate(self, instant: int, raw: int) -> None:
        """Take in a rate at `instant` [ns]: power [µW] or memory held [B].

        Between two readings the mean of the two holds (trapezoid); across a stretch in which
        reading failed nothing is assumed.
        """
        with self._lock:
            if not self._times:
                self._begin(instant, raw)
                return
            if instant <= self._times[-1]:
                return
            stretch = instant - self._times[-1]
            if raw != self._raw:
                self._changes.append((self._times[-1], instant))
            growth = (self._raw + raw) * stretch // (2 * NANOSECONDS_PER_SECOND)
            self._add(instant, 0 if self._lost else growth)
            self._raw = raw

    @property
    def looks(self) -> float | None:
        """How often [s] a rate was seen to change lately; None where that was too seldom to tell.

        What stays the same between two changes may have been looked at oftener than that.
        """
        gaps = [later[1] - earlier[0] for earlier, later in pairwise(tuple(self._changes))]
        return median(gaps) / NANOSECONDS_PER_SECOND if len(gaps) >= _ENOUGH else None

    def hold(self, instant: int) -> None:
        """Take in at `instant` [ns] that the rate has stayed what it was."""
        if self._times:
            self.rate(instant, self._raw)

    def take(self, kind: Kind, instant: int, raw: int) -> None:
        """Take in a raw number by its kind."""
        if kind is Kind.COUNTER:
            self.counter(instant, raw)
        else:
            self.rate(instant, raw)

    def lose(self, reason: str) -> None:
        """Note that a reading failed; a counter catches up at the next one, a rate cannot."""
        self._lost = self._lost or reason
        self.moved = 0

    def _begin(self, instant: int, raw: int) -> None:
        self._times.append(instant)
        self._totals.append(0)
        self._raw = raw
        self._lost = ""

    def _add(self, instant: int, growth: int) -> None:
        if self._lost and not growth:
            self._gaps.append(Gap(self._times[-1], instant, self._lost))
        if growth:
            self.moved = self._times[-1]
        self._times.append(instant)
        self._totals.append(self._totals[-1] + growth)
        self._lost = ""

    def thin(self, pinned: Collection[int]) -> None:
        """Let go of every second older sample, save those just around the `pinned` instants."""
        if len(self._times) <= MOST_SAMPLES:
            return
        half = len(self._times) // 2
        kept = set(range(0, half, 2)) | set(range(half, len(self._times)))
        gap_ends = {end for gap in self._gaps for end in gap[:2]}
        kept |= {i for i, when in enumerate(self._times[:half]) if when in gap_ends}
        kept |= set(_around(self._times, pinned))
        order = sorted(kept)
        with self._lock:
            self._times = [self._times[i] for i in order]
            self._totals = [self._totals[i] for i in order]

    def forget(self, before: int) -> None:
        """Let go of all samples that no window after `before` [ns] can need."""
        first = min(bisect_right(self._times, before) - 1, len(self._times) - 2)
        if first > 0:
            with self._lock:
                del self._times[:first], self._totals[:first]
                self._gaps = [gap for gap in self._gaps if gap.end > self._times[0]]

    def restart(self) -> None:
        """Begin anew, after a pause in which nothing was read."""
        with self._lock:
            self._times, self._totals, self._gaps, self.moved = [], [], [], 0
            self._changes.clear()
        self._lost = ""

    @property
    def last(self) -> int:
        """When it was last read [ns]; 0 if never."""
        times = self._times
        return times[-1] if times else 0

    def cumulative(self, span: Span = ALWAYS) -> Cumulative:
        """Give the running total from the last sample before `span` to the first after it."""
        with self._lock:
            first = max(0, bisect_right(self._times, span.start) - 1)
            past = bisect_left(self._times, span.end) + 1
            return Cumulative(tuple(self._times[first:past]), tuple(self._totals[first:past]))

    def gaps(self, until: int) -> tuple[Gap, ...]:
        """Give the stretches that were not seen, with one that is open at `until` [ns]."""
        with self._lock:
            if self._lost and self._times and until > self._times[-1]:
                return (*self._gaps, Gap(self._times[-1], until, self._lost))
            return tuple(self._gaps)


def _around(times: list[int], instants: Iterable[int]) -> Iterable[int]:
    for instant in instants:
        right = bisect_right(times, instant)
        yield from (i for i in (right - 1, right) if 0 <= i < len(times))
