"""Who holds each accelerator over time: only the workload, only others, or both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from submeter.errors import SensorUnavailable
from submeter.sensing.metering.series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from submeter.quantities.clock import Clock
    from submeter.quantities.cumulative import Cumulative

_INITIAL_NAMESPACE = "pid:[4026531836]"
"""The kernel's fixed number of the first process namespace (``PROC_PID_INIT_INO``)."""

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
    """Time [ns] for which a device was held by the workload alone, by others alone, by both."""

    own: Cumulative
    others: Cumulative
    both: Cumulative


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

    may_hang = True

    def __init__(self, sensor: TellsHolders, pids: Callable[[], Collection[int]]) -> None:
        self._sensor = sensor
        self._pids = pids
        self._series: dict[str, tuple[Series, Series, Series]] = {}
        self.failure = ""

    @property
    def name(self) -> str:
        """Whose holders are looked up."""
        return f"{self._sensor.name} holders"

    def read(self, clock: Clock) -> None:
        """Look once; a failure is kept, never raised."""
        try:
            found = self._sensor.holders()
        except (OSError, SensorUnavailable) as error:
            self.failure = f"{self.name}: {error}"
            for tracks in self._series.values():
                for series in tracks:
                    series.lose(self.failure)
            return
        instant = clock.now()
        ours = set(self._pids())
        for domain, pids in found.items():
            own, others = bool(pids & ours), bool(pids - ours)
            states = (own and not others, others and not own, own and others)
            tracks = self._series.setdefault(domain, (Series(), Series(), Series()))
            for series, state in zip(tracks, states, strict=True):
                series.rate(instant, _HELD if state else 0)

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory."""
        for tracks in self._series.values():
            for series in tracks:
                series.forget(before)
                series.thin(pinned)

    def restart(self) -> None:
        """Begin anew, after a pause."""
        self._series.clear()

    def held(self, since: int = 0) -> dict[str, Held]:
        """Give the time held from `since` [ns] on, by domain."""
        return {
            domain: Held(*(series.cumulative(since) for series in tracks))
            for domain, tracks in self._series.items()
        }
