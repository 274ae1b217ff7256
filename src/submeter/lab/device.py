"""A device as its meter shows it: refreshed now and then, looking part of the time, off by a gain.

What it draws is known exactly; what it shows is what a real meter of that kind would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from submeter.lab.waveform import Waveform
    from submeter.quantities.clock import Span


@dataclass(frozen=True, slots=True)
class Device:
    """A metered device.

    Parameters
    ----------
    draws : Waveform
        What it draws.
    refresh : int
        Its counter and its power change this often [ns]; 0 for at every instant.
    phase : int
        When in that period they do [ns].
    gain : float
        What it reads of what it draws.
    cycle, look : int
        Its meter looks at the power for the first `look` [ns] of each `cycle` [ns] and takes the
        rest to be the same; 0 for all the time. NVIDIA's A100 and H100 look for 25 of each 100 ms:
        Yang, Adamek and Armour, *Part-time Power Measurements*, SC24, arXiv:2312.02741.
    wrap : int
        Its counter begins again at 0 after this many µJ; 0 if it never does.
    """

    draws: Waveform
    refresh: int = 0
    phase: int = 0
    gain: float = 1.0
    cycle: int = 0
    look: int = 0
    wrap: int = 0
    _looked: list[int] = field(default_factory=lambda: [0], init=False, repr=False, compare=False)

    def counter(self, instant: int) -> int:
        """Give what its energy counter shows [µJ] at `instant` [ns]."""
        shown = self.total(instant)
        return shown % self.wrap if self.wrap else shown

    def total(self, instant: int) -> int:
        """Give what its counter would show [µJ] if it never wrapped."""
        seen = self._seen_until(self.refreshed(instant))
        if self.gain == 1.0:
            return seen // NANOSECONDS_PER_SECOND
        return int(seen * self.gain / NANOSECONDS_PER_SECOND)

    def power(self, instant: int) -> int:
        """Give the power [µW] that it shows at `instant` [ns]: that of its last refresh."""
        return round(self.draws.power(self.refreshed(instant)) * self.gain)

    def average(self, instant: int, over: int) -> int:
        """Give the mean power [µW] over `over` [ns] before its last refresh."""
        at = self.refreshed(instant)
        drawn = self._seen_until(at) - self._seen_until(at - over)
        return round(drawn / over * self.gain)

    def refreshed(self, instant: int) -> int:
        """Give when [ns] what it shows at `instant` [ns] was true."""
        if not self.refresh:
            return instant
        return (instant - self.phase) // self.refresh * self.refresh + self.phase

    def _seen_until(self, instant: int) -> int:
        """Give the energy [1e-9 µJ] as its meter works it out, from time 0 to `instant` [ns]."""
        if not self.cycle:
            return self.draws.until(instant)
        whole, rest = divmod(instant, self.cycle)
        while len(self._looked) <= whole:
            self._looked.append(self._looked[-1] + self._look(len(self._looked) - 1, self.look))
        looked = self._look(whole, min(rest, self.look))
        ahead = looked if rest <= self.look else looked * rest // self.look
        return self._looked[whole] * self.cycle // self.look + ahead

    def _look(self, cycle: int, length: int) -> int:
        start = cycle * self.cycle
        return self.draws.until(start + length) - self.draws.until(start)


class StandIn:
    """What speaks for a device: all that it tells follows from the device and the time.

    Parameters
    ----------
    device : Device
        What it meters: what it tells, and what is true.
    now : callable
        Monotonic clock [ns].
    """

    def __init__(self, device: Device, now: Callable[[], int]) -> None:
        self.device = device
        self._now = now

    def truth(self, span: Span) -> float:
        """Give the energy [µJ] that was drawn within `span` [ns]."""
        return self.device.draws.energy(span)
