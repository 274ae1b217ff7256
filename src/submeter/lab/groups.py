"""A ``/sys/fs/cgroup`` on disk (version 2): groups that use a known CPU time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.processors import MILLIONTHS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from submeter.lab.waveform import Waveform

_MICROSECOND = 1000


class _Group(NamedTuple):
    folder: Path
    load: Waveform
    since: int
    memory: int


class Groups:
    """Control groups below `root`: containers, services, jobs.

    Parameters
    ----------
    root : Path
        Made here; stands for ``/sys/fs/cgroup``.
    now : callable
        The clock [ns], monotonic.
    """

    def __init__(self, root: Path, now: Callable[[], int]) -> None:
        root.mkdir(parents=True, exist_ok=True)
        (root / "cgroup.controllers").write_text("cpu memory\n", encoding="ascii")
        self.root = root
        self._now = now
        self._groups: list[_Group] = []

    def add(self, path: str, load: Waveform, memory: int = 0, pids: tuple[int, ...] = ()) -> None:
        """Add a group that works from now on.

        Parameters
        ----------
        path : str
            Such as ``/system.slice/docker-1b2c.scope``.
        load : Waveform
            What it uses [millionths of a thread].
        memory : int
            What it holds [B].
        pids : tuple of int
            Its processes.
        """
        folder = self.root / path.strip("/")
        folder.mkdir(parents=True)
        listed = "".join(f"{each}\n" for each in pids)
        (folder / "cgroup.procs").write_text(listed, encoding="ascii")
        self._groups.append(_Group(folder, load, self._now(), memory))
        self.show()

    def show(self) -> None:
        """Write what each has used by now."""
        for folder, load, since, memory in self._groups:
            used = load.until(self._now()) - load.until(since)
            told = f"usage_usec {used // (MILLIONTHS * _MICROSECOND)}\nuser_usec 0\n"
            (folder / "cpu.stat").write_text(told, encoding="ascii")
            (folder / "memory.current").write_text(f"{memory}\n", encoding="ascii")
