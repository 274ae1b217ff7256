"""What a recording shows: each number's refresh, over how long it looks, and whether two agree."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.changes import Known, changes, looks, quicker, refresh
from submeter.lab.clock import VirtualClock
from submeter.lab.lag import lag
from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span
from submeter.sensing.metering.calibration import Calibration
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.replay import BESIDE, LOST, PHASE, recorded
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy, Drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.lab.changes import Change
    from submeter.sensing.sensors.replay import Line
    from submeter.traces.trace import PowerTrace

_UTILISATION = "utilisation"


class Phase(NamedTuple):
    """What the load did, and when [ns]."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Shown:
    """What is seen of one number that a domain tells.

    Parameters
    ----------
    domain : Sensed
        The domain, and what was known of its meter.
    number : str
        ``counter``, ``power``, or what is told beside: ``instant``, ``average``, ``plain``,
        ``utilisation``.
    quick : bool
        Whether it changes at every reading: its refresh is the gap between them, or less.
    readings : int
        Readings that were kept; a recorder leaves out those of a number that stands still.
    gap : float
        Median time between the two readings between which it changed [s].
    refresh, looks : Known or None
        How often it changes, and over how long it looks at the power before that [s]; None where
        this recording does not show it.
    lag : float or None
        How long what it tells comes after what the counter says was drawn [s].
    span : Span
        The time [ns] over which all numbers of the domain are compared.
    drawn : Drawn or None
        The energy within it; its interval leaves the gain out.
    ratio : Known or None
        That over the energy by the counter.
    phases : mapping of str to float
        Mean power in each phase of the load [W].
    """

    domain: Sensed
    number: str
    quick: bool
    readings: int
    gap: float
    refresh: Known | None
    looks: Known | None
    lag: float | None
    span: Span
    drawn: Drawn | None
    ratio: Known | None
    phases: Mapping[str, float]

    @property
    def part_time(self) -> bool:
        """Whether it looks at a part of the time only, beyond doubt."""
        return bool(self.looks and self.refresh and self.looks.high < self.refresh.low)

    @property
    def disagrees(self) -> bool:
        """Whether it differs from the counter by more than what was not seen explains."""
        return self.ratio is not None and not self.ratio.low <= 1 <= self.ratio.high


class Report(NamedTuple):
    """A recording's header, its length [s], what the load did, and what is seen of each number."""

    header: Mapping[str, object]
    seconds: float
    phases: tuple[Phase, ...]
    shown: tuple[Shown, ...]


class _Played:
    """One number of a recording, as a sensor that tells one reading after the other."""

    method, may_hang = "recorded/1", False

    def __init__(self, sensed: Sensed, kind: Kind, lines: Sequence[Line]) -> None:
        self.name = "recorded"
        self._sensed, self._kind, self._lines = sensed, kind, iter(lines)

    def domains(self) -> Sequence[Sensed]:
        return [self._sensed]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        del now
        line = next(self._lines)
        if line.kind == LOST:
            raise OSError(str(line.value))
        name = self._sensed.domain.id
        return [Sample(name, self._kind, int(line.value), line.instant)]

    def close(self) -> None:
        """Do nothing."""


class _Track:
    """One number of one domain, as it was recorded."""

    def __init__(self, sensed: Sensed, number: str, lines: Sequence[Line], window: float) -> None:
        self.number = number
        self.counts = number == Kind.COUNTER
        self.lines = lines
        self.readings = [(each.instant, int(each.value)) for each in lines if each.kind != LOST]
        self.changes = changes(self.readings)
        gaps = [each.by - each.after for each in self.changes]
        self.gap = median(gaps) / NANOSECONDS_PER_SECOND if gaps else 0.0
        self.refresh = refresh(self.changes)
        self.window = window
        self.known = sensed
        if number not in tuple(Kind):
            # Where it is not seen, it is taken to be what the board's meter is known for.
            every = self.refresh.value if self.refresh else sensed.accuracy.refresh
            every = min(every, self.gap) if quicker(self.changes) else every
            accuracy = Accuracy(every, 1.0, 1.0, "beside", 0.0)
            self.known = Sensed(sensed.domain, CounterSpec(), accuracy, every, window)
        self.trace = self._trace() if number != _UTILISATION else None

    def _trace(self) -> PowerTrace:
        kind = Kind.COUNTER if self.counts else Kind.POWER
        name = self.known.domain.id
        every = self.refresh.value if self.refresh else None
        source = SensorSource(
            _Played(self.known, kind, self.lines), {name: Calibration(every, 0.0)}
        )
        for _ in self.lines:
            source.read(VirtualClock(0))
        end = self.readings[-1][0] if self.readings else 0
        (trace,) = source.traces(Span(0, end))
        return replace(trace, accuracy=trace.accuracy._replace(low=1.0, high=1.0))

    @property
    def seen(self) -> Span:
        """The time [ns] of which it can tell the energy."""
        if not self.readings:
            return Span(0, 0)
        slow = self.trace.accuracy.refresh if self.trace else 0.0
        inset = round(max(slow, self.window) * NANOSECONDS_PER_SECOND)
        return Span(self.readings[0][0] + inset, self.readings[-1][0] - inset)

    def powers(self) -> list[tuple[float, float]]:
        """Give what it told: how long [s], and which power [µW]."""
        found = []
        every = self.refresh.value if self.refresh else 0.0
        for earlier, later in pairwise(self.changes):
            lasted = (later.instant - earlier.instant) / NANOSECONDS_PER_SECOND
            if self.counts and every:
                lasted = max(1, round(lasted / every)) * every
            if later.value >= later.before or not self.counts:
                power = (later.value - later.before) / lasted if self.counts else earlier.value
                found.append((lasted, float(power)))
        return found


