"""The only loop that reads sensors and probes: watts and work, side by side in time."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from submeter.sensing.metering.reader import Needed, Reader, always

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from submeter.quantities.clock import Clock
    from submeter.sensing.metering.reader import Source


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> int:
        """Give the monotonic time [ns]."""
        return time.monotonic_ns()

    def utc(self) -> int:
        """Give the time of day [ns since 1970-01-01 UTC]."""
        return time.time_ns()

    def asleep(self) -> int:
        """Give for how long [ns] the machine has been suspended since boot; 0 if it can't tell.

        The monotonic time stands still meanwhile.
        """
        boot_time = getattr(time, "CLOCK_BOOTTIME", None)
        if boot_time is None:
            return 0
        return max(0, time.clock_gettime_ns(boot_time) - time.monotonic_ns())


class Mark(NamedTuple):
    """An instant at which readings were asked for: its time [ns], and the readers' ticket."""

    instant: int
    ticket: int


class Meter:
    """Reads sources side by side, none of which can hold up another, the caller, or the host.

    Quick sources share one thread; what may hang in a driver has one for each driver.

    Parameters
    ----------
    sources : sequence of Source
        Sensors and probes.
    clock : Clock
        Where time comes from.
    period : float
        The heartbeat [s]; a source that must be read more often is.
    needed : callable
        What of the past is still needed; see `Reader`.
    wanted : callable
        Whether anybody needs readings now; see `Reader`.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        clock: Clock,
        period: float,
        needed: Callable[[], Needed | None],
        wanted: Callable[[], bool] = always,
    ) -> None:
        self.clock = clock
        self._period = period
        self._needed = needed
        self._wanted = wanted
        groups: dict[str, list[Source]] = {}
        for source in sources:
            groups.setdefault(source.group, []).append(source)
        self._marking = threading.Lock()
        self._ticket = 1
        self._by_group = {name: self._reader(group) for name, group in groups.items()}
        self._readers = list(self._by_group.values())
        self._lead()

    def _lead(self) -> None:
        """Let readers that go into drivers follow the one that cannot hang."""
        quick = self._by_group.get("")
        if quick is not None:
            quick.lead([each for each in self._readers if each is not quick])
        self._called = self._readers if quick is None else [quick]

    def _reader(self, sources: Sequence[Source]) -> Reader:
        return Reader(sources, self.clock, self._period, self._needed, self._wanted)

    def start(self) -> None:
        """Begin to read."""
        for reader in self._readers:
            reader.start()

    def add(self, source: Source) -> None:
        """Read one more source from now on."""
        known = self._by_group.get(source.group)
        if known is not None:
            known.add(source)
            return
        reader = self._by_group[source.group] = self._reader([source])
        with self._marking:
            reader.ask(self._ticket)
            self._readers = [*self._readers, reader]
        self._lead()
        reader.start()

    def mark(self) -> Mark:
        """Ask for readings now, without waiting for them."""
        with self._marking:
            self._ticket = ticket = self._ticket + 1
            for reader in self._readers:
                reader.ask(ticket)
        instant = self.clock.now()
        for reader in self._called:
            reader.call()
        return Mark(instant, ticket)

    def wait(
        self, mark: Mark, timeout: float, *, settled: bool = False, patience: float = math.inf
    ) -> list[str]:
        """Wait at most `timeout` [s] for the readings of `mark`; see `Reader.wait`.

        Returns
        -------
        list of str
            The sources that did not answer in time.
        """
        deadline = time.monotonic() + timeout
        return [
            reader.name
            for reader in self._readers
            if not reader.wait(
                mark.ticket,
                max(0.0, deadline - time.monotonic()),
                settled=settled,
                patience=patience,
            )
        ]

    @property
    def slowest(self) -> float:
        """How long [s] the end of a window may have to wait for its slowest meter."""
        return max((reader.slowest for reader in self._readers), default=0.0)

    def slow(self, mark: Mark, but: Collection[str] = ()) -> list[str]:
        """Name what has not shown yet what had been drawn by `mark`; `but` are passed over."""
        return [
            each.name
            for each in self._readers
            if each.name not in but and not each.has(mark.ticket)
        ]

    def hurry(self) -> None:
        """Let nobody wait for slow meters any more: what they had not shown is allowed for."""
        for reader in self._readers:
            reader.hurry()

    @property
    def cpu(self) -> int:
        """CPU time [ns] that reading has cost so far."""
        return sum(reader.cpu for reader in self._readers)

    def stop(self) -> bool:
        """End the loop; tells whether every thread ended."""
        ended = [reader.stop() for reader in self._readers]
        return all(ended)
