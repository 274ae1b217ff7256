"""The background of a session: sets up the rig, closes books, writes entries."""

from __future__ import annotations

import atexit
import os
import queue
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from submeter.errors import SubmeterError
from submeter.ledger.book import Ledger
from submeter.ledger.location import ledger_folder
from submeter.runs.books import Seat
from submeter.runs.calibration import in_background, known
from submeter.runs.charges import unseen
from submeter.runs.entry import Seen, Work, make, merged
from submeter.runs.host import disturbances
from submeter.runs.lineage import Origin, of_self
from submeter.runs.occasions import Occasions, refreshes
from submeter.runs.overhead import WITHIN, overhead
from submeter.runs.rig import Rig
from submeter.runs.tally import CHECKPOINT, RARER, Tally
from submeter.sensing.metering.age import QUICK
from submeter.sensing.probes.processes import ProcessTree
from submeter.workloads.activity import Phase, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from submeter.ledger.writer import LogWriter
    from submeter.runs.books import Evidence
    from submeter.runs.session import Session
    from submeter.runs.settings import Settings
    from submeter.runs.tally import Sum
    from submeter.runs.window import Window
    from submeter.sensing.metering.meter import Mark
    from submeter.workloads.activity import Activity, Booking

HUNG = 2.0
"""A source that has not answered for this long [s] is reported and no longer waited for."""


FIRST_CHECKPOINT = 4.0
"""When the entries of open windows are first written [s]; then after `RARER` times as long each
time, until it is every `CHECKPOINT`."""

MOST_PARTS = 64
"""Named parts of a window after which those of one name are added up at once."""