def show(path: str) -> Report:
    """Look at a recording.

    Raises
    ------
    SensorUnavailable
        If it is none, or cannot be read.
    """
    header, domains, lines = recorded(path)
    end = lines[-1].instant if lines else 0
    phases = _phases([each for each in lines if each.kind == PHASE], end)
    windows = {each["id"]: each.get("beside", {}) for each in header["domains"]}
    shown: list[Shown] = []
    for sensed in domains:
        name = sensed.domain.id
        tracks = []
        for number in (*(kind.value for kind in Kind), *BESIDE):
            told = [each for each in lines if each.domain == name and each.kind == number]
            if len(told) > 1:
                lost = [each for each in lines if each.kind == LOST and each.domain in (name, "")]
                both = sorted([*told, *lost], key=lambda each: each.instant)
                window = float(windows[name].get(number, sensed.window if number == "power" else 0))
                tracks.append(_Track(sensed, number, both, window))
        shown += _compared(sensed, tracks, phases)
    begins = lines[0].instant if lines else 0
    return Report(header, (end - begins) / NANOSECONDS_PER_SECOND, phases, tuple(shown))


def _phases(lines: Sequence[Line], end: int) -> tuple[Phase, ...]:
    edges = [*((str(each.value), each.instant) for each in lines), ("end", end)]
    return tuple(
        Phase(name, Span(start, stop))
        for (name, start), (_, stop) in pairwise(edges)
        if stop > start and name != "end"
    )


def _compared(sensed: Sensed, tracks: Sequence[_Track], phases: Sequence[Phase]) -> list[Shown]:
    """Hold the numbers of one domain against one another, over the same time."""
    spans = [each.seen for each in tracks if each.trace is not None]
    span = Span(max((e.start for e in spans), default=0), min((e.end for e in spans), default=0))
    counter = next((each for each in tracks if each.counts), None)
    counted = counter.trace.drawn(span) if counter and counter.trace else None
    found = []
    for track in tracks:
        drawn = track.trace.drawn(span) if track.trace and span.nanoseconds > 0 else None
        other = track is not counter and counter is not None
        found.append(
            Shown(
                sensed,
                track.number,
                quicker(track.changes),
                len(track.readings),
                track.gap,
                track.refresh,
                _looks(track),
                _lag(track, counter.changes) if other and counter else None,
                span,
                drawn,
                _ratio(drawn, counted) if other and drawn and counted else None,
                _by_phase(track, phases),
            )
        )
    return found


def _looks(track: _Track) -> Known | None:
    if track.refresh is None or track.number == _UTILISATION:
        return None
    return looks(track.powers(), track.refresh.value)


def _lag(track: _Track, counter: Sequence[Change]) -> float | None:
    return lag(track.changes, counter) if track.number != _UTILISATION else None


def _ratio(drawn: Drawn, counted: Drawn) -> Known | None:
    """Give one energy over another, with an interval that knows of edges and looks."""
    if not (drawn.energy and counted.low):
        return None
    ratio = drawn.energy / counted.energy
    below = math.hypot(1 - drawn.low / drawn.energy, counted.high / counted.energy - 1)
    above = math.hypot(drawn.high / drawn.energy - 1, 1 - counted.low / counted.energy)
    return Known(ratio, max(0.0, ratio * (1 - below)), ratio * (1 + above))


def _by_phase(track: _Track, phases: Sequence[Phase]) -> dict[str, float]:
    """Give the mean power [W] in each phase of the load, of what was seen of it."""
    if track.trace is None:
        return {}
    found: dict[str, tuple[int, int]] = {}
    for name, span in phases:
        energy, time = found.get(name, (0, 0))
        found[name] = (energy + track.trace.energy.between(span), time + track.trace.seen(span))
    return {name: energy * 1e3 / time for name, (energy, time) in found.items() if time}
