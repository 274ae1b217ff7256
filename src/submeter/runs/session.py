"""The windows of one process: who is open beside whom, and what of the past they need."""

from __future__ import annotations

import atexit
import itertools
import os
import queue
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import ConfigError
from submeter.ledger.identity import IdSource
from submeter.runs.check import faults
from submeter.runs.settings import PARENT, Settings, load
from submeter.sensing.devices.procfs import process_times
from submeter.sensing.metering.meter import SystemClock
from submeter.sensing.metering.reader import Needed
from submeter.sensing.probes.machine import MachineProbe
from submeter.sensing.probes.probe import Use
from submeter.sensing.probes.processes import own_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.accounting.statement import Statement
    from submeter.quantities.clock import Span
    from submeter.runs.settler import Settler
    from submeter.runs.window import Window
    from submeter.sensing.metering.meter import Mark
    from submeter.workloads.activity import Activity

SETTING_UP = 3.0
"""How long a fork waits for the meter to be set up [s]; it takes a part of a second."""

FAREWELL = 3.0
"""How long the end of the program waits for books to be closed [s], beside slow meters."""

_LOOKS = 64
"""So many windows that wait are looked at, on average, when one of them is let go."""


class First(NamedTuple):
    """What had been used when the session began, read before anything else was set up.

    Parameters
    ----------
    instant : int
        When [ns].
    machine, own : sequence of Use
        Of the machine; of this process.
    """

    instant: int
    machine: Sequence[Use]
    own: Sequence[Use]


def _first(clock: SystemClock) -> First:
    instant = clock.now()
    try:
        machine = MachineProbe().sample()
    except (OSError, ValueError, KeyError):
        machine = ()
    own = [Use("cpu", own_time())]
    with suppress(OSError, ValueError):
        own.append(Use("memory", process_times(os.getpid()).resident))
    return First(instant, machine, own)


def _at_end_of_worker(finish: Callable[[], None]) -> None:
    """Have `finish` called at the end of a worker of `multiprocessing`, which skips `atexit`."""
    process, util = (sys.modules.get(f"multiprocessing.{name}") for name in ("process", "util"))
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, finish, exitpriority=0)


