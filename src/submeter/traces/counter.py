"""Wraps, resets and jumps of an energy counter are settled here and nowhere else."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from submeter.quantities.clock import NANOSECONDS_PER_SECOND


class CounterSpec(NamedTuple):
    """What is known of a counter.

    Parameters
    ----------
    wrap : int
        It starts again at 0 after this many µJ; 0 if it never does.
    limit : int
        The most that the domain can draw [µW]; 0 if unknown. Growth beyond it (with a margin of
        half) over at least 10 ms is not energy but a fault.
    grain : int
        At each of its refreshes it shows, at one time, all that was drawn by then, to so many µJ;
        0 where that is not known, as of a sum of several.
    """

    wrap: int = 0
    limit: int = 0
    grain: int = 0


class Verdict(StrEnum):
    """What a pair of counter values means."""

    GROWTH = "growth"
    RESET = "reset"
    """The counter went back and cannot have wrapped: what was drawn is not known."""
    JUMP = "jump"
    """The counter grew by more than the device can draw."""
    PAUSE = "pause"
    """Nobody looked for so long that the counter may have come round unseen, once more or oftener:
    what was drawn is not known."""

    @property
    def told(self) -> str:
        """What happened, in words."""
        if self is Verdict.PAUSE:
            return "the counter was not read for so long that it may have come round unseen"
        return f"the counter made a {self.value}"


class Step(NamedTuple):
    """What happened between two readings; the growth [µJ] is 0 unless the verdict is growth."""

    growth: int
    verdict: Verdict


_SHORTEST_JUDGED = 10_000_000
"""Under 10 ms the counter's own refresh makes the apparent power meaningless."""


def step(spec: CounterSpec, before: int, after: int, nanoseconds: int) -> Step:
    """Work out the energy between two readings of a counter.

    Parameters
    ----------
    spec : CounterSpec
        Its wrap and its limit.
    before, after : int
        The two values [µJ].
    nanoseconds : int
        The time between them [ns].

    Returns
    -------
    Step
        The growth [µJ], never negative, and the verdict.

    Notes
    -----
    A value lower than the one before is one wrap if that growth is within the limit, else a
    reset. The reader keeps its readings closer than half a wrap; where it could not (a stopped
    program, a machine asleep), and the domain could have drawn another wrap, none is guessed.

    Examples
    --------
    >>> step(CounterSpec(wrap=1000), 900, 100, 10**9).growth
    200
    >>> step(CounterSpec(), 900, 100, 10**9).verdict.value
    'reset'
    >>> step(CounterSpec(wrap=1000, limit=100), 900, 100, 60 * 10**9).verdict.value
    'pause'
    """
    growth = after - before
    if growth < 0:
        if not spec.wrap or before > spec.wrap:
            return Step(0, Verdict.RESET)
        growth += spec.wrap
    if spec.limit and growth > most(spec, nanoseconds):
        return Step(0, Verdict.JUMP if after >= before else Verdict.RESET)
    if spec.wrap and spec.limit and growth + spec.wrap <= most(spec, nanoseconds):
        return Step(0, Verdict.PAUSE)
    return Step(growth, Verdict.GROWTH)


def most(spec: CounterSpec, nanoseconds: int) -> int:
    """Give the most energy [µJ] that a domain can draw in a time [ns], with a margin of half."""
    judged = max(nanoseconds, _SHORTEST_JUDGED)
    return spec.limit * judged * 3 // (2 * NANOSECONDS_PER_SECOND) + spec.limit // 5
