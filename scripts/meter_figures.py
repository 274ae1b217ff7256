"""Figures of single meters: the staircase of a counter, error against length, a wrap."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from scripts import svg_plot
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.powercap import WRAP
from submeter.lab.waveform import Waveform, square
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind
from submeter.traces.trace import Accuracy, Drawn, PowerTrace

MILLISECOND = SECOND // 1000
START = 1000 * SECOND

STEPS = ((137, 350), (46, 120), (211, 420), (83, 90))
"""A load that is no multiple of any refresh: how long [ms], and how much [W]."""

LENGTHS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
WINDOWS = 24
"""Windows of each length, begun at instants that keep time with nothing."""

_GOLDEN = 0.6180339887498949
_LEAST = 0.0003
"""Smaller errors are drawn at the bottom."""


class Meter(NamedTuple):
    """A device, how it is read, and what it is called."""

    name: str
    colour: str
    device: Device
    kind: Kind = Kind.COUNTER


def metered(meter: Meter, span: Span, edges: list[int]) -> PowerTrace:
    """Read a meter at the edges of windows and in between, as the reader does."""
    refresh = meter.device.refresh / SECOND
    accuracy = Accuracy(refresh, 1.0, 1.0, "exact", meter.device.cycle / SECOND)
    beat = refresh if meter.kind is Kind.POWER else 0.0
    spec = CounterSpec(meter.device.wrap, 1_500_000_000 if meter.device.wrap else 0)
    sensed = Sensed(Domain("gpu:0", "gpu"), spec, accuracy, beat)
    source = SensorSource(LabSensor({sensed: meter.device}, meter.kind), {})
    drive([source], VirtualClock(span.start - 2 * SECOND), edges)
    (trace,) = source.traces(span)
    return trace


STAIRCASE = (
    ("one", "line", "what the counter shows (refresh 100 ms)"),
    ("one", "dashed", "what it shows a refresh later"),
    ("two", "line", "what was drawn: 100 and 400 W in turn"),
    ("one", "band", "where the truth lies for sure"),
)


def staircase() -> tuple[str, dict[str, str]]:
    """Draw a counter under a square wave, with the band in which the truth lies for sure."""
    refresh, length = 100 * MILLISECOND, 800
    device = Device(square(100, 400, 0.34), refresh, 30 * MILLISECOND)
    base = device.counter(START)
    instants = range(length + 1)

    def shown(at: float) -> float:
        return (device.counter(START + round(at * MILLISECOND)) - base) / 1e6

    def true(at: float) -> float:
        drawn = device.draws.until(START + round(at * MILLISECOND)) / SECOND
        return (drawn - base) / 1e6

    below = [(at, shown(at)) for at in instants]
    above = [(at, shown(at + 100)) for at in instants]
    held = all(
        low[1] - 1e-3 <= true(low[0]) <= high[1] + 1e-3
        for low, high in zip(below, above, strict=True)
    )
    assert held, "the truth left the band"  # noqa: S101 - a figure that lies is not drawn
    panel = svg_plot.Panel(
        svg_plot.Box(86, 50, 650, 300),
        svg_plot.evenly(0, length, 100, "time [ms]"),
        svg_plot.evenly(0, 260, 50, "energy [J]"),
    )
    panel.area(below, above, "one")
    panel.line(below, "one")
    panel.line(above, "one", dashed=True)
    panel.line([(at, true(at)) for at in instants], "two")
    widest = max(high[1] - low[1] for low, high in zip(below, above, strict=True))
    told = "A staircase below the line of what was drawn; a refresh earlier, the same above it."
    drawing = svg_plot.figure(
        410, "A counter is a staircase, and the truth lies between two of its steps", told,
        panel.drawn(), svg_plot.legend(104, 76, STAIRCASE),
    )  # fmt: skip
    return drawing, {"widest step": f"{widest:.0f} J"}


class Point(NamedTuple):
    """Windows of one length [s]: errors and half intervals over the truth, and how many held."""

    length: float
    errors: list[float]
    half: float
    held: int


def by_length(meter: Meter) -> list[Point]:
    """Measure windows of every length."""
    found = []
    for length in LENGTHS:
        errors, widths, held = [], [], 0
        for place in range(WINDOWS):
            start = START + round(place * _GOLDEN % 1 * 10 * SECOND)
            span = Span(start, start + round(length * SECOND))
            drawn = metered(meter, span, list(span)).drawn(span)
            truth = meter.device.draws.energy(span)
            errors.append(abs(drawn.energy - truth) / truth)
            widths.append((drawn.high - drawn.low) / 2 / truth)
            held += _holds(drawn, truth)
        found.append(Point(length, errors, sum(widths) / len(widths), held))
    return found


def _meters() -> list[Meter]:
    wave = Waveform(tuple((ms * MILLISECOND, watts * 1_000_000) for ms, watts in STEPS))
    refresh, phase = 20 * MILLISECOND, 7 * MILLISECOND
    part_time = Device(wave, refresh, phase, cycle=100 * MILLISECOND, look=25 * MILLISECOND)
    return [
        Meter("counter, refresh 20 ms", "one", Device(wave, refresh, phase)),
        Meter("counter that looks 25 of 100 ms", "two", part_time),
        Meter("power, polled each 100 ms", "three", Device(wave, 5 * refresh, phase), Kind.POWER),
    ]


PARTS = ((0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %"), (10.0, "1000 %"))
TIMES = ((0.005, "5 ms"), (0.05, "50 ms"), (0.5, "0.5 s"), (5.0, "5 s"), (50.0, "50 s"))


def _against_length(top: float, meter: Meter, points: list[Point]) -> str:
    """Draw one meter's errors and intervals."""
    panel = svg_plot.Panel(
        svg_plot.Box(96, top, 640, 150),
        svg_plot.Scale(LENGTHS[0], LENGTHS[-1], TIMES, "length of the window", is_log=True),
        svg_plot.Scale(_LEAST, 20, PARTS, "of the truth", is_log=True),
    )
    panel.dots([(each.length, error) for each in points for error in each.errors], meter.colour)
    panel.line([(each.length, each.half) for each in points], meter.colour)
    return panel.drawn() + svg_plot.text(96, top - 10, meter.name, f"f-{meter.colour}")


