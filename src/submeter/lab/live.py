"""A process that keeps a stand-in machine's files true, as time goes on.

``python -m submeter.lab.live MACHINE``, with `MACHINE` as `Machine.as_json` writes it, makes the
files, prints ``ready``, and writes every millisecond until its standard input is closed.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from submeter.errors import SensorUnavailable
from submeter.lab.device import Device
from submeter.lab.powercap import REFRESH, WRAP, Tree, Zone
from submeter.lab.processors import Processors
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from types import TracebackType

_BEAT = REFRESH / 1e9
_LOAD_EVERY = 5
"""The load's file is longer, and its ticks are ten milliseconds: it is written so seldom."""


class ZonePlan(NamedTuple):
    """A zone that is to be.

    Parameters
    ----------
    folder, name, draws
        See `submeter.lab.powercap.Tree.add`.
    wraps : int
        Its counter wraps at this instant [ns]; 0 for not soon.
    fails : int
        From this instant [ns] on it fails; 0 for never.
    how : str
        ``vanish``, ``forbid`` or ``restart``.
    """

    folder: str
    name: str
    draws: Waveform
    wraps: int = 0
    fails: int = 0
    how: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A powercap tree and a load of processors.

    Parameters
    ----------
    folder : Path
        ``powercap`` and ``stat`` are made in it.
    zones : tuple of ZonePlan
        The tree's; there is none without.
    load : Waveform or None
        See `submeter.lab.processors.Processors`.
    """

    folder: Path
    zones: tuple[ZonePlan, ...] = ()
    load: Waveform | None = None

    @property
    def tree(self) -> Path | None:
        """The tree, if there is one."""
        return self.folder / "powercap" if self.zones else None

    @property
    def stat(self) -> Path | None:
        """What stands for ``/proc/stat``, if there is a load."""
        return self.folder / "stat" if self.load else None

    def as_json(self) -> str:
        """Write it for `main`."""
        zones = [{**each._asdict(), "draws": list(each.draws.steps)} for each in self.zones]
        load = list(self.load.steps) if self.load else None
        return json.dumps({"folder": str(self.folder), "zones": zones, "load": load})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote."""
        told: dict[str, Any] = json.loads(text)
        zones = [ZonePlan(**{**each, "draws": _wave(each["draws"])}) for each in told["zones"]]
        load = _wave(told["load"]) if told["load"] else None
        return cls(Path(told["folder"]), tuple(zones), load)


def _wave(steps: list[list[int]]) -> Waveform:
    return Waveform(tuple((length, power) for length, power in steps))


class Live:
    """The process that keeps a machine's files true, while the context is open.

    Parameters
    ----------
    machine : Machine
        What it writes.
    """

    def __init__(self, machine: Machine) -> None:
        self._words = [sys.executable, "-m", "submeter.lab.live", machine.as_json()]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._process.stdout is None or self._process.stdout.readline() != "ready\n":
            self._close()
            raise SensorUnavailable("the stand-in machine could not be made", self._words[-1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._close()

    def _close(self) -> None:
        if self._process is not None:
            self._process.communicate()


def made(machine: Machine) -> tuple[list[tuple[Zone, ZonePlan]], Processors | None]:
    """Make a machine's files."""
    machine.folder.mkdir(parents=True, exist_ok=True)
    zones = []
    if machine.tree is not None:
        tree = Tree(machine.tree, time.monotonic_ns)
        for plan in machine.zones:
            zone = tree.add(plan.folder, plan.name, Device(plan.draws))
            zone.restart(_stands(plan, time.monotonic_ns()))
            zones.append((zone, plan))
    if machine.load is None or machine.stat is None:
        return zones, None
    threads = os.sysconf("SC_NPROCESSORS_ONLN")
    return zones, Processors(machine.stat, machine.load, threads, time.monotonic_ns)


def _stands(plan: ZonePlan, now: int) -> int:
    """Give what a zone's counter stands at [µJ]: zones of one place and power count alike."""
    if plan.wraps:
        return max(0, WRAP - round(plan.draws.energy(Span(now, plan.wraps))))
    place = plan.name.removeprefix("package-").partition("-die")[0]
    return WRAP // 4 + sum(map(ord, place)) * 1_000_000_000 % (WRAP // 4)


def show(zones: list[tuple[Zone, ZonePlan]]) -> None:
    """Write every counter, or let it fail whose time has come."""
    now = time.monotonic_ns()
    for place, (zone, plan) in enumerate(zones):
        if plan.fails and now >= plan.fails:
            getattr(zone, plan.how)()
            zones[place] = (zone, plan._replace(fails=0))
        elif not zone.hidden:
            zone.show()


def main(words: list[str]) -> None:
    """Write until standard input is closed."""
    zones, processors = made(Machine.from_json(words[0]))
    # Where that is allowed, it goes before all else: a late counter is one that no device has.
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    beat = 0
    while not select.select([sys.stdin], [], [], _BEAT)[0]:
        show(zones)
        beat += 1
        if processors is not None and beat % _LOAD_EVERY == 0:
            processors.show()


if __name__ == "__main__":
    main(sys.argv[1:])
