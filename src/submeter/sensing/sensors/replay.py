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
    from collections.abc import Callable, Sequence

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
            lines = Path(path).read_text(encoding="utf-8").splitlines()
            header = json.loads(lines[0])
            _check(header)
            self._domains = [_sensed(each) for each in header["domains"]]
            self._samples = sorted((_line(line) for line in lines[1:] if line), key=lambda x: x[0])
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            fix = "record one with submeter lab record, or see docs/reference/sensors/replay.md"
            raise SensorUnavailable(f"the recording cannot be read: {error}", path, fix) from error

    def domains(self) -> Sequence[Sensed]:
        """Give the recorded domains."""
        return self._domains

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Give each domain's last number at this time of the recording."""
        instant = now()
        if self._start is None:
            self._start = instant - (self._samples[0][0] if self._samples else 0)
        at = instant - self._start
        while self._next < len(self._samples) and self._samples[self._next][0] <= at:
            sample = self._samples[self._next][1]
            self._latest[sample.domain] = sample
            self._next += 1
        if not self._samples or at > self._samples[-1][0] + 1_000_000_000:
            raise OSError("the recording is over")
        return [sample._replace(instant=instant) for sample in self._latest.values()]

    def close(self) -> None:
        """Do nothing: the recording was read at once."""


def _check(header: dict[str, Any]) -> None:
    if header.get("schema") != SCHEMA:
        raise ValueError(f"its first line is not a {SCHEMA} header")


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


def _line(text: str) -> tuple[int, Sample]:
    when, domain, kind, value = json.loads(text)
    return int(when), Sample(str(domain), Kind(kind), int(value), int(when))


def open_sensor(root: str = "") -> ReplaySensor:
    """Open the recording at `root`."""
    if not root:
        fix = "name one to replay: SUBMETER_SENSOR_REPLAY=FILE"
        raise SensorUnavailable("no recording was named", fix=fix)
    return ReplaySensor(root)
