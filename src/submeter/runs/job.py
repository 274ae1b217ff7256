"""One piece of work metered from outside: the rig around a process tree, from start to entry."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from submeter.errors import SubmeterError
from submeter.ledger.book import Ledger
from submeter.ledger.identity import IdSource
from submeter.ledger.location import ledger_folder
from submeter.quantities.clock import Span
from submeter.runs.calibration import in_background, known
from submeter.runs.entry import Seen, Work, make
from submeter.runs.host import disturbances
from submeter.runs.lineage import of_self
from submeter.runs.overhead import overhead
from submeter.runs.rig import Rig
from submeter.runs.tally import CHECKPOINT, RARER, Tally
from submeter.sensing.metering.age import QUICK
from submeter.sensing.metering.meter import SystemClock
from submeter.sensing.metering.reader import Needed
from submeter.sensing.probes.probe import Probe, Use
from submeter.workloads.activity import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from submeter.ledger.writer import LogWriter
    from submeter.runs.books import Evidence
    from submeter.runs.lineage import Origin
    from submeter.runs.settings import Settings
    from submeter.runs.tally import Sum
    from submeter.sensing.metering.meter import Mark
    from submeter.workloads.activity import Activity

EARLY_LOOKS = (0.02, 0.08, 0.2)
"""When the work is looked at before the first heartbeat [s], each after the one before."""

FIRST_CHECKPOINT = 1.0
"""When the entry of work in progress is first written [s]; it is written again once the work is
`RARER` times as old, and every `CHECKPOINT` later. Each costs as much CPU time as seconds of
reading do: more of them in the first minute would cost more than the meter itself may."""

HUNG = 2.0
"""A source that has not answered for this long [s] is reported and no longer waited for."""

_LOOK = 0.1
"""How often it is looked whether slow meters have shown the end [s]."""

_CUT = (
    "{}: the work's end was not waited for until it was shown: what had not been is allowed for "
    "by what was seen before"
)


class Patience:
    """Passes the time until slow meters have shown what was drawn by the end of work.

    Parameters
    ----------
    told : callable
        Takes what whoever waits should know.
    """

    def __init__(self, told: Callable[[str], object] = str) -> None:
        self._told = told

    def began(self, names: Sequence[str], seconds: float) -> None:
        """Take in that these are waited for, for so long [s] at most."""
        who, most = ", ".join(names), f"{seconds:.0f} s at most"
        self._told(f"waiting for {who} to show the end, {most} (Ctrl-C: no longer)")

    def sleep(self, seconds: float) -> bool:
        """Sleep; tells whether to go on waiting, which an interrupt ends."""
        try:
            time.sleep(seconds)
        except KeyboardInterrupt:
            return False
        return True


class Follows(Probe, Protocol):
    """A probe of a workload that can end."""

    def last(self) -> int:
        """Give the CPU time [ns] of the whole workload as far as it was seen."""
        ...


class Job:
    """Meters a process tree that this process is not part of.

    Parameters
    ----------
    settings : Settings
        Settings in force.
    name : str
        What to call the work.
    origin : Origin or None
        Where it belongs; None: where this process does.
    """

    def __init__(self, settings: Settings, name: str, origin: Origin | None = None) -> None:
        self.settings = settings
        self.name = name
        self.clock = SystemClock()
        self.id = IdSource(self.clock.utc).new()
        self._measured = known(settings)
        self.rig = Rig(settings, self.clock, None, self._needed, self._measured)
        self.origin = of_self(settings.environ) if origin is None else origin
        self.notes: list[str] = []
        self.start = 0
        self.started_utc = 0
        self._asleep = 0
        self._metered_before = 0
        self._tally = Tally(0)
        self._tree: Follows | None = None
        self._revision = -1
        self._writer: LogWriter | None = None
        self._unwritten = ""
        self._over = threading.Event()
        self._checkpoints = threading.Thread(target=self._keep_entry, daemon=True)

    def _needed(self) -> Needed:
        until = self._tally.until or self.clock.now()
        return Needed((until,), until)

    def begin(self) -> None:
        """Take the first readings; what hangs is left behind and reported."""
        self.rig.meter.start()
        late = self.rig.meter.wait(self.rig.meter.mark(), HUNG)
        self.notes += [f"{name}: no answer for {HUNG:.0f} s at the start" for name in late]
        in_background(self.settings, self.rig.found.sensors, self._measured)
        self.start = self.clock.now()
        self.started_utc = self.clock.utc()
        self._asleep = self.clock.asleep()
        self._metered_before = time.process_time_ns()
        self._tally = Tally(self.start)

    def follow(self, tree: Follows, *, used_before: int = 0) -> None:
        """Begin to follow a tree that had used `used_before` [ns] of CPU time at the start."""
        self._tree = tree
        self.rig.follow(tree, self.start, (Use("cpu", used_before), Use("memory", 0)))
        self._checkpoints.start()

    def look(self) -> None:
        """Take readings now, and wait for them: at an edge."""
        self.rig.meter.wait(self.rig.meter.mark(), HUNG)

    def end(self, exit_code: int | None, patience: Patience | None = None) -> Activity:
        """Take the last readings, close the books and enter them into the ledger.

        Slow meters are waited for as long as `patience` has it, until they have shown the end.
        """
        self._over.set()
        if self._checkpoints.is_alive():
            self._checkpoints.join(HUNG)
        if self.rig.own is not None and self._tree is not None:
            self.rig.own.finish(self.clock.now(), self._tree.last())
        mark = self.rig.meter.mark()
        late = self.rig.meter.wait(mark, HUNG, settled=True, patience=QUICK)
        self.notes += [f"{name}: no answer for {HUNG:.0f} s at the end" for name in late]
        self._wait_for_slow(mark, late, patience or Patience())
        books = self._tally.upto(self.rig, mark.instant, ())
        activity = self._entry(books, State.FINAL, exit_code)
        self._write(activity, mark.instant)
        if self._unwritten:
            activity = replace(activity, missing=(*activity.missing, self._unwritten))
        self.rig.close()
        return activity

    def _wait_for_slow(self, mark: Mark, late: Sequence[str], patience: Patience) -> None:
        meter = self.rig.meter
        slow, seconds = meter.slow(mark, late), meter.slowest
        deadline = time.monotonic() + seconds + HUNG
        if slow:
            patience.began(slow, seconds)
        while slow and time.monotonic() < deadline:
            if not patience.sleep(_LOOK):
                self.notes += [_CUT.format(name) for name in slow]
                return
            slow = meter.slow(mark, late)

    def _entry(
        self, books: tuple[Evidence, Sum], state: State, exit_code: int | None = None
    ) -> Activity:
        seen, whole = books
        self._revision += 1
        length = whole.span
        work = Work(
            self.id, self.name, self.started_utc, self.started_utc + length.nanoseconds,
            length.seconds, self._revision, state, exit_code=exit_code,
        )  # fmt: skip
        happened = disturbances(self.rig.host, self.clock.asleep() - self._asleep)
        missing = tuple(dict.fromkeys((*self.notes, *happened, *self.rig.missing(seen))))
        parts = Seen(
            whole, (), missing, overhead(time.process_time_ns() - self._metered_before, whole)
        )
        return make(work, parts, self.rig, self.settings, self.origin)

    def _keep_entry(self) -> None:
        """Write the entry as far as it has come, until the work is over.

        Work may be over before the first heartbeat: a few early looks see what memory it holds.
        """
        for wait in EARLY_LOOKS:
            if self._over.wait(wait):
                return
            self.rig.meter.mark()
        wait = FIRST_CHECKPOINT
        while not self._over.wait(wait):
            self.look()
            books = self._tally.advance(self.rig, self.clock.now(), ())
            self._write(self._entry(books, State.OPEN), books[1].span.end)
            # Not by how far the books have come: where a source tells no more, they stand still.
            age = Span(self.start, self.clock.now()).seconds
            wait = min(max((RARER - 1) * age, FIRST_CHECKPOINT), CHECKPOINT)

    def _write(self, activity: Activity, until: int) -> None:
        """Enter what is known up to `until` [ns], and let those who wait for a device know it.

        What could not be entered is for whoever takes the device over: it is on no record.
        """
        if self.settings.records and not self._enter(activity):
            return
        self.rig.custody.recorded(until)

    def _enter(self, activity: Activity) -> bool:
        try:
            if self._writer is None:
                folder = ledger_folder(self.settings["ledger"] or None, self.settings.environ)
                self._writer = Ledger(folder).open_writer()
            self._writer.append_now(activity)
        except (SubmeterError, OSError) as error:
            self._unwritten = f"record: not entered in the ledger: {error}"
            return False
        self._unwritten = ""
        return True
