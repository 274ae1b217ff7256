"""A recorder: the raw numbers of every sensor that answers, to be replayed and looked at."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from submeter.errors import SensorUnavailable
from submeter.lab.marks import MARK
from submeter.lab.pseudonyms import Pseudonyms
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.sensors.replay import SCHEMA
from submeter.traces.nesting import claimed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from submeter.lab.tape import Tape
    from submeter.quantities.clock import Clock
    from submeter.runs.host import Host
    from submeter.sensing.sensors.sensor import Beside, Sensed, Sensor

SHARE = 5
"""Reading takes one core's time divided by this at most, all sensors together."""

_KEPT = 1.0
"""What was read is written at least this often [s]: so much is lost if the recorder is killed."""

_PATIENCE = 2.0
"""How long a sensor that does not answer is waited for at the end [s]."""


@runtime_checkable
class TellsBeside(Protocol):
    """A sensor whose devices tell more than what they are metered by."""

    def beside(self, now: Callable[[], int]) -> Sequence[Beside]:
        """Read what they tell beside it; what does not answer is left out."""
        ...


class Pace(NamedTuple):
    """How often to read.

    Parameters
    ----------
    every : float
        The time between two readings that was asked for [s].
    share : int
        A reading that costs so much CPU time is followed by a pause of so many times that.
    cpu : callable
        The CPU time of the thread that reads [ns].
    """

    every: float
    share: int = SHARE - 1
    cpu: Callable[[], int] = time.thread_time_ns

    def pause(self, waited: int, cost: int) -> float:
        """Give how long [s] to pause after a reading that took and cost so much [ns].

        A device that takes long to answer is asked for half of the time at most.
        """
        asked = self.every * NANOSECONDS_PER_SECOND - waited
        return max(asked, waited, self.share * cost) / NANOSECONDS_PER_SECOND


class Track:
    """Reads one sensor and puts its numbers on the tape.

    Parameters
    ----------
    sensor : Sensor
        An open sensor.
    kept : mapping of str to Sensed
        The domains that are recorded of it.
    names : Pseudonyms
        What they are called.
    """

    def __init__(self, sensor: Sensor, kept: Mapping[str, Sensed], names: Pseudonyms) -> None:
        self.sensor = sensor
        self.kept = dict(kept)
        self._names = names
        self.windows: dict[str, dict[str, float]] = {}

    def read(self, tape: Tape, clock: Clock) -> None:
        """Read once; a failure is noted, never raised."""
        began = clock.now()
        try:
            samples = self.sensor.sample(clock.now)
        except Exception as error:  # noqa: BLE001 - a plug-in must not end the recording
            for domain in self.kept:
                tape.lose(began, self._names[domain], self._names.within(str(error)))
            return
        for domain, kind, value, instant in samples:
            if domain in self.kept:
                tape.add(instant, self._names[domain], kind.value, value)
        for domain in self.kept.keys() - {each.domain for each in samples}:
            tape.lose(began, self._names[domain], "it did not answer")
        for told in self._beside(clock):
            tape.add(told.instant, self._names[told.domain], told.what, told.value)

    def try_beside(self, clock: Clock) -> None:
        """See once what is told beside, and over how long it is averaged."""
        for told in self._beside(clock):
            self.windows.setdefault(told.domain, {})[told.what] = told.window

    def _beside(self, clock: Clock) -> list[Beside]:
        if not isinstance(self.sensor, TellsBeside):
            return []
        with suppress(Exception):  # what is told beside is a gift
            return [each for each in self.sensor.beside(clock.now) if each.domain in self.kept]
        return []

    def follow(self, tape: Tape, clock: Clock, pace: Pace, wait: Callable[[float], bool]) -> None:
        """Read again and again, until `wait` for so long [s] tells that it is over."""
        written = clock.now()
        while not tape.ended:
            began, spent = clock.now(), pace.cpu()
            self.read(tape, clock)
            if clock.now() - written > _KEPT * NANOSECONDS_PER_SECOND:
                written = clock.now()
                tape.flush()
            if wait(pace.pause(clock.now() - began, pace.cpu() - spent)):
                return


