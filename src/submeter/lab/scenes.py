"""Hardware on a virtual clock: stand-ins in a folder, and what they truly draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from submeter.lab import powercap
from submeter.lab.device import Device
from submeter.lab.groups import Groups
from submeter.lab.processes import Processes
from submeter.lab.processors import MILLIONTHS, Processors, busy_seconds
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.devices.procfs import TICK
from submeter.sensing.probes.cgroup import CgroupProbe
from submeter.sensing.probes.machine import MachineProbe
from submeter.sensing.probes.processes import ProcessTree
from submeter.sensing.sensors.rapl import RaplSensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from submeter.lab.clock import VirtualClock
    from submeter.quantities.clock import Span
    from submeter.sensing.probes.probe import Probe
    from submeter.sensing.sensors.sensor import Sensor

JOULE = 1e6
WHOLE, OWN, OTHERS, SUM = "whole", "own", "others", "sum"


class Site(NamedTuple):
    """Where stand-ins are put up.

    Parameters
    ----------
    folder : Path
        For their files.
    clock : VirtualClock
        By which they go.
    begin : int
        When the first window begins [ns].
    stack : ExitStack
        Ends what must end.
    """

    folder: Path
    clock: VirtualClock
    begin: int
    stack: ExitStack

    def after(self, seconds: float, happens: Callable[[], object]) -> None:
        """Let something happen so long [s] after the first window has begun."""
        self.clock.at(self.begin + round(seconds * NANOSECONDS_PER_SECOND), happens)


class Usage(NamedTuple):
    """Who works on the processors.

    Parameters
    ----------
    machine : Probe
        Everybody.
    ranks : sequence of Probe
        Those who measure, each by itself.
    threads : int
        Hardware threads that there are.
    """

    machine: Probe
    ranks: Sequence[Probe]
    threads: int


class PutUp(NamedTuple):
    """Real sensors and probes on their stand-ins, sensors in the order in which they are found."""

    sensors: Sequence[Sensor]
    usage: Usage | None = None


class Scene(Protocol):
    """Hardware that is put up on a virtual clock."""

    def truth(self, part: str, span: Span) -> float:
        """Give the energy [J] of a part within `span`."""
        ...

    def put_up(self, site: Site) -> PutUp:
        """Put up the stand-ins and open the real sensors on them."""
        ...


@dataclass(frozen=True)
class Metered:
    """Devices with meters.

    Parameters
    ----------
    parts : mapping of str to tuple of Device
        By part, what draws for it; ``whole`` where its meter sees more than the parts do.
    build : callable
        Puts up the stand-ins at a `Site` and opens the sensors.
    """

    parts: Mapping[str, tuple[Device, ...]]
    build: Callable[[Site], Sequence[Sensor]]

    def truth(self, part: str, span: Span) -> float:
        """Give the energy [J] of a part within `span`."""
        wanted = (part,) if part != WHOLE or WHOLE in self.parts else tuple(self.parts)
        devices = [each for name in wanted for each in self.parts.get(name, ())]
        return sum(each.draws.energy(span) for each in devices) / JOULE

    def put_up(self, site: Site) -> PutUp:
        """Put it up."""
        return PutUp(self.build(site))


class Shift(NamedTuple):
    """How many threads the measured work and the others keep busy, and for how long [s]."""

    seconds: float
    own: float
    others: float


_TREE, _CHILDREN, _GROUP = "tree", "children", "group"
_FIRST_PID = 5_000_000
"""Above every id that Linux gives (``PID_MAX_LIMIT`` is 4194304): none of them is this process."""
_OTHER_PID = _FIRST_PID - 1
_CHILD_PID = 2 * _FIRST_PID
_CHILDHOOD = 40
"""How long a short-lived child lives [ticks], busy on one thread."""
_GROUP_PATH = "/system.slice/docker-1ab.scope"
_MEMINFO = "MemTotal: 16000000 kB\nMemFree: 8000000 kB\nMemAvailable: 8000000 kB\n"


@dataclass(frozen=True)
class Shared:
    """Processors under RAPL that measured work shares with others, each with a known part.

    Parameters
    ----------
    shifts : tuple of Shift
        The load, over and over.
    by : str
        Who the work is: ``tree`` (a process and a child), ``children`` (one whose children live
        for 0.4 s, one after another), ``group`` (a container).
    ranks : int
        How many processes measure, each for itself; they share the work equally.
    threads : int
        Hardware threads.
    idle, each : float
        What is drawn with nothing to do, and on top by each busy thread [W].
    """

    shifts: tuple[Shift, ...]
    by: str = _TREE
    ranks: int = 1
    threads: int = 8
    idle: float = 60.0
    each: float = 20.0

    def _load(self, own: float, others: float) -> Waveform:
        """Give a load [millionths of a thread] made of so much of either."""
        steps = [
            (
                round(shift.seconds * NANOSECONDS_PER_SECOND),
                round((own * shift.own + others * shift.others) * MILLIONTHS),
            )
            for shift in self.shifts
        ]
        return Waveform(tuple(steps))

    @property
    def package(self) -> Waveform:
        """What the processors draw."""
        idle = round(self.idle * JOULE)
        steps = [
            (length, idle + round(load * self.each)) for length, load in self._load(1, 1).steps
        ]
        return Waveform(tuple(steps))

    def truth(self, part: str, span: Span) -> float:
        """Give what somebody is charged with [J]: what he caused, and his part of idle.

        The part of what is drawn with nothing to do that goes to him is his part of the threads.
        """
        if part not in (OWN, OTHERS):
            return self.package.energy(span) / JOULE
        load = self._load(part == OWN, part == OTHERS)
        return busy_seconds(load, *span) * (self.each + self.idle / self.threads)

    def put_up(self, site: Site) -> PutUp:
        """Put it up."""
        clock = site.clock
        tree = powercap.Tree(site.folder / "powercap", clock.now)
        tree.socket(0, Device(self.package))
        proc = Processes(site.folder / "proc", clock.now)
        (proc.root / "meminfo").write_text(_MEMINFO, encoding="ascii")
        busy = Processors(proc.root / "stat", self._load(1, 1), self.threads, clock.now)
        for pid in (1, _OTHER_PID):
            proc.fork(pid, parent=int(pid > 1))
        proc.work(_OTHER_PID, self._load(0, 1))
        ranks = self._ranks(site, proc)
        for show in (tree.show, proc.show, busy.show):
            clock.each_time(show)
        usage = Usage(MachineProbe(str(proc.root)), ranks, self.threads)
        return PutUp([RaplSensor(str(tree.root))], usage)

    def _ranks(self, site: Site, proc: Processes) -> list[Probe]:
        if self.by == _GROUP:
            groups = Groups(site.folder / "cgroup", site.clock.now)
            groups.add(_GROUP_PATH, self._load(1, 0))
            site.clock.each_time(groups.show)
            return [CgroupProbe(_GROUP_PATH, str(groups.root))]
        found: list[Probe] = []
        for rank in range(self.ranks):
            pid = _FIRST_PID + 2 * rank
            proc.fork(pid)
            found.append(ProcessTree(pid, root=str(proc.root)))
            if self.by == _CHILDREN:
                _Nursery(site.clock, proc, pid, self._load(1, 0)).next()
            else:
                proc.fork(pid + 1, parent=pid)
                for each in (pid, pid + 1):
                    proc.work(each, self._load(1 / self.ranks / 2, 0))
        return found


class _Nursery:
    """Children of a process that live for `_CHILDHOOD`, one after another, and are waited for."""

    def __init__(self, clock: VirtualClock, proc: Processes, parent: int, load: Waveform) -> None:
        self._clock = clock
        self._proc = proc
        self._parent = parent
        self._load = load
        self._child = 0

    def next(self) -> None:
        """Let go of the last child, and have the next."""
        if self._child:
            self._proc.end(self._child)
            self._proc.reap(self._child)
        self._child = max(_CHILD_PID, self._child + 1)
        self._proc.fork(self._child, parent=self._parent)
        self._proc.work(self._child, self._load)
        self._clock.at(self._clock.now() + _CHILDHOOD * TICK, self.next)
