"""A recorded machine: the raw numbers of real sensors, played back in time.

A recording is NDJSON. The first line is a header::

    {
        "schema": "submeter.recording/1",
        "machine": "…",
        "date": "…",
        "domains": [
            {
                "id": "gpu:0",
                "component": "gpu",
                "device": "…",
                "inside": "",
                "wrap": 0,
                "limit": 0,
                "refresh": 0.1,
                "low": 0.95,
                "high": 1.05,
                "reason": "…",
            }
        ],
    }

and each further line is one raw number: ``[nanoseconds, domain, "counter"|"power", value]`` with
counters in µJ and power in µW.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

SCHEMA = "submeter.recording/1"


class ReplaySensor:
    """Plays a recording from its start at the first reading.

    Parameters
    ----------
    path : str
        The recording.
    """

    name = "replay"
    method = "replay/1"
    may_hang = False

    def __init__(self, path: str) -> None:
        self._start: int | None = None
        self._next = 0
        self._latest: dict[str, Sample] = {}
        try:
            header, *lines = Path(path).read_text(encoding="utf-8").splitlines() or [""]
            self._domains = _domains(json.loads(header))
            self._samples = _samples(lines, {each.domain.id for each in self._domains})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            fix = "its form is told in docs/reference/sensors/replay.md"
            raise SensorUnavailable(f"the recording cannot be read: {error}", path, fix) from error

    def domains(self) -> Sequence[Sensed]:
        """Give the recorded domains."""
        return self._domains

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Give each domain's last number at this time of the recording."""
        instant = now()
        if self._start is None:
            self._start = instant - (self._samples[0].instant if self._samples else 0)
        at = instant - self._start
        while self._next < len(self._samples) and self._samples[self._next].instant <= at:
            sample = self._samples[self._next]
            self._latest[sample.domain] = sample
            self._next += 1
        if not self._samples or at > self._samples[-1].instant + 1_000_000_000:
            raise OSError("the recording is over")
        return [sample._replace(instant=instant) for sample in self._latest.values()]

    def close(self) -> None:
        """Do nothing: the recording was read at once."""


def _check(header: dict[str, Any]) -> None:
    if header.get("schema") != SCHEMA:
        raise ValueError(f"its first line is not a {SCHEMA} header")


def _domains(header: object) -> list[Sensed]:
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        raise ValueError(f"its first line is not a {SCHEMA} header")
    if "domains" not in header:
        raise ValueError("its header declares no domains")
    return [_sensed(each) for each in header["domains"]]


def _sensed(entry: dict[str, Any]) -> Sensed:
    domain = Domain(
        str(entry["id"]), str(entry["component"]), str(entry.get("inside", "")),
        str(entry.get("device", "")),
    )  # fmt: skip
    spec = CounterSpec(int(entry.get("wrap", 0)), int(entry.get("limit", 0)))
    accuracy = Accuracy(
        float(entry["refresh"]), float(entry["low"]), float(entry["high"]),
        str(entry.get("reason", "as recorded")),
    )  # fmt: skip
    return Sensed(domain, spec, accuracy)


def _samples(lines: Sequence[str], declared: Collection[str]) -> list[Sample]:
    """Read the numbers in order of time."""
    found = []
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        try:
            found.append(_sample(line, declared))
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(f"line {number}: {error}") from error
    return sorted(found, key=lambda sample: sample.instant)


def _sample(line: str, declared: Collection[str]) -> Sample:
    when, domain, kind, value = json.loads(line)
    if domain not in declared:
        raise ValueError(f"{domain} is not declared in the header")
    return Sample(domain, Kind(kind), int(value), int(when))


def open_sensor(root: str = "") -> ReplaySensor:
    """Open the recording at `root`."""
    if not root:
        fix = "name one to replay: SUBMETER_SENSOR_REPLAY=FILE"
        raise SensorUnavailable("no recording was named", fix=fix)
    return ReplaySensor(root)
