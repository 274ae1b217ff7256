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
from submeter.traces.trace import Accuracy, Drawn

MILLISECOND = SECOND // 1000


def whole() -> tuple[str, dict[str, str]]:
    """Draw a wall meter, its metered parts, and the remainder."""
    seconds = 24
    gpu, cpu = (
        _wave((7.5, 90), (9, 330), (5, 150), (2.5, 90)),
        _wave((4.5, 60), (3, 110), (12.5, 75), (4, 60)),
    )
    # The supply loses 6 %, and fans, board and drives draw 55 W.
    halves = [each * SECOND // 2 for each in range(2 * seconds)]
    wall = _wave(*((0.5, (gpu.power(at) + cpu.power(at) + 55e6) / 0.94e6) for at in halves))
    start = 1008 * SECOND  # a multiple of the load's period
    span = Span(start, start + seconds * SECOND)
    edges = [start + each * SECOND for each in range(seconds + 1)]
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
    drive(sources, VirtualClock(start - SECOND), edges)
    traces = [trace for source in sources for trace in source.traces(span)]
    rest, package, board = parted(traces)
    panel = svg_plot.Panel(
        svg_plot.Box(86, 50, 470, 300),
        svg_plot.Scale(
            0, seconds, [(each, str(each)) for each in range(0, seconds + 1, 4)], "time [s]"
        ),
        svg_plot.Scale(0, 600, [(each, str(each)) for each in range(0, 601, 100)], "power [W]"),
    )
    floor = [0.0] * seconds
    for trace, colour in ((rest, "three"), (package, "one"), (board, "two")):
        powers = [trace.power(Span(*each)) or 0.0 for each in pairwise(edges)]
        ceiling = [low + power for low, power in zip(floor, powers, strict=True)]
        panel.area(_steps(floor), _steps(ceiling), colour, "area")
        floor = ceiling
    panel.line(_steps([traces[0].power(Span(*each)) or 0.0 for each in pairwise(edges)]), "ink")
    figures = {each.domain.id: each.drawn(span) for each in (*traces[:1], board, package, rest)}
    names = {
        "wall": "wall meter",
        "gpu:0": "GPU",
        "package:0": "processor",
        "wall:rest": "remainder",
    }
    kinds = {
        "wall": ("ink", "line"),
        "gpu:0": ("two", "area"),
        "package:0": ("one", "area"),
        "wall:rest": ("three", "area"),
    }
    legends = []
    for place, (name, each) in enumerate(figures.items()):
        legends.append(svg_plot.legend(576, 90 + 62 * place, [(*kinds[name], names[name])]))
        legends.append(svg_plot.text(608, 108 + 62 * place, _kilojoules(each)))
    words = (
        "Power over time, stacked: remainder, processor, GPU; they sum up to the wall meter's line."
    )
    drawing = svg_plot.figure(
        410, "A wall meter, its metered parts, and what is left", words, panel.drawn(), *legends
    )
    return drawing, {"remainder": _kilojoules(figures["wall:rest"])}


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
