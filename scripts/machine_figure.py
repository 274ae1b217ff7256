"""The figure of a whole machine: a wall meter, its parts, the remainder."""

from __future__ import annotations

from itertools import pairwise

from scripts import svg_plot
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.remainder import parted
from submeter.traces.trace import Accuracy, Drawn, PowerTrace

MILLISECOND = SECOND // 1000


SECONDS = 24
START = 1008 * SECOND
"""A multiple of the load's period."""

SHOWN = {
    "wall": ("ink", "line", "wall meter"),
    "gpu:0": ("two", "area", "GPU"),
    "package:0": ("one", "area", "processor"),
    "wall:rest": ("three", "area", "remainder"),
}
"""By domain: colour, kind, words."""


def whole() -> tuple[str, dict[str, str]]:
    """Draw a wall meter, its metered parts, and the remainder."""
    span = Span(START, START + SECONDS * SECOND)
    seconds = [START + each * SECOND for each in range(SECONDS + 1)]
    traces = {each.domain.id: each for each in _metered(span, seconds)}
    powers = {
        name: [trace.power(Span(*each)) or 0.0 for each in pairwise(seconds)]
        for name, trace in traces.items()
    }
    panel = svg_plot.Panel(
        svg_plot.Box(86, 50, 470, 300),
        svg_plot.evenly(0, SECONDS, 4, "time [s]"),
        svg_plot.evenly(0, 600, 100, "power [W]"),
    )
    floor = [0.0] * SECONDS
    for name in ("wall:rest", "package:0", "gpu:0"):
        ceiling = [low + power for low, power in zip(floor, powers[name], strict=True)]
        panel.area(_steps(floor), _steps(ceiling), SHOWN[name][0], "area")
        floor = ceiling
    panel.line(_steps(powers["wall"]), "ink")
    legends = []
    for place, (name, entry) in enumerate(SHOWN.items()):
        energy = _kilojoules(traces[name].drawn(span))
        legends.append(svg_plot.legend(576, 90 + 62 * place, [entry]))
        legends.append(svg_plot.text(608, 108 + 62 * place, energy))
    words = "Power over time, stacked: remainder, processor, GPU; and the line of the wall meter."
    title = "A wall meter, its metered parts, and what is left"
    drawing = svg_plot.figure(410, title, words, panel.drawn(), *legends)
    return drawing, {"remainder": _kilojoules(traces["wall:rest"].drawn(span))}


def _metered(span: Span, edges: list[int]) -> list[PowerTrace]:
    """Meter a machine: the wall, its parts, and the remainder."""
    gpu = _wave((7.5, 90), (9, 330), (5, 150), (2.5, 90))
    cpu = _wave((4.5, 60), (3, 110), (12.5, 75), (4, 60))
    # The supply loses 6 %, and fans, board and drives draw 55 W.
    halves = [each * SECOND // 2 for each in range(2 * SECONDS)]
    wall = _wave(*((0.5, (gpu.power(at) + cpu.power(at) + 55e6) / 0.94e6) for at in halves))
    told = {
        Domain("wall", "machine"): (Device(wall, 250 * MILLISECOND, 40 * MILLISECOND), 0.02),
        Domain("package:0", "cpu", "wall"): (Device(cpu, MILLISECOND), 0.05),
        Domain("gpu:0", "gpu", "wall"): (Device(gpu, 20 * MILLISECOND, 3 * MILLISECOND), 0.05),
    }
    sources = []
    for domain, (device, gain) in told.items():
        accuracy = Accuracy(device.refresh / SECOND, 1 - gain, 1 + gain, "as its page says")
        sensed = Sensed(domain, CounterSpec(), accuracy)
        sources.append(SensorSource(LabSensor({sensed: device}), {}))
    drive(sources, VirtualClock(span.start - SECOND), edges)
    traces = [trace for source in sources for trace in source.traces(span)]
    return [traces[0], *parted(traces)]


def _wave(*steps: tuple[float, float]) -> Waveform:
    """Give steps of power: how long each lasts [s], and how much [W]."""
    return Waveform(tuple((round(each * SECOND), round(watts * 1e6)) for each, watts in steps))


def _steps(values: list[float]) -> list[tuple[float, float]]:
    return [
        point
        for place, value in enumerate(values)
        for point in ((place, value), (place + 1, value))
    ]


def _kilojoules(drawn: Drawn) -> str:
    value, low, high = (each / 1e9 for each in (drawn.energy, drawn.low, drawn.high))
    return f"{value:.2f} kJ ({low:.2f} to {high:.2f})"