class Session:
    """The windows of one process, over one rig that is set up in the background.

    Parameters
    ----------
    flags : mapping of str to (str or None)
        Settings passed by the program; they beat environment and file.
    parent : str
        Id of the entry that this process is measured in already, if it is not in the environment.
    """

    def __init__(self, flags: Mapping[str, str | None], parent: str = "") -> None:
        self.pid = os.getpid()
        self._environ = {**os.environ, PARENT: parent} if parent else os.environ
        self.clock = SystemClock()
        self.first = _first(self.clock)
        self.settings, self.notes = self._load(flags)
        self.ids = IdSource(self.clock.utc)
        self.closed: queue.SimpleQueue[Window | None] = queue.SimpleQueue()
        self.settler: Settler | None = None
        self._is_set_up = threading.Event()
        self._lock = threading.Lock()
        self._live: dict[Window, None] = {}
        self._past: list[Window] = []
        self._looked_through = 0
        self._thread = threading.Thread(target=self._background, name="submeter", daemon=True)
        self._thread.start()
        atexit.register(self.finish)
        _at_end_of_worker(self.finish)

    def _background(self) -> None:
        from submeter.runs.settler import Settler  # noqa: PLC0415 - off the caller's thread

        settler = Settler(self)
        try:
            settler.set_up()
        finally:
            self.settler = settler
            self._is_set_up.set()
        settler.run()

    def before_fork(self) -> None:
        """Wait, within a bounded time, until the background has imported all that it needs.

        A child forked in the middle of an import waits for its lock for ever: the thread that
        holds it is not there.
        """
        if os.getpid() == self.pid and threading.current_thread() is not self._thread:
            self._is_set_up.wait(SETTING_UP)

    def settings_with(self, flags: Mapping[str, str]) -> tuple[Settings, list[str]]:
        """Give the settings with a window's own on top, and what of all these cannot be used."""
        return self._load(flags) if flags else (self.settings, self.notes)

    def _load(self, flags: Mapping[str, str | None]) -> tuple[Settings, list[str]]:
        """Gather settings; what cannot be used is told and left out, and never raised."""
        notes = []
        try:
            settings = load(flags, self._environ, typed=False)
        except ConfigError as error:
            notes.append(f"settings: {error}; the settings file was left out")
            settings = Settings(flags, self._environ, typed=False)
        for fault in faults(settings):
            origin = settings.origin(fault.name)
            left = "nothing is recorded" if fault.name == "record" else f"{origin} was left out"
            notes.append(f"settings: {fault.error}; {left}")
            settings.leave_out(fault.name)
        return settings, list(dict.fromkeys(notes))

    def finish(self) -> None:
        """Settle what is closed before the program ends, within a bounded time.

        An interrupt ends the waiting for slow meters, not the books.
        """
        self.closed.put(None)
        try:
            self._thread.join(FAREWELL + self.slowest)
        except KeyboardInterrupt:
            if self.settler is not None:
                self.settler.hurry()
            self._thread.join(FAREWELL)
            raise

    @property
    def slowest(self) -> float:
        """How long [s] the end of a window may have to wait for its slowest meter."""
        return self.settler.slowest if self.settler is not None else 0.0

    def open(self, window: Window) -> None:
        """Take in a window that has just begun; it waits for no reading."""
        with self._lock:
            self._live[window] = None
        if window.parent is None and self.settler is not None:
            window.metered_before = self.settler.cpu
        self._mark()

    def close(self, window: Window) -> None:
        """Note a window's end and have it settled in the background.

        In a child process after a fork nothing is noted: the window is its parent's.
        """
        if os.getpid() != self.pid:
            window.end = self.clock.now()
            window.settle((), ("energy: the window belongs to the parent process",), None)
            return
        mark = self._mark()
        window.end = mark.instant if mark is not None else self.clock.now()
        window.mark = mark
        self.closed.put(window)

    def ask(self) -> None:
        """Ask for a reading now, without waiting for it."""
        self._mark()

    def _mark(self) -> Mark | None:
        return self.settler.mark() if self.settler is not None else None

    def settled(self, window: Window) -> None:
        """Let go of a window; it stays known while one that was open beside it is not settled."""
        with self._lock:
            self._live.pop(window, None)
            self._past.append(window)
            if len(self._past) < self._looked_through:
                return
            firsts: dict[Window | None, int] = {}
            for each in self._live:
                firsts[each.parent] = min(each.until, firsts.get(each.parent, each.until))
            self._past = [
                each
                for each in self._past
                if each.parent in firsts and each.span.end > firsts[each.parent]
            ]
            # Where a meter is slow many wait for it: they are not all looked through each time.
            self._looked_through = len(self._past) + len(self._live) // _LOOKS

    @property
    def live(self) -> list[Window]:
        """The windows that are not settled."""
        with self._lock:
            return list(self._live)

    @property
    def thread(self) -> int | None:
        """The thread in the background, as the system knows it."""
        return self._thread.ident

    @property
    def roots(self) -> list[Window]:
        """The open windows that lie in no other."""
        with self._lock:
            return [each for each in self._live if each.parent is None and each.end is None]

    def companions(self, window: Window) -> list[Span]:
        """Give the windows with the same parent that were open beside `window`."""
        span = window.span
        with self._lock:
            known = [
                *itertools.takewhile(lambda each: each.start < span.end, self._live),
                *self._past,
            ]
        spans = [each.span for each in known if each is not window and each.parent is window.parent]
        return [each for each in spans if each.overlap(span)]

    def wanted(self) -> bool:
        """Tell whether any window is open or not settled: else the heartbeat rests."""
        return bool(self._live)

    def needed(self) -> Needed | None:
        """Tell what of the past the windows that are not settled still need."""
        with self._lock:
            live = list(self._live)
        if not live:
            return None
        edges = [edge for each in live for edge in (each.until, each.end) if edge is not None]
        return Needed(edges, min(edges))

    def statement(self, activity: Activity, method: str, place: Mapping[str, str]) -> Statement:
        """Account for an entry."""
        from submeter.runs.account import account  # noqa: PLC0415 - brings numpy

        return account(activity, method, place)