class Settler:
    """Does on a thread of its own what a window's caller must not wait for.

    Parameters
    ----------
    session : Session
        Whose windows it settles.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rig: Rig | None = None
        self._origin = Origin({}, {})
        self._failure = ""
        self._writers: dict[Path, LogWriter] = {}
        self._revisions: dict[str, int] = {}
        self._cpu = 0
        self._checking: list[int] = []

    def set_up(self) -> None:
        """Find sensors and begin to read; a failure is told in every account."""
        session = self._session
        self._origin = of_self(session.settings.environ)
        try:
            measured = known(session.settings)
            tree = ProcessTree(os.getpid())
            rig = Rig(
                session.settings, session.clock, tree, session.needed, measured, session.wanted
            )
            for source, uses in (
                (rig.machine, session.first.machine),
                (rig.own, session.first.own),
            ):
                if source is not None:
                    source.take(session.first.instant, uses)
            rig.meter.start()
            self._rig = rig
            self._checking = in_background(
                session.settings, rig.found.sensors, measured, watched=False
            )
        except Exception as error:  # noqa: BLE001 - whatever fails is told in every account
            self._failure = f"the meter could not be set up: {error}"

    @property
    def cpu(self) -> int:
        """CPU time [ns] that metering has taken so far."""
        own = self._cpu
        if self._session.thread is not None:
            with suppress(OSError, ValueError, AttributeError):
                own = time.clock_gettime_ns(time.pthread_getcpuclockid(self._session.thread))
        own += sum(self._checking)
        return own + (self._rig.meter.cpu if self._rig is not None else 0)

    @property
    def slowest(self) -> float:
        """How long [s] the end of a window may have to wait for its slowest meter."""
        return self._rig.meter.slowest if self._rig is not None else 0.0

    def hurry(self) -> None:
        """Wait for no slow meter any more."""
        if self._rig is not None:
            self._rig.meter.hurry()

    def mark(self) -> Mark | None:
        """Ask for readings now; None if there is no meter."""
        return self._rig.meter.mark() if self._rig is not None else None

    def books_so_far(self, window: Window) -> tuple[Booking, ...]:
        """Give a window's books by what has been read up to now."""
        if self._rig is None:
            return ()
        seats = self._seats(window)
        sofar = _tally(window).upto(self._rig, window.span.end, seats, final=False)
        return sofar[1].bookings

    def _seats(self, window: Window | None) -> list[Seat]:
        """Give the windows from the outermost to this one, each with its companions."""
        seats: list[Seat] = []
        while window is not None:
            seats.insert(0, Seat(window.span, self._session.companions(window)))
            window = window.parent
        return seats

    def run(self) -> None:
        """Settle closed windows as they come, until None comes."""
        wait = min(FIRST_CHECKPOINT, CHECKPOINT)
        due = time.monotonic() + wait
        while True:
            if time.monotonic() >= due:
                wait = min(RARER * wait, CHECKPOINT)
                due = time.monotonic() + wait
                with suppress(Exception):  # the window's own end will tell what is wrong
                    self._checkpoint()
            try:
                window = self._session.closed.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                continue
            if window is None:
                self._end()
                return
            try:
                self._close(window)
            except Exception as error:  # noqa: BLE001 - no fault of ours may cost later accounts
                told = f"energy: the books could not be closed: {error!r}; please report it"
                window.settle((), (told,), None)
                self._session.settled(window)
            self._cpu = time.thread_time_ns()

    def _close(self, window: Window) -> None:
        late = self._late(window)
        seen, whole = self._sum(window)
        bookings = whole.bookings if whole is not None else ()
        missing = self._missing(window, seen, bookings, late)
        activity, unwritten = None, []
        if window.parent is None:
            activity = self._entry(window, whole, missing, State.FINAL)
            unwritten = self._write(activity, window.settings)
            missing = (*missing, *unwritten)
        else:
            span = window.span
            parts = window.root.parts
            parts.append(
                Phase(window.path, window.started_utc, span.seconds, bookings, window.counts)
            )
            of_name = window.root.occasions.setdefault(window.path, Occasions(window.root.start))
            of_name.add(span, bookings, refreshes(seen) if seen is not None else {})
            if len(parts) > MOST_PARTS:
                parts[:] = merged(parts)
            if window.budget is not None and window.budget.carbon:
                window.entry = self._made(window, whole)
        # Accounts of the entry tell that by its books.
        window.settle(bookings, (*missing, *unseen(bookings)), activity)
        self._session.settled(window)
        if self._rig is not None and not self._session.live:
            # What is on no record is for whoever takes its devices over.
            if not unwritten:
                self._rig.custody.recorded(window.span.end)
            self._rig.custody.release()

    def _sum(self, window: Window) -> tuple[Evidence | None, Sum | None]:
        """Give the books of a window up to its end."""
        if self._rig is None:
            return None, None
        return _tally(window).upto(self._rig, window.span.end, self._seats(window))

    def _late(self, window: Window) -> list[str]:
        """Wait for the readings at a window's end; gives what did not answer."""
        if self._rig is None:
            return [self._failure]
        mark = window.mark or self._rig.meter.mark()
        late = self._rig.meter.wait(mark, HUNG, settled=True)
        return [f"{name}: no answer for {HUNG:.0f} s at the end of the window" for name in late]

    def _missing(
        self,
        window: Window,
        seen: Evidence | None,
        bookings: Sequence[Booking],
        late: list[str],
    ) -> tuple[str, ...]:
        told = [*window.notes, *late]
        if self._rig is not None:
            slept = self._session.clock.asleep() - window.asleep
            told += disturbances(self._rig.host, slept)
        if any("+equal-among-windows" in each.rule for each in bookings):
            told.append(
                "books: other windows of this program were open beside it; what it drew meanwhile "
                "was shared among them in equal parts"
            )
        if self._rig is not None and seen is not None:
            told += self._rig.missing(seen)
        if bookings and not any(each.coverage for each in bookings):
            told.append("energy: the window ended before the meter's first reading")
        return tuple(dict.fromkeys(told))

    def _entry(
        self,
        window: Window,
        whole: Sum | None,
        missing: tuple[str, ...],
        state: State,
    ) -> Activity:
        revision = self._revisions.get(window.id, -1) + 1
        self._revisions[window.id] = revision
        if state is State.FINAL:
            del self._revisions[window.id]
        return self._made(window, whole, missing, revision, state)

    def as_entry(self, window: Window) -> Activity | None:
        """Give a window as an entry, as far as it was read; it is not recorded."""
        if self._rig is None:
            return None
        end, seats = window.span.end, self._seats(window)
        return self._made(window, _tally(window).upto(self._rig, end, seats, final=False)[1])

    def _made(
        self,
        window: Window,
        whole: Sum | None,
        missing: tuple[str, ...] = (),
        revision: int = 0,
        state: State = State.OPEN,
    ) -> Activity:
        span = window.span
        work = Work(
            window.id, window.name, window.started_utc, window.started_utc + span.nanoseconds,
            span.seconds, revision, state, window.counts, window.model,
        )  # fmt: skip
        own = overhead(max(0, self.cpu - window.metered_before), whole)
        # The meter's threads are the program's, and what they draw is in its energy.
        own |= {WITHIN: own["energy"]} if "energy" in own else {}
        parts = Seen(whole, merged(window.parts), missing, own)
        return make(work, parts, self._rig, window.settings, self._origin)

    def _write(self, activity: Activity, settings: Settings) -> list[str]:
        """Enter into the ledger; a failure is told in the account.

        While more windows wait to be settled, entries go to the disk in groups.
        """
        try:
            if not settings.records:
                return []
            folder = ledger_folder(settings["ledger"] or None, settings.environ)
            if folder not in self._writers:
                self._writers[folder] = Ledger(folder).open_writer()
                # Closed in `_end`: at the program's end, windows are settled before that.
                atexit.unregister(self._writers[folder].close)
            writer = self._writers[folder]
            if self._session.closed.empty():
                writer.append_now(activity)
            else:
                writer.append(activity)
        except (SubmeterError, OSError) as error:
            return [f"record: not entered in the ledger: {error}"]
        return []

    def _checkpoint(self) -> None:
        """Write the entries of open windows as far as they have come."""
        if self._rig is None:
            return
        # What was drawn and computed by now is known once the meters have shown it; what slow ones
        # have not shown is in the next entry.
        mark = self._rig.meter.mark()
        self._rig.meter.wait(mark, HUNG, settled=True, patience=QUICK)
        to = min(mark.instant, self._rig.read_until())
        roots, unwritten = self._session.roots, []
        # Closed ones wait for their own books; to add up thousands twice would keep them waiting.
        for window in [each for each in self._session.live if each.end is None]:
            end = min(to, window.span.end)
            seen, whole = _tally(window).advance(self._rig, end, self._seats(window))
            window.until = _tally(window).until
            if window in roots:
                missing = self._missing(window, seen, whole.bookings, [])
                entry = self._entry(window, whole, missing, State.OPEN)
                unwritten += self._write(entry, window.settings)
        if not unwritten:
            self._rig.custody.recorded(to)

    def _end(self) -> None:
        """Write what still waits; nobody reads an account any more, so a failure is printed.

        Windows that are still open at the program's end are entered as far as they have come.
        """
        if self._rig is not None and self._session.roots:
            self._checkpoint()
        for writer in self._writers.values():
            try:
                writer.close()
            except (SubmeterError, OSError) as error:
                sys.stderr.write(f"submeter: entries not in the ledger: {error}\n")


def _tally(window: Window) -> Tally:
    if window.tally is None:
        window.tally = Tally(window.start)
    return window.tally
