"""Many parts of one name: what one of them draws, surer than any of them is by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Z95

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from submeter.quantities.clock import Span
    from submeter.runs.books import Evidence
    from submeter.workloads.activity import Booking, Phase

_BESIDE = 1.0
"""What is drawn within a refresh of a part, outside of it, may differ from the mean outside by this
part of that, in all parts alike: a judgement."""

_APART = 2
"""So many refreshes lie between two parts at least: nearer ones are seen in one another."""


_SLOWEST = 0.5
"""Of a meter that refreshes less often [s] it is not known well enough how often it does."""


class Shown(NamedTuple):
    """How a meter showed the parts: its refresh [s], and the greatest power [µW] that it told."""

    refresh: float
    most: float


@dataclass
class Occasions:
    """What the parts of one name have in common.

    Parameters
    ----------
    until : int
        When the last of them ended [ns]; at first, when the whole began.
    count : int
        How many there were.
    gap : int
        The shortest time between two [ns].
    shown : dict of str to Shown
        By domain, where a counter that integrates all the time tells its energy.
    """

    until: int
    count: int = 0
    gap: int = 2**62
    shown: dict[str, Shown] = field(default_factory=dict)

    def add(self, span: Span, bookings: Iterable[Booking], refreshes: Mapping[str, float]) -> None:
        """Take in a part: its time [ns], its books, the refresh of its meters [s]."""
        if self.count:
            self.gap = min(self.gap, span.start - self.until)
        self.until, self.count = span.end, self.count + 1
        for each in bookings:
            refresh = refreshes.get(each.domain)
            if refresh is None:
                self.shown.pop(each.domain, None)
                continue
            band = (each.below + each.above) / (2 * refresh)
            power = (each.meter + each.above) / (span.seconds + refresh)
            before = self.shown.get(each.domain, Shown(refresh, 0.0))
            self.shown[each.domain] = Shown(refresh, max(before.most, band, power))

    def surer(
        self, part: Phase, bookings: Sequence[Booking], seconds: float, names: Iterable[str] = ()
    ) -> tuple[Booking, ...]:
        """Give the books of all parts together, by what was drawn beside them.

        Parameters
        ----------
        part : Phase
            All of them, added up.
        bookings : sequence of Booking
            Those of the whole in which they lie.
        seconds : float
            How long the whole lasted [s].
        names : iterable of str
            Of all parts that lie in it: what is drawn beside parts of one name must not be the work
            of others.
        """
        if not alone(part.name, names):
            return part.bookings
        whole = {each.domain: each for each in bookings}
        return tuple(
            self._surer(each, whole[each.domain], seconds - part.seconds)
            if each.domain in whole and each.domain in self.shown
            else each
            for each in part.bookings
        )

    def _surer(self, parts: Booking, whole: Booking, outside: float) -> Booking:
        """Work out what the parts drew from what lies around them for sure.

        Notes
        -----
        A part lies within what its meter grew by from its start to a refresh after its end. All
        that growth together, ``O``, holds beside the ``n`` parts what was drawn within a refresh
        ``r`` of each, outside of it. The rest of the whole, ``T - O``, was drawn outside in a time
        ``G - n r`` for sure, so that this leak is ``n r (T - O) / (G - n r)`` if parts begin
        anywhere in the meter's cycle. Of one part it lies between 0 and two refreshes of the
        greatest power: its variance is ``mu (m - mu)`` at most (Bhatia and Davis, *A Better Bound
        on the Variance*, The American Mathematical Monthly 107 (2000)), and that of ``n`` parts
        adds in squares. That power beside a part differs from the mean outside, such as before a
        clock falls, is one and the same error in each: it adds up, and no number of parts narrows
        it (`_BESIDE`).
        """
        refresh, most = self.shown[parts.domain]
        time = self.count * refresh
        unseen = min(parts.coverage, whole.coverage) < 1
        if unseen or not parts.meter or self.gap < _APART * refresh * 1e9 or outside < 1.5 * time:
            return parts
        around, within = parts.meter + parts.above, max(0, parts.meter - parts.below)
        beside = max(0.0, (whole.meter - around) / (outside - time))
        leak, longest = refresh * beside, 2 * refresh * most
        spread = Z95 * math.sqrt(self.count * leak * max(0.0, longest - leak))
        common = _BESIDE * self.count * leak
        ends = time / (outside - time)
        told = around - self.count * leak
        low = max(within, told - common - spread - ends * whole.above)
        high = min(around, told + common + spread + ends * whole.below)
        return _scaled(parts, min(max(told, within), around), low, high)


def _scaled(parts: Booking, meter: float, low: float, high: float) -> Booking:
    """Give books that are as many times as large as the meter is found to be."""
    by = meter / parts.meter
    return replace(
        parts,
        meter=round(meter),
        workload=round(parts.workload * by),
        others=round(parts.others * by),
        idle=round(parts.idle * by),
        unattributed=round(parts.unattributed * by),
        below=round(max(0.0, meter - low)),
        above=round(max(0.0, high - meter)),
    )


def refreshes(seen: Evidence) -> dict[str, float]:
    """Give the refresh [s] of each domain that a counter tells at both edges of a window."""
    return {
        each.domain.id: each.accuracy.refresh
        for each in seen.traces
        if each.tier is Tier.MEASURED
        and not each.accuracy.cycle
        and not each.of
        and 0 < each.accuracy.refresh <= _SLOWEST
    }


def alone(name: str, names: Iterable[str]) -> bool:
    """Tell whether the parts of one name have none of another beside them.

    What lies in them or around them is no other.

    Examples
    --------
    >>> alone("epoch/step", ["epoch", "epoch/step", "epoch/step/loss"])
    True
    >>> alone("query", ["load", "query"])
    False
    """
    return all(
        f"{each}/".startswith(f"{name}/") or f"{name}/".startswith(f"{each}/") for each in names
    )
