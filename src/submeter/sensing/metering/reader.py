"""A thread that reads sources at a slow heartbeat, and at once when asked."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.metering.age import QUICK
from submeter.sensing.metering.rhythm import ALLOWED, BY_DRIVER, Rhythm

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

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
    def group(self) -> str:
        """What it may hang with: one group, one thread. Empty for what cannot hang."""
        ...

    @property
    def beat(self) -> float:
        """How often [s] it must be read at least; 0 if the heartbeat will do."""
        ...

    @property
    def lags(self) -> Collection[float]:
        """How long [s] after an edge it must be read again, to know what its meters were then."""
        ...

    def shown(self, instant: int) -> bool:
        """Tell whether its meters have shown by now what had been drawn by `instant` [ns]."""
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


BEAT_EVERY = 8
"""Readings after which sources are asked how often they must be read: one whose counter is found to
have failed gives way to a power, which has a beat."""

KEEP_EVERY = 64
"""Readings after which they are worked out, and the past is looked through for what is needed no
more."""


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
        allowed = BY_DRIVER if any(each.group for each in sources) else ALLOWED
        self._rhythm = Rhythm(period, _most(sources), allowed)
        self._needed = needed
        self._wanted = wanted
        self._readings = 0
        self._called = threading.Lock()
        self._called.acquire()  # released by whoever calls
        self._answered = threading.Condition()
        self._asked = 1
        self._stopping = self._rested = self._late = self._hurried = False
        self.cpu = 0
        """CPU time [ns] that it has used so far."""
        self._followers: Sequence[Reader] = ()
        self._led = False
        self._due = 0
        self._thread = threading.Thread(target=self._run, name="submeter-reader", daemon=True)

    @property
    def name(self) -> str:
        """What it reads: a driver, by which all that asks it may hang, or each source."""
        groups = {source.group for source in self._sources}
        group = groups.pop() if len(groups) == 1 else ""
        return group or ", ".join(source.name for source in self._sources)

    def start(self) -> None:
        """Begin, with a first reading at once."""
        self._thread.start()

    def ask(self, ticket: int) -> None:
        """Ask for a reading by the next time it is called; the ticket is for `wait`, and grows."""
        self._asked = ticket

    def call(self) -> None:
        """Wake it; takes microseconds."""
        try:
            self._called.release()
        except RuntimeError:  # it has been called already
            return

    def lead(self, followers: Sequence[Reader]) -> None:
        """Let others read with this one, so that an edge costs its caller one call.

        Between edges they read right after its beats, while the processor is awake and warm.
        """
        self._followers = followers
        for each in followers:
            each._led = True  # noqa: SLF001 - another of this class

    def _follow(self, now: int) -> None:
        """Read with the leader if that is asked, or the next beat nearer than half of one."""
        near = self._rhythm.is_free and now + self._rhythm.half >= self._due
        if near or self._asked > self._rhythm.served:
            self.call()

    def wait(
        self, ticket: int, timeout: float, *, settled: bool = False, patience: float = math.inf
    ) -> bool:
        """Wait at most `timeout` [s] for the reading of `ticket`; tells whether it came.

        With `settled`, wait for those after it too, by which the meters have shown what had been
        drawn by then: as long as these need, but no longer than `patience` [s]. Where a reading was
        waited for in vain, nobody waits longer than `GRACE` until it has come.
        """
        with self._answered:
            timeout = min(timeout, GRACE) if self._late else timeout
            came = self._comes(ticket, 0.0, timeout)
            if came and settled:
                lag = min(self._rhythm.slowest, patience)
                came = self._comes(ticket, lag, lag + timeout)
            self._late = not came
            return came

    def _comes(self, ticket: int, lag: float, timeout: float) -> bool:
        """Wait for what was read `lag` [s] after `ticket`; the lock must be held."""

        def has() -> bool:
            return self._rhythm.has(ticket, min(lag, QUICK) if self._hurried else lag)

        self._answered.wait_for(lambda: has() or self._stopping, timeout)
        return has()

    def has(self, ticket: int) -> bool:
        """Tell whether all its meters have shown what had been drawn by `ticket`."""
        with self._answered:
            return self._rhythm.has(ticket, self._rhythm.slowest)

    def hurry(self) -> None:
        """Let nobody wait for slow meters any more."""
        with self._answered:
            self._hurried = True
            self._answered.notify_all()

    @property
    def slowest(self) -> float:
        """The slowest refresh [s] of what it reads that is waited for."""
        return self._rhythm.slowest

    def add(self, source: Source) -> None:
        """Read one more source from now on."""
        with self._answered:
            self._sources = [*self._sources, source]

    def stop(self, timeout: float = 1.0) -> bool:
        """End the thread; tells whether it ended (one that hangs in a driver does not)."""
        with self._answered:
            self._stopping = True
            self._answered.notify_all()
        self.call()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._rhythm.begin(self._clock.now())
        while self._rest():
            # The ticket first: a source that joined before it was given is among the sources.
            ticket = self._asked
            sources = self._sources
            edge = ticket > self._rhythm.served
            began = self._clock.now()
            if self._rested:
                self._rhythm.begin(began)
            if edge:
                self._lead_on(began)
            for source in sources:
                if self._rested:
                    source.restart()
                source.read(self._clock, edge=edge)
            self._rested = self._late = False
            if edge or not self._rhythm.is_settled:
                self._answer(ticket, began, sources)
            self._keep(sources)
            if not edge:
                self._lead_on(began)
            used = time.thread_time_ns()
            self._rhythm.weigh(used - self.cpu)
            self.cpu = used

    def _lead_on(self, now: int) -> None:
        for each in self._followers:
            each._follow(now)  # noqa: SLF001 - another of this class

    def _keep(self, sources: Sequence[Source]) -> None:
        """Do what need not be done at each reading."""
        self._readings += 1
        if self._readings % BEAT_EVERY == 0:
            self._rhythm.most = _most(sources)
        needed = self._needed() if self._readings % KEEP_EVERY == 0 else None
        if needed is not None:
            for source in sources:
                source.keep(needed.pinned, needed.before)

    def _answer(self, ticket: int, began: int, sources: Sequence[Source]) -> None:
        """Tell who waits that what was asked for by `ticket` was read."""
        with self._answered:
            self._rhythm.most = _most(sources)
            self._rhythm.read(
                ticket,
                began,
                {lag for each in sources for lag in each.lags},
                lambda instant: all(each.shown(instant) for each in sources),
            )
            self._answered.notify_all()

    def _rest(self) -> bool:
        """Sleep until the next beat or until called; tells whether to go on.

        A bare lock wakes a thread at a third less of the cost of a condition, and this is most of
        what an idle meter costs.
        """
        self._called.acquire(blocking=False)  # calls so far are seen in what is asked
        if self._asked <= self._rhythm.served and not self._stopping:
            if self._rhythm.is_settled and not self._wanted():
                self._called.acquire()
                self._rested = True
            else:
                now = self._clock.now()
                pause = self._rhythm.pause(now)
                self._due = now + round(pause * NANOSECONDS_PER_SECOND)
                self._called.acquire(timeout=self._rhythm.patience(pause) if self._led else pause)
        return not self._stopping


def _most(sources: Iterable[Source]) -> float:
    """Give for how long [s] all of them may go unread."""
    return min((each.beat for each in sources if each.beat), default=math.inf)
