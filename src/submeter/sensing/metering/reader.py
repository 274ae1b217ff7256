"""A thread that reads sources at a slow heartbeat, and at once when asked."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Protocol

from submeter.sensing.metering.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from submeter.quantities.clock import Clock


GRACE = 0.1
"""How long a reader that did not answer is waited for again [s]."""


class Source(Protocol):
    """Something that can be read into a series."""

    @property
    def name(self) -> str:
        """What it is."""
        ...

    @property
    def may_hang(self) -> bool:
        """Whether it gets a thread of its own, so that it can hold up nothing else."""
        ...

    @property
    def beat(self) -> float:
        """How often [s] it must be read at least; 0 if the heartbeat will do."""
        ...

    @property
    def lag(self) -> float:
        """How long [s] after an edge it must be read once more, to know what it was then."""
        ...

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Read once; never raises.

        Between the edges of windows what changes slowly may be read on some beats only.
        """
        ...

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory, keeping what windows since `before` [ns] need."""
        ...

    def restart(self) -> None:
        """Begin anew, after a pause."""
        ...


KEEP_EVERY = 32
"""Readings after which the past is looked through for what is needed no more."""


def always() -> bool:
    """Tell that readings are wanted all the time."""
    return True


class Needed(NamedTuple):
    """What of the past is still needed: edges of windows [ns], and nothing before `before` [ns]."""

    pinned: Collection[int]
    before: int


class Reader:
    """Reads its sources on a daemon thread of its own.

    Parameters
    ----------
    sources : sequence of Source
        Read one after another.
    clock : Clock
        Where time comes from.
    period : float
        The heartbeat [s]; quicker where a source must be read more often.
    needed : callable
        Gives what of the past is still needed, or None where nothing is.
    wanted : callable
        Tells whether anybody needs readings; while nobody does, the heartbeat rests.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        clock: Clock,
        period: float,
        needed: Callable[[], Needed | None],
        wanted: Callable[[], bool] = always,
    ) -> None:
        self._sources = list(sources)
        self._clock = clock
        self._period = period
        self._rhythm = Rhythm(min([period, *(each.beat for each in sources if each.beat)]))
        self._needed = needed
        self._wanted = wanted
        self._readings = 0
        self._calls: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._answered = threading.Condition()
        self._asked = 1
        self._stopping = False
        self._rested = False
        self._late = False
        self.cpu = 0
        self._thread = threading.Thread(target=self._run, name="submeter-reader", daemon=True)

    @property
    def name(self) -> str:
        """What it reads."""
        return ", ".join(source.name for source in self._sources)

    def start(self) -> None:
        """Begin, with a first reading at once."""
        self._thread.start()

    def ask(self) -> int:
        """Ask for a reading now; gives a ticket for `wait`. Takes microseconds."""
        with self._answered:
            self._asked += 1
            ticket = self._asked
        self._calls.put(None)
        return ticket

    def wait(self, ticket: int, timeout: float, *, settled: bool = False) -> bool:
        """Wait at most `timeout` [s] for the reading of `ticket`; tells whether it came.

        With `settled`, wait for the one after it too, by which the meters have shown what had been
        drawn by then. Where a reading was waited for in vain, nobody waits longer than `GRACE`
        until it has come.
        """
        with self._answered:
            timeout = min(timeout, GRACE) if self._late else timeout
            self._answered.wait_for(lambda: self._has(ticket, settled) or self._stopping, timeout)
            came = self._has(ticket, settled)
            self._late = not came
            return came

    def _has(self, ticket: int, settled: bool) -> bool:  # noqa: FBT001 - for this class alone
        return (self._rhythm.settled if settled else self._rhythm.served) >= ticket

    def add(self, source: Source) -> None:
        """Read one more source from now on."""
        with self._answered:
            self._sources = [*self._sources, source]

    def stop(self, timeout: float = 1.0) -> bool:
        """End the thread; tells whether it ended (one that hangs in a driver does not)."""
        with self._answered:
            self._stopping = True
            self._answered.notify_all()
        self._calls.put(None)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._rest():
            with self._answered:
                ticket, sources = self._asked, self._sources
                edge = ticket > self._rhythm.served
            began = self._clock.now()
            for source in sources:
                if self._rested:
                    source.restart()
                source.read(self._clock, edge=edge)
            self._rested = False
            self._keep(sources)
            self.cpu = time.thread_time_ns()
            with self._answered:
                # A counter that is found to have failed gives way to a power, which has a beat.
                self._rhythm.period = min([self._period, *(e.beat for e in sources if e.beat)])
                self._rhythm.read(ticket, began, max((each.lag for each in sources), default=0.0))
                self._late = False
                self._answered.notify_all()

    def _keep(self, sources: Sequence[Source]) -> None:
        """Let go of what is needed no more, now and then."""
        self._readings += 1
        needed = self._needed() if self._readings % KEEP_EVERY == 0 else None
        if needed is not None:
            for source in sources:
                source.keep(needed.pinned, needed.before)

    def _rest(self) -> bool:
        """Sleep until the next beat or until asked; tells whether to go on.

        A queue wakes a thread at a third less of the cost of a condition, and this is most of what
        an idle meter costs.
        """
        if self._asked <= self._rhythm.served and not self._stopping:
            resting = self._rhythm.is_settled and not self._wanted()
            pause = None if resting else self._rhythm.pause(self._clock.now())
            with suppress(queue.Empty):
                self._calls.get(timeout=pause)
            self._rested = self._rested or resting
        while not self._calls.empty():
            self._calls.get_nowait()
        return not self._stopping
