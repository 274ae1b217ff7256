"""Books kept as the work goes, so that closing a long window costs no more than a short one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.runs.books import added, book, doubts_of
from submeter.workloads.usage import Use, used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.runs.books import Evidence, Seat
    from submeter.runs.rig import Rig
    from submeter.traces.doubt import Doubt
    from submeter.workloads.activity import Booking

CHECKPOINT = 60.0
"""How often the entry of work in progress is written [s], so that a kill loses no more."""

RARER = 6
"""While work is young its entry is written at ages that are so many times one another."""

STRETCH = 50 * NANOSECONDS_PER_SECOND
"""Books are added up once this much [ns] of them has been read by every source: at a checkpoint,
so that none looks twice at what it has seen."""


class Sum(NamedTuple):
    """What a stretch of time comes to.

    Parameters
    ----------
    span : Span
        The stretch [ns].
    bookings : tuple of Booking
        Its books.
    own : Use
        What the workload used.
    busy : int
        CPU time [ns] of the whole machine.
    doubts : mapping of str to Doubt
        By domain, how far its energy over the whole stretch may be misread.
    """

    span: Span
    bookings: tuple[Booking, ...]
    own: Use
    busy: int
    doubts: Mapping[str, Doubt]


class Tally:
    """The books of one piece of work from its start on.

    Parameters
    ----------
    start : int
        When it began [ns].
    """

    def __init__(self, start: int) -> None:
        self._done = Sum(Span(start, start), (), Use(0, 0), 0, {})

    @property
    def until(self) -> int:
        """Up to when [ns] the books are added up: nothing before it need be kept."""
        return self._done.span.end

    def advance(self, rig: Rig, end: int, seats: Sequence[Seat]) -> tuple[Evidence, Sum]:
        """Add up what every source has read by now, up to `end` [ns].

        Gives the books up to then, and what was seen of their last stretch. They are kept, and not
        looked at again, if they are long enough for that to be worth it.
        """
        to = max(self.until, min(rig.read_until(), end))
        seen, whole = self._with(rig, to, seats)
        if to - self.until >= STRETCH:
            self._done = whole
        return seen, whole

    def upto(
        self, rig: Rig, to: int, seats: Sequence[Seat], *, final: bool = True
    ) -> tuple[Evidence, Sum]:
        """Give the books up to `to` [ns], and what was seen of their last stretch.

        They are `final` where meters have shown what was drawn by then, or are waited for no more.
        """
        return self._with(rig, to, seats, final=final)

    def _with(
        self, rig: Rig, to: int, seats: Sequence[Seat], *, final: bool = True
    ) -> tuple[Evidence, Sum]:
        done = self._done
        span = Span(done.span.end, to)
        seen = rig.evidence(span, final=final)
        own = used(seen.own, span) if seen.own is not None else Use(0, 0)
        busy = used(seen.machine, span).cpu if seen.machine is not None else 0
        latest = doubts_of(seen, span)
        booked = book(seen, span, seats, latest)
        parts = [(done.span.seconds, done.bookings), (span.seconds, booked)]
        doubts = _joined(done.doubts, latest)
        whole = Sum(
            Span(done.span.start, to),
            tuple(_doubted(each, doubts) for each in added(parts)),
            Use(done.own.cpu + own.cpu, done.own.memory + own.memory),
            done.busy + busy,
            doubts,
        )
        return seen, whole


def _joined(done: Mapping[str, Doubt], more: Mapping[str, Doubt]) -> dict[str, Doubt]:
    """Give the doubts of a stretch that follows another: their common edge plays no part."""
    joined = {name: doubt.joined(more[name]) for name, doubt in done.items() if name in more}
    return {**done, **more, **joined}


def _doubted(booking: Booking, doubts: Mapping[str, Doubt]) -> Booking:
    doubt = doubts[booking.domain]
    return replace(booking, below=round(doubt.below), above=round(doubt.above))
