"""A machine on a virtual clock: a powercap tree and a /proc on disk, written as time goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.lab import powercap
from submeter.lab.device import Device
from submeter.lab.powercap import WRAP
from submeter.lab.waveform import flat
from submeter.sensing.devices.procfs import TICK

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000
__all__ = ["SECOND", "WRAP", "Powercap", "Proc", "VirtualClock"]


class VirtualClock:
    """Time that goes on only when told to."""

    def __init__(self, instant: int = 1_000 * SECOND) -> None:
        self.instant = instant

    def now(self) -> int:
        return self.instant

    def utc(self) -> int:
        return 1_700_000_000 * SECOND + self.instant

    def forward(self, seconds: float) -> None:
        self.instant += round(seconds * SECOND)


class Powercap(powercap.Tree):
    """The lab's powercap tree on a virtual clock, with zones of a power that never changes."""

    def __init__(self, root: Path, clock: VirtualClock) -> None:
        super().__init__(root, clock.now)
        self.clock = clock

    def zone(
        self, folder: str, name: str, watts: float = 0.0, wrap: int = WRAP, counter: int = 0
    ) -> powercap.Zone:
        return self.add(folder, name, Device(flat(watts), wrap=wrap), counter)

    def forward(self, seconds: float) -> None:
        """Let time pass, and each zone draw its watts."""
        self.clock.forward(seconds)
        self.show()


class Proc:
    """A /proc below `root`, with processes that fork, use time, end and are waited for."""

    def __init__(self, root: Path, *, lists_children: bool = True) -> None:
        self.root = root
        self.lists_children = lists_children
        self.rows: dict[int, dict[str, int]] = {}
        self.comm: dict[int, str] = {}
        root.mkdir(parents=True, exist_ok=True)

    def fork(self, pid: int, parent: int = 1, comm: str = "python", start: int = 100) -> None:
        self.rows[pid] = {"parent": parent, "own": 0, "waited": 0, "start": start, "zombie": 0}
        self.comm[pid] = comm
        self.write()

    def use(self, pid: int, ticks: int) -> None:
        self.rows[pid]["own"] += ticks
        self.write()

    def end(self, pid: int) -> None:
        """End a process; it stays a zombie until it is waited for, its children go to init."""
        self.rows[pid]["zombie"] = 1
        for row in self.rows.values():
            if row["parent"] == pid:
                row["parent"] = 1
        self.write()

    def reap(self, pid: int, *, counted: bool = True) -> None:
        """Let a zombie go: its parent has waited for it, or (not `counted`) ignores its signal."""
        gone = self.rows.pop(pid)
        parent = self.rows.get(gone["parent"])
        if counted and parent is not None:
            parent["waited"] += gone["own"] + gone["waited"]
        self.write()

    def write(self) -> None:
        for path in self.root.glob("[0-9]*"):
            if int(path.name) not in self.rows:
                for file in sorted(path.rglob("*"), reverse=True):
                    file.rmdir() if file.is_dir() else file.unlink()
                path.rmdir()
        for pid in self.rows:
            task = self.root / str(pid) / "task" / str(pid)
            task.mkdir(parents=True, exist_ok=True)
            (self.root / str(pid) / "stat").write_text(self.stat(pid))
            if self.lists_children:
                born = [str(each) for each, other in self.rows.items() if other["parent"] == pid]
                (task / "children").write_text(" ".join(born) + " " * bool(born))

    def stat(self, pid: int) -> str:
        row = self.rows[pid]
        state = "Z" if row["zombie"] else "S"
        fields = [state, row["parent"], pid, pid, 0, -1, 0, 0, 0, 0, 0]
        fields += [row["own"], 0, row["waited"], 0, 20, 0, 1, 0, row["start"], 10_000_000, 25]
        return f"{pid} ({self.comm[pid]}) " + " ".join(map(str, fields)) + " 0" * 28 + "\n"

    def used(self, *pids: int) -> int:
        """Give the CPU time [ns] of processes and of those that they have waited for."""
        return sum(self.rows[pid]["own"] + self.rows[pid]["waited"] for pid in pids) * TICK
