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
counters in µJ and power in µW. A recorder adds what it knows beside: other numbers of a domain
(`BESIDE`), that a domain did not answer (`LOST`), what the load did (`PHASE`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

SCHEMA = "submeter.recording/1"

BESIDE = ("instant", "average", "plain", "utilisation")
"""Numbers that a device tells beside its counter, power in µW and utilisation in %: not played."""

LOST = "lost"
"""The domain, or all of them where none is named, did not answer, and why."""

PHASE = "phase"
"""What the load does from now on, of no domain; ``end`` ends the recording."""


class Line(NamedTuple):
    """One line of a recording: when [ns], of which domain, what kind of number, and the number."""

    instant: int
    domain: str
    kind: str
    value: int | str


class ReplaySensor:
    """Plays a recording from its start at the first reading.

    Parameters
    ----------
    path : str
        The recording.

    Attributes
    ----------
    caveats : tuple of str
        That it was recorded of a stand-in, where it was.
    """

    name = "replay"
    method = "replay/1"
    may_hang = False

    def __init__(self, path: str) -> None:
        self._start: int | None = None
        self._next = 0
        self._latest: dict[str, Sample] = {}
        header, self._domains, lines = recorded(path)
        told = header.get("stand_in")
        self.caveats = (f"recorded of a {told}",) if told else ()
        self._lines = [each for each in lines if each.kind in (*Kind, LOST)]

    def domains(self) -> Sequence[Sensed]:
        """Give the recorded domains."""
        return self._domains

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Give each domain's last number at this time of the recording."""
        instant = now()
        lines = self._lines
        if self._start is None:
            self._start = instant - (lines[0].instant if lines else 0)
        at = instant - self._start
        while self._next < len(lines) and lines[self._next].instant <= at:
            self._play(lines[self._next])
            self._next += 1
        if not lines or at > lines[-1].instant + 1_000_000_000:
            raise OSError("the recording is over")
        if not self._latest:
            raise OSError("nothing answered when this was recorded")
        return [sample._replace(instant=instant) for sample in self._latest.values()]

    def _play(self, line: Line) -> None:
        if line.kind != LOST:
            number = int(line.value)
            self._latest[line.domain] = Sample(line.domain, Kind(line.kind), number, line.instant)
        elif line.domain:
            self._latest.pop(line.domain, None)
        else:
            self._latest.clear()

    def close(self) -> None:
        """Do nothing: the recording was read at once."""


def recorded(path: str) -> tuple[dict[str, Any], list[Sensed], list[Line]]:
    """Read a recording: its header, its domains, and its lines in order of time.

    Raises
    ------
    SensorUnavailable
        If it is none, or cannot be read.
    """
    try:
        first, *rest = Path(path).read_text(encoding="utf-8").splitlines() or [""]
        header = json.loads(first)
        domains = _domains(header)
        return header, domains, _lines(rest, {each.domain.id for each in domains})
    except OSError as error:
        what = f"the recording {path} cannot be read: {error.strerror}"
        raise SensorUnavailable(what, fix="check its path: ls") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fix = "its form is told in docs/reference/sensors/replay.md"
        raise SensorUnavailable(f"the recording cannot be read: {error}", path, fix) from error


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
        str(entry.get("reason", "as recorded")), float(entry.get("cycle", 0)),
    )  # fmt: skip
    beat, window = float(entry.get("beat", 0)), float(entry.get("window", 0))
    return Sensed(domain, spec, accuracy, beat, window)


def _lines(lines: Sequence[str], declared: Collection[str]) -> list[Line]:
    """Read the lines in order of time."""
    found = []
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        try:
            found.append(_line(line, declared))
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(f"line {number}: {error}") from error
    return sorted(found, key=lambda each: each.instant)


def _line(text: str, declared: Collection[str]) -> Line:
    when, domain, kind, value = json.loads(text)
    if kind not in (*Kind, *BESIDE, LOST, PHASE):
        raise ValueError(f"{kind} is no kind of number")
    if domain not in declared and not (domain == "" and kind in (LOST, PHASE)):
        raise ValueError(f"{domain} is not declared in the header")
    words = kind in (LOST, PHASE)
    return Line(int(when), str(domain), str(kind), str(value) if words else int(value))


def open_sensor(root: str = "") -> ReplaySensor:
    """Open the recording at `root`."""
    if not root:
        fix = "name one to replay: SUBMETER_SENSOR_REPLAY=FILE"
        raise SensorUnavailable("no recording was named", fix=fix)
    return ReplaySensor(root)
