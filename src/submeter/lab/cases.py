"""The cases as data: hardware, windows, what is asked."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.lab.case import Asked, Case, WindowOf
from submeter.lab.hardware import Boards, Fault, Server, ZoneOf, Zones
from submeter.lab.virtual_cases import VIRTUAL
from submeter.lab.waveform import Waveform, flat, square

if TYPE_CHECKING:
    from collections.abc import Mapping

THREADS = os.sysconf("SC_NPROCESSORS_ONLN")
MILLISECOND = 1_000_000


def _package(watts: float, wraps: float = 0.0, fault: Fault | None = None) -> ZoneOf:
    return ZoneOf("intel-rapl:0", "package-0", flat(watts), "cpu", wraps, fault)


def _dram(watts: float, socket: int = 0) -> ZoneOf:
    return ZoneOf(f"intel-rapl:{socket}:0", "dram", flat(watts), "dram")


def _two_sockets() -> Zones:
    """Two processors with memory, a board zone around them, and memory-mapped twins."""
    found = [ZoneOf("intel-rapl:2", "psys", flat(400), "board")]
    for socket, watts in enumerate((170, 130)):
        found += [
            ZoneOf(f"intel-rapl:{socket}", f"package-{socket}", flat(watts), "cpu"),
            _dram(12, socket),
            ZoneOf(f"intel-rapl-mmio:{socket}", f"package-{socket}", flat(watts), ""),
        ]
    return Zones(tuple(found), "board")


def _mirrored() -> Zones:
    """Two dies of one processor that show one register, as those of Zen 1 and Zen 2 do."""
    return Zones((
        ZoneOf("intel-rapl:0", "package-0-die-0", flat(140), "cpu"),
        ZoneOf("intel-rapl:1", "package-0-die-1", flat(140), ""),
    ))  # fmt: skip


def _once(seconds: float) -> tuple[WindowOf, ...]:
    return (WindowOf(0.0, seconds),)


def _short() -> tuple[WindowOf, ...]:
    """Windows of 20, 50, 150 and 350 ms, three each, at other places in the counter's period."""
    lengths = (0.02, 0.05, 0.15, 0.35) * 3
    return tuple(WindowOf(0.117, seconds) for seconds in lengths)


_CPU_AND_DRAM = ("cpu", "dram")
_PULSES = Waveform(((75 * MILLISECOND, 100_000_000), (25 * MILLISECOND, 400_000_000)))
"""Busy in the last quarter of each 100 ms, just when such a meter looks."""
_PART_TIME = {"REFRESH": "100", "SEES": "25"}
_SQUARE = square(100, 400, 0.7)
"""Out of step with meters that look once a second."""
_ACROSS = tuple(WindowOf(0.0, 0.2) for _ in range(25))

_ALL = (
    Case("rapl-flat", "RAPL: a package of 400 W and its memory of 12 W, 5 s",
         Zones((_package(400), _dram(12))), parts=_CPU_AND_DRAM),
    Case("rapl-wrap", "RAPL: the counter wraps once within 10 s at 120 W",
         Zones((_package(120, wraps=5.0),)), _once(10), ("cpu",)),
    Case("rapl-wrap-short", "RAPL: windows of 0.2 s while the counter wraps, at 400 W",
         Zones((_package(400, wraps=2.5),)), _ACROSS, ("cpu",)),
    Case("rapl-sockets", "RAPL: two sockets with memory, their board, memory-mapped twins",
         _two_sockets(), parts=("cpu", "dram", "whole")),
    Case("rapl-mirrored", "RAPL: two dies that mirror one counter of 140 W", _mirrored(),
         parts=("cpu",)),
    Case("rapl-vanishes", "RAPL: the package's zone tells nothing from half-time on",
         Zones((_package(200, fault=Fault("vanish", 2.5)), _dram(12))), parts=_CPU_AND_DRAM,
         seen=0.3, partly=True),
    Case("rapl-asleep", "RAPL at 200 W, half of the threads busy: a process that sleeps",
         Zones((_package(200),)), _once(10), ("cpu",), Asked.PROCESS,
         server=Server(0.5, THREADS, metered=False)),
    Case("gpu-flat", "GPU: 300 W, 5 s", Boards(flat(300)), by_run=True),
    Case("gpu-first", "GPU: the same, the first window of a program", Boards(flat(300)),
         warm=0.0, seen=0.6, partly=True),
    Case("gpu-no-smi", "GPU: the same, nvidia-smi not on PATH", Boards(flat(300)), smi=False),
    Case("gpu-square", "GPU: 100 and 400 W in turn, 4 s", Boards(_SQUARE), _once(4.25)),
    Case("gpu-noisy", "GPU: the same, power readings off by 10 W at random",
         Boards(_SQUARE, options={"NOISE": "10"}), _once(4.25)),
    Case("gpu-part-time", "GPU: 400 W in 25 of 100 ms, when the power is looked at",
         Boards(_PULSES, options=_PART_TIME)),
    Case("gpu-part-time-counter", "GPU: the same, and the counter is fed by what is looked at",
         Boards(_PULSES, options={**_PART_TIME, "COUNTER_SEES": "25"}),
         limit="work that pulses in step with the looks of its only meter"),
    Case("gpu-part-time-drift", "GPU: the same counter, 100 and 400 W in turn each 230 ms",
         Boards(square(100, 400, 0.23), options={**_PART_TIME, "COUNTER_SEES": "25"})),
    Case("gpu-no-counter", "GPU: 100 and 400 W in turn, no energy counter (before Volta)",
         Boards(_SQUARE, options={"MISSING": "nvmlDeviceGetTotalEnergyConsumption",
                                  "ARCHITECTURE": "4", "CAPABILITY": "6.0"}),
         _once(4.25)),
    Case("gpu-four", "GPU: four boards of 300 W, 5 s", Boards(flat(300), 4)),
    Case("gpu-short", "GPU: windows of 20, 50, 150, 350 ms on a counter of 100 ms, 300 W",
         Boards(flat(300), options={"REFRESH": "100"}), _short(), warm=2.0),
    Case("gpu-ranks", "GPU: four ranks, each with a meter, on one board of 300 W",
         Boards(flat(300)), asked=Asked.RANKS, ranks=4),
    Case("gpu-ranks-untold", "GPU: the same, and the driver does not tell who computes",
         Boards(flat(300), tells_use=False), asked=Asked.RANKS, ranks=4),
    Case("gpu-reset", "GPU: the counter starts anew at half-time",
         Boards(flat(300), fault=Fault("reset", 2.5)), seen=0.5, partly=True),
    Case("gpu-jump", "GPU: the counter jumps by 10 MJ at half-time",
         Boards(flat(300), fault=Fault("jump", 2.5)), seen=0.5, partly=True),
    Case("gpu-lost", "GPU: the board is lost at half-time",
         Boards(flat(300), fault=Fault("lost", 2.5)), seen=0.3, partly=True),
    Case("load-idle", "No sensor: an idle server", Server(0.0, THREADS), parts=("cpu",)),
    Case("load-half", "No sensor: half of the threads busy", Server(0.5, THREADS), parts=("cpu",)),
    Case("load-full", "No sensor: all threads busy", Server(1.0, THREADS), parts=("cpu",)),
    Case("load-asleep", "No sensor: all threads busy, a process that sleeps",
         Server(1.0, THREADS), parts=("cpu",), asked=Asked.PROCESS),
    *VIRTUAL,
)  # fmt: skip

CASES: Mapping[str, Case] = MappingProxyType({each.name: each for each in _ALL})
"""Every case by its name."""
