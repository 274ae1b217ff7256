"""A ``/proc`` on disk with processes that fork, use CPU time, end and are waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.lab.processors import MILLIONTHS
from submeter.sensing.devices.procfs import TICK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from submeter.lab.waveform import Waveform

_RESIDENT = 25
"""Memory that each of them holds, in pages."""


@dataclass
class Row:
    """A process: its parent, CPU time of its own and of the children it waited for [ticks]."""

    parent: int
    comm: str
    start: int
    own: int = 0
    waited: int = 0
    zombie: bool = False


@dataclass(frozen=True)
class _Load:
    """What a process uses [millionths of a thread], and what it had used by when [ticks, ns]."""

    wave: Waveform
    since: int
    before: int

    def own(self, now: int) -> int:
        used = self.wave.until(now) - self.wave.until(self.since)
        return self.before + used // (MILLIONTHS * TICK)


class Processes:
    """A ``/proc`` below `root`.

    Parameters
    ----------
    root : Path
        Made here.
    now : callable
        The clock [ns], monotonic, by which processes work that are told to.
    lists_children : bool
        Whether the kernel lists a process's children (``CONFIG_PROC_CHILDREN``).

    Attributes
    ----------
    rows : dict of int to Row
        The processes by their ids.
    """

    def __init__(
        self, root: Path, now: Callable[[], int] = lambda: 0, *, lists_children: bool = True
    ) -> None:
        self.root = root
        self.rows: dict[int, Row] = {}
        self._now = now
        self._lists_children = lists_children
        self._loads: dict[int, _Load] = {}
        root.mkdir(parents=True, exist_ok=True)

    def fork(self, pid: int, parent: int = 1, comm: str = "python", start: int = 100) -> None:
        """Begin a process, at `start` [ticks since boot]."""
        self.rows[pid] = Row(parent, comm, start)
        self.write()

    def work(self, pid: int, load: Waveform) -> None:
        """Let a process use processors from now on [millionths of a thread]."""
        self._loads[pid] = _Load(load, self._now(), self.rows[pid].own)

    def use(self, pid: int, ticks: int) -> None:
        """Let a process use CPU time at once [ticks]."""
        self.rows[pid].own += ticks
        self.write()

    def end(self, pid: int) -> None:
        """End a process; it stays a zombie until it is waited for, its children go to init."""
        self._work()
        self._loads.pop(pid, None)
        self.rows[pid].zombie = True
        for row in self.rows.values():
            if row.parent == pid:
                row.parent = 1
        self.write()

    def reap(self, pid: int, *, counted: bool = True) -> None:
        """Let a zombie go: its parent has waited for it, or (not `counted`) ignores its signal."""
        gone = self.rows.pop(pid)
        parent = self.rows.get(gone.parent)
        if counted and parent is not None:
            parent.waited += gone.own + gone.waited
        self.write()

    def show(self) -> None:
        """Write what has been used by now."""
        self._work()
        for pid in self._loads:
            self._write_stat(pid)

    def _work(self) -> None:
        for pid, load in self._loads.items():
            self.rows[pid].own = load.own(self._now())

    def write(self) -> None:
        """Write every process, and let go of the folders of those that are gone."""
        for path in self.root.glob("[0-9]*"):
            if int(path.name) not in self.rows:
                for file in sorted(path.rglob("*"), reverse=True):
                    file.rmdir() if file.is_dir() else file.unlink()
                path.rmdir()
        for pid in self.rows:
            task = self.root / str(pid) / "task" / str(pid)
            task.mkdir(parents=True, exist_ok=True)
            self._write_stat(pid)
            if self._lists_children:
                born = [str(each) for each, other in self.rows.items() if other.parent == pid]
                listed = " ".join(born) + " " * bool(born)
                (task / "children").write_text(listed, encoding="ascii")

    def _write_stat(self, pid: int) -> None:
        (self.root / str(pid) / "stat").write_text(self.stat(pid), encoding="utf-8")

    def stat(self, pid: int) -> str:
        """Give what ``/proc/PID/stat`` says."""
        row = self.rows[pid]
        fields = ["Z" if row.zombie else "S", row.parent, pid, pid, 0, -1, 0, 0, 0, 0, 0]
        fields += [row.own, 0, row.waited, 0, 20, 0, 1, 0, row.start, 10_000_000, _RESIDENT]
        return f"{pid} ({row.comm}) " + " ".join(map(str, fields)) + " 0" * 28 + "\n"

    def used(self, *pids: int) -> int:
        """Give the CPU time [ns] of processes and of those that they have waited for."""
        return sum(self.rows[pid].own + self.rows[pid].waited for pid in pids) * TICK
