"""Who holds each accelerator over time: only the workload, only others, or both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from submeter.errors import SensorUnavailable
from submeter.sensing.metering.computing import Computing
from submeter.sensing.metering.series import ALWAYS, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from submeter.quantities.clock import Clock, Span
    from submeter.quantities.cumulative import Cumulative

_INITIAL_NAMESPACE = "pid:[4026531836]"
"""The kernel's fixed number of the first process namespace (``PROC_PID_INIT_INO``)."""

_LOOK_EVERY = 5_000_000_000
"""Holders are looked up so often at least [ns], as is who was born into the workload's tree."""

_CONSTANT = 10
"""Holders that have been the same for a time are looked up next after this part of it, so that when
they change, what is told of how long they held is off by a twentieth at most."""

_HELD = 1_000_000_000
"""A device held for a second is held for this many nanoseconds."""


@runtime_checkable
class TellsHolders(Protocol):
    """A sensor that knows which processes hold its devices."""

    @property
    def name(self) -> str:
        """The sensor's name."""
        ...

    def holders(self) -> dict[str, set[int]]:
        """Give the ids of the processes on each domain."""
        ...


class Held(NamedTuple):
    """Time [ns] for which a device was held by the workload alone, by others alone, by both.

    `unknown` is the time for which looking it up failed.
    """

    own: Cumulative
    others: Cumulative
    both: Cumulative
    unknown: Cumulative


class _Tracks:
    """Who held one device, as far as it was looked up."""

    def __init__(self) -> None:
        self.series = (Series(), Series(), Series(), Series())
        self._last = 0
        self._blind = 0
        self._lost = False

    def see(self, instant: int, *, own: bool, others: bool) -> None:
        """Note who holds it at `instant` [ns]."""
        if self._lost:
            self._blind += instant - self._last
        self._last, self._lost = instant, False
        *states, unknown = self.series
        for series, state in zip(
            states, (own and not others, others and not own, own and others), strict=True
        ):
            series.rate(instant, _HELD if state else 0)
        unknown.counter(instant, self._blind)

    @property
    def known_until(self) -> int:
        """Up to when [ns] it is known; far off where no more will be known of the time since."""
        return ALWAYS.end if self._lost else self.series[0].last

    def lose(self, reason: str) -> None:
        """Note that it could not be looked up."""
        self._lost = True
        for series in self.series[:3]:
            series.lose(reason)


def pids_are_visible() -> bool:
    """Tell whether process ids here are those of the host, as a driver gives them."""
    try:
        return os.readlink("/proc/self/ns/pid") == _INITIAL_NAMESPACE
    except OSError:
        return False


class HolderSource:
    """Looks up the holders of a sensor's devices.

    Parameters
    ----------
    sensor : TellsHolders
        It answers with process ids.
    pids : callable
        The workload's living processes.
    """

    beat = 0.0

    def __init__(self, sensor: TellsHolders, pids: Callable[[], Collection[int]]) -> None:
        self._sensor = sensor
        self.group = sensor.name
        """What it may hang with: the sensor's own driver."""
        self._pids = pids
        self._found: dict[str, set[int]] = {}
        self._ours: frozenset[int] = frozenset()
        self._since = self._looked = self._same = 0
        """Since when [ns] they have been the same, when they were last looked up, and up to when
        they were the same without that having been noted yet."""
        self._tracks: dict[str, _Tracks] = {}
        self.computing = Computing(sensor, self.name)
        self.failure = ""

    @property
    def sensor(self) -> str:
        """The sensor that is asked."""
        return self._sensor.name

    @property
    def lags(self) -> Collection[float]:
        """How long [s] after an edge it is looked once more; holders are known at once."""
        lag = self.computing.lag
        return (lag,) if lag else ()

    def shown(self, instant: int) -> bool:
        """Tell whether it is known who computed what by `instant` [ns], where that is asked."""
        return not self.computing.lag or self.computing.known_until >= instant

    @property
    def name(self) -> str:
        """Whose holders are looked up."""
        return f"{self._sensor.name} holders"

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Look once; a failure is kept, never raised.

        Where all is as it was, that is noted at the next edge or change, and costs nothing now.
        """
        if not edge and not self._is_due(clock.now()):
            return
        try:
            found = self._sensor.holders()
        except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
            expected = isinstance(error, (OSError, SensorUnavailable))
            self.failure = f"{self.name}: {error if expected else repr(error)}"
            self._catch_up()
            self._found = {}
            self._lose(self._tracks)
            return
        instant, ours = clock.now(), frozenset(self._pids())
        self._looked = instant
        if found != self._found or ours != self._ours:
            self._since = instant
        elif not edge and not self.computing.asks:
            self._same = instant
            return
        self._catch_up()
        self._found, self._ours = found, ours
        for domain, pids in found.items():
            tracks = self._tracks.setdefault(domain, _Tracks())
            tracks.see(instant, own=bool(pids & ours), others=bool(pids - ours))
            self.computing.see(clock, domain, ours, pids)
        self.computing.looked(ours)
        silent = self._tracks.keys() - found
        if silent:
            self.failure = f"{self.name}: {', '.join(sorted(silent))} did not answer"
            self._lose(silent)

    def _is_due(self, now: int) -> bool:
        """Tell whether it is time to look again, at no edge."""
        constant = (self._looked - self._since) // _CONSTANT
        due = self._looked + min(constant, _LOOK_EVERY)
        return not self._found or self.computing.asks or now >= due

    def _catch_up(self) -> None:
        """Note up to when the holders stayed the same."""
        if self._same:
            for domain, pids in self._found.items():
                own, others = bool(pids & self._ours), bool(pids - self._ours)
                self._tracks[domain].see(self._same, own=own, others=others)
                self.computing.unshared(self._same, domain)
            self._same = 0

    def _lose(self, domains: Collection[str]) -> None:
        for domain in domains:
            self._tracks[domain].lose(self.failure)

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory."""
        for tracks in self._tracks.values():
            for series in tracks.series:
                series.forget(before)
                series.thin(pinned)
        self.computing.keep(pinned, before)

    def restart(self) -> None:
        """Begin anew, after a pause."""
        self._tracks.clear()
        self._found, self._same = {}, 0
        self.computing.restart()

    @property
    def last(self) -> int:
        """Up to when [ns] it is known who held what; far off if nobody tells."""
        known = [each.known_until for each in list(self._tracks.values())]
        return min([*known, self.computing.known_until])

    def held(self, span: Span = ALWAYS) -> dict[str, Held]:
        """Give the time held around `span`, by domain."""
        return {
            domain: Held(*(series.cumulative(span) for series in tracks.series))
            for domain, tracks in list(self._tracks.items())
        }