def lengths() -> tuple[str, dict[str, str]]:
    """Draw error and interval against the length of a window."""
    panels, told, held, count = [], {}, 0, 0
    for place, meter in enumerate(_meters()):
        points = by_length(meter)
        panels.append(_against_length(70 + 240 * place, meter, points))
        held += sum(each.held for each in points)
        count += len(points) * WINDOWS
        for length in (0.02, 1.0, 10.0):
            (half,) = [each.half for each in points if each.length == length]
            told[f"{meter.name}, {length:g} s"] = _percent(half)
    told["held"] = f"{held} of {count}"
    words = (
        "For three kinds of meter, errors of windows from 5 ms to 100 s as points, and half the "
        "interval as a line, both falling with the length of the window."
    )
    title = "Error (points) and half the interval (line) against the length of a window"
    return svg_plot.figure(770, title, words, *panels), told


def _percent(part: float) -> str:
    if part >= 0.1:  # noqa: PLR2004 - as people write it
        return f"{part:.0%}".replace("%", " %")
    return f"{part:.1%}".replace("%", " %")


def wraps() -> tuple[str, dict[str, str]]:
    """Draw windows of 0.2 s across a wrap: raw differences, and what Submeter makes of them."""
    count = 25
    wave = square(300, 500, 0.1)
    device = Device(wave, MILLISECOND, wrap=WRAP)
    # At 400 W on average it comes round for the second time in the thirteenth window.
    first = round((2 * WRAP / 400e6 - 12.4 * 0.2) * 1000) * MILLISECOND
    edges = [first + each * SECOND // 5 for each in range(count + 1)]
    raw = [(device.counter(end) - device.counter(start)) / 1e6 for start, end in pairwise(edges)]
    trace = metered(Meter("", "", device), Span(edges[0], edges[-1]), edges)
    drawn = [trace.drawn(Span(*each)) for each in pairwise(edges)]
    truth = [wave.energy(Span(*each)) for each in pairwise(edges)]
    right = [_holds(each, true) for each, true in zip(drawn, truth, strict=True)]
    middles = [(place + 0.5) / 5 for place in range(count)]
    thousands = [(-100_000 * each, _joules(-100_000 * each)) for each in range(4)]
    above = svg_plot.Panel(
        svg_plot.Box(106, 70, 630, 120),
        svg_plot.evenly(0, 5, 1, ""),
        svg_plot.Scale(-300_000, 20_000, thousands, ""),
    )
    above.dots(zip(middles, raw, strict=True), "two", 3.5)
    worst, when = min(zip(raw, middles, strict=True))
    above.words(when + 0.08, worst + 6000, f"{_joules(worst)} J", "two")
    below = svg_plot.Panel(
        svg_plot.Box(106, 262, 630, 120),
        svg_plot.evenly(0, 5, 1, "time [s]"),
        svg_plot.Scale(79, 81, [(each / 2, f"{each / 2:.1f}") for each in range(158, 163)], ""),
    )
    for at, each in zip(middles, drawn, strict=True):
        below.line([(at, each.low / 1e6), (at, each.high / 1e6)], "one")
    figures = [each.energy / 1e6 for each in drawn]
    below.dots(zip(middles, figures, strict=True), "one", 4)
    below.dots(zip(middles, [each / 1e6 for each in truth], strict=True), "ink", 1.5)
    words = "Above, raw differences, one of them far below zero. Below, Submeter's: all about 80 J."
    drawing = svg_plot.figure(
        440,
        "Windows of 0.2 s across a wrap of a processor's counter",
        words,
        svg_plot.text(106, 60, "difference of two raw readings [J]", "f-two"),
        above.drawn(),
        svg_plot.text(106, 252, "Submeter [J] with its interval; the truth is the dot", "f-one"),
        below.drawn(),
    )
    return drawing, {"raw": f"{_joules(worst)} J", "right": f"{sum(right)} of {count}"}


def _holds(drawn: Drawn, truth: float) -> bool:
    return drawn.low - 1 <= truth <= drawn.high + 1


def _joules(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f").replace("-", "−")
