"""A machine on a virtual clock: a powercap tree and a /proc on disk, written as time goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from submeter.sensing.devices.procfs import TICK

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000
WRAP = 262_143_328_850
"""The range of a package's counter on many Intel processors [µJ]."""


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


class Zone:
    """One powercap zone: a folder whose counter grows by its watts and wraps."""

    def __init__(self, folder: Path, name: str, watts: float, wrap: int, counter: int) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.watts = watts
        self.wrap = wrap
        self.drawn = counter
        (folder / "name").write_text(f"{name}\n")
        (folder / "max_energy_range_uj").write_text(f"{wrap}\n")
        self.show()

    @property
    def file(self) -> Path:
        return self.folder / "energy_uj"

    def show(self) -> None:
        """Write the counter in one go, as the kernel shows it."""
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT)
        try:
            text = f"{self.drawn % self.wrap}\n".encode()
            os.pwrite(handle, text, 0)
            os.ftruncate(handle, len(text))
        finally:
            os.close(handle)

    def forbid(self) -> None:
        """Make the counter unreadable, for root too: reading a folder fails."""
        self.file.unlink()
        self.file.mkdir()

    def vanish(self) -> None:
        """Make the counter tell nothing, as a zone does whose processor went offline."""
        os.truncate(self.file, 0)


class Powercap:
    """A powercap tree below `root`."""

    def __init__(self, root: Path, clock: VirtualClock) -> None:
        self.root = root
        self.clock = clock
        self.zones: list[Zone] = []
        root.mkdir(parents=True, exist_ok=True)
        (root / "intel-rapl").mkdir(exist_ok=True)

    def zone(
        self, folder: str, name: str, watts: float = 0.0, wrap: int = WRAP, counter: int = 0
    ) -> Zone:
        zone = Zone(self.root / folder, name, watts, wrap, counter)
        self.zones.append(zone)
        return zone

    def forward(self, seconds: float) -> None:
        """Let time pass, and each zone draw its watts."""
        self.clock.forward(seconds)
        for zone in self.zones:
            zone.drawn += round(zone.watts * seconds * 1_000_000)
            if zone.file.is_file() and zone.file.stat().st_size:
                zone.show()


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