class Recorder:
    """Records sensors, each on a thread of its own.

    Parameters
    ----------
    sensors : sequence of Sensor
        Open sensors; where two read one domain, the first keeps it.
    clock : Clock
        Where time comes from.

    Raises
    ------
    SensorUnavailable
        If there is none.
    """

    def __init__(self, sensors: Sequence[Sensor], clock: Clock) -> None:
        self._clock = clock
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._stand_ins: Collection[str] = ()
        taken: set[str] = set()
        reads: list[tuple[Sensor, dict[str, Sensed]]] = []
        for sensor in sensors:
            kept = {each.domain.id: each for each in sensor.domains()}
            kept = {name: each for name, each in kept.items() if not claimed(name, taken)}
            taken |= kept.keys()
            if kept:
                reads.append((sensor, kept))
        if not reads:
            fix = "submeter doctor tells why none does, and the remedy of each"
            raise SensorUnavailable("no sensor answers here: there is nothing to record", fix=fix)
        self._domains = [name for _, kept in reads for name in kept]
        self.names = Pseudonyms(self._domains)
        self.tracks = [Track(sensor, kept, self.names) for sensor, kept in reads]

    def header(
        self,
        host: Host,
        load: Mapping[str, object],
        every: float,
        stand_ins: Collection[str] = (),
    ) -> dict[str, object]:
        """Give a recording's first line: what is recorded of the machine, without its name.

        Parameters
        ----------
        host : Host
            The machine.
        load : mapping
            What it does.
        every : float
            The time between two readings that was asked for [s].
        stand_ins : collection of str
            The sensors that read a stand-in.
        """
        self._stand_ins = stand_ins
        for track in self.tracks:
            track.try_beside(self._clock)
        return {
            "schema": SCHEMA,
            "machine": f"{host.processor or 'processor not told'}, {host.capacity.threads} threads",
            "date": datetime.fromtimestamp(self._clock.utc() / 1e9, UTC).date().isoformat(),
            "system": host.system,
            "virtual": host.virtual,
            "load": dict(load),
            "every": every,
            **({"stand_in": f"{MARK}: {', '.join(sorted(stand_ins))}"} if stand_ins else {}),
            "sensors": [_sensor(track.sensor) for track in self.tracks],
            "domains": [
                self._domain(track, sensed)
                for track in self.tracks
                for sensed in track.kept.values()
            ],
        }

    def _domain(self, track: Track, sensed: Sensed) -> dict[str, object]:
        domain, spec, accuracy, beat, window = sensed
        inside = self.names[domain.inside] if domain.inside in self._domains else ""
        told: dict[str, object] = {
            "id": self.names[domain.id], "component": domain.component,
            "inside": inside, "device": self._device(track, domain.device),
            "sensor": track.sensor.name, "wrap": spec.wrap, "limit": spec.limit,
            **accuracy._asdict(), "beat": beat, "window": window,
        }  # fmt: skip
        beside = track.windows.get(domain.id)
        return {**told, **({"beside": beside} if beside else {})}

    def _device(self, track: Track, device: str) -> str:
        """Name a device, and what it is: that goes with it into every account of a replay."""
        if track.sensor.name not in self._stand_ins or MARK in device:
            return device
        return f"{device} ({MARK})" if device else MARK

    def start(self, tape: Tape, every: float) -> None:
        """Begin to read, `every` so many seconds if it is not too dear."""
        pace = Pace(every, SHARE * len(self.tracks) - 1)
        for track in self.tracks:
            thread = threading.Thread(
                target=track.follow,
                args=(tape, self._clock, pace, self._over.wait),
                name="submeter-record",
                daemon=True,
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> list[str]:
        """End reading, and let go of the sensors; gives those that hang and are left behind."""
        self._over.set()
        hanging = []
        deadline = time.monotonic() + _PATIENCE
        for thread, track in zip(self._threads, self.tracks, strict=False):
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                hanging.append(track.sensor.name)
                continue
            with suppress(Exception):  # what a stranger's sensor says as it is closed
                track.sensor.close()
        return hanging


def _sensor(sensor: Sensor) -> dict[str, str]:
    told = {"name": sensor.name, "method": sensor.method}
    driver = str(getattr(sensor, "driver", ""))
    return {**told, "driver": driver} if driver else told
