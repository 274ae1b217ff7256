"""What each of several holders of an accelerator computed on it, as its driver samples it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from submeter.errors import SensorUnavailable
from submeter.sensing.metering.series import ALWAYS, Series

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from submeter.quantities.clock import Clock, Span
    from submeter.quantities.cumulative import Cumulative
    from submeter.sensing.sensors.sensor import DeviceUse

_LATE = 2_000_000_000
"""A driver has told all samples that are older than this [ns]: twice its longest sampling period,
"between 1 second and 1/6 second depending on the product" (nvidia-smi's manual, utilization)."""

_SECOND = 1_000_000_000
"""A device held by one process for a second is held for this many nanoseconds."""

_SOON = 0.5
"""Samples of what is computed until an edge are waited for so long [s]: most drivers take one more
often, and nobody waits longer for the end of work."""

_MICROSECOND = 1_000
_PERCENT = 100


@runtime_checkable
class TellsUse(Protocol):
    """A sensor that knows what each process computes on its devices."""

    def uses(self, domain: str, since: int) -> Sequence[DeviceUse] | None:
        """Give the samples after `since` [µs, UTC]; None if the device does not tell.

        A process that computed nothing has no sample. Raises `OSError` if it fails.
        """
        ...


class Computed(NamedTuple):
    """What the workload and others computed on a device: see `DeviceHeldBySm`."""

    own: Cumulative
    others: Cumulative
    sampled: Cumulative
    seats_own: Cumulative
    seats_others: Cumulative


class _Tracks:
    """What was computed on one device, as far as it was told."""

    def __init__(self) -> None:
        self.computing = (Series(), Series(), Series())
        self.seats = (Series(), Series())
        self.totals = [0, 0, 0]
        self.asking = False
        self.until = 0
        """Up to when [ns] it is known, while it is asked."""

    def note(self, instant: int, own: int, others: int) -> None:
        """Note the mean percentages of own and others from `until` to `instant` [ns]."""
        stretch = instant - self.until
        for place, percent in enumerate((own, others, _PERCENT)):
            self.totals[place] += percent * stretch // _PERCENT
        self._mark(instant)

    def begin(self, instant: int) -> None:
        """Begin to ask, about what is computed from `instant` [ns] on."""
        self.asking = True
        self._mark(max(instant, self.computing[0].last))

    def _mark(self, instant: int) -> None:
        self.until = instant
        for series, total in zip(self.computing, self.totals, strict=True):
            series.counter(instant, total)

    def seat(self, instant: int, own: int, others: int, second: int) -> None:
        """Note how many processes of each held it at `instant` [ns], if both did."""
        for series, count in zip(self.seats, (own, others), strict=True):
            series.rate(instant, count * second if own and others else 0)


class Computing:
    """Asks what the holders of shared devices compute; of devices with one holder nothing.

    Parameters
    ----------
    sensor : object
        It answers if it `TellsUse`.
    name : str
        What it is called where something is missing.
    """

    def __init__(self, sensor: object, name: str) -> None:
        self._sensor = sensor if isinstance(sensor, TellsUse) else None
        self._name = name
        self._tracks: dict[str, _Tracks] = {}
        self._silent: dict[str, str] = {}
        self._before: frozenset[int] = frozenset()
        self._last: dict[str, int] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Of which shared devices it is not told who computes, and why."""
        return tuple(
            f"{self._name}: {domain} is held by other work too, and who computes on it is not told"
            f"{why}: what it draws meanwhile stays unattributed"
            for domain, why in self._silent.items()
        )

    @property
    def lag(self) -> float:
        """How long [s] it takes until what was computed by an edge is told; 0 if nothing is."""
        shared = any(each.asking and each.totals[2] for each in list(self._tracks.values()))
        return _SOON if shared else 0.0

    def see(self, clock: Clock, domain: str, ours: Collection[int], pids: Collection[int]) -> None:
        """Note what was computed on `domain`, which `pids` hold now, by `ours` and by others."""
        instant, own = clock.now(), len(set(pids) & set(ours))
        others = len(set(pids)) - own
        tracks = self._tracks.setdefault(domain, _Tracks())
        tracks.seat(instant, own, others, _SECOND)
        shared = bool(own and others)
        if shared or tracks.asking:
            self._ask(clock, domain, {*ours, *self._before})
        if not shared:
            tracks.asking = False
        self._last[domain] = instant

    @property
    def asks(self) -> bool:
        """Whether the driver is asked what is computed on a device that is shared."""
        return any(each.asking for each in list(self._tracks.values()))

    @property
    def known_until(self) -> int:
        """Up to when [ns] it is known what was computed on shared devices; far off on no such."""
        shared = [each.until for each in list(self._tracks.values()) if each.asking]
        return min(shared, default=ALWAYS.end)

    def unshared(self, instant: int, domain: str) -> None:
        """Note that `domain` was not shared up to `instant` [ns]."""
        if domain in self._tracks:
            self._tracks[domain].seat(instant, 0, 0, _SECOND)
            self._last[domain] = instant

    def looked(self, ours: Collection[int]) -> None:
        """Note at the end of a look whose processes were `ours`: they are so once they are gone."""
        self._before = frozenset(ours)

    def _ask(self, clock: Clock, domain: str, ours: Collection[int]) -> None:
        tracks, instant = self._tracks[domain], clock.now()
        if not tracks.asking:
            tracks.begin(self._last.get(domain, instant))
        ahead = clock.utc() - instant
        since = (tracks.until + ahead) // _MICROSECOND
        try:
            found = self._sensor.uses(domain, since) if self._sensor is not None else None
        except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
            expected = isinstance(error, (OSError, SensorUnavailable))
            self._silent[domain] = f" ({error if expected else repr(error)})"
            tracks.begin(instant)
            return
        if found is None:
            self._silent[domain] = ""
            tracks.begin(instant)
            return
        times = [each.timestamp * _MICROSECOND - ahead for each in found]
        until = min(max(times, default=instant - _LATE), instant)
        if until > tracks.until:
            own = sum(each.percent for each in found if each.pid in ours)
            tracks.note(until, own, sum(each.percent for each in found) - own)

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Bound the memory."""
        for tracks in self._tracks.values():
            for series in (*tracks.computing, *tracks.seats):
                series.forget(before)
                series.thin(pinned)

    def restart(self) -> None:
        """Begin anew, after a pause."""
        self._tracks.clear()
        self._last.clear()
        self._silent.clear()

    def computed(self, span: Span = ALWAYS) -> dict[str, Computed]:
        """Give what was computed around `span`, by domain, of those of which it was told."""
        found = {}
        for domain, tracks in list(self._tracks.items()):
            each = Computed(
                *(series.cumulative(span) for series in (*tracks.computing, *tracks.seats))
            )
            if each.sampled.between(span):
                found[domain] = each
        return found
