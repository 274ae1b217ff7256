"""A process and all that descend from it: their CPU time and the memory that they hold."""

from __future__ import annotations

import os
import resource
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from submeter.sensing.devices import procfs
from submeter.sensing.probes.probe import Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SCAN_SHARE = 2000
"""A scan of all of ``/proc`` may cost one part in this many of the time between two scans."""


GROW_EVERY = 5
"""Beats between two full readings, which look for newborn processes and for the memory held."""


class ProcessTree:
    """Follows a process tree from outside, or from within.

    CPU time of the living is read from each; of the dead it is in their parents' once these have
    waited for them, and `reaped` gives that of the dead whom nobody else can tell of. Of the dead
    whom nobody waits for it is as it was last seen. A total never falls.

    Parameters
    ----------
    pid : int
        The root of the tree.
    reaped : callable
        CPU time [ns] of descendants that the caller itself has waited for.
    guardian : int
        A process whose children are all of the tree, though it is not: one that adopts orphans.
        0 if there is none.
    root : str
        Stands in for ``/proc``.
    outsiders : frozenset of int
        Children of the guardian that are no part of the tree.
    """

    def __init__(
        self,
        pid: int,
        reaped: Callable[[], int] = lambda: 0,
        guardian: int = 0,
        root: str = "/proc",
        outsiders: frozenset[int] = frozenset(),
    ) -> None:
        self._pid = pid
        self._reaped = reaped
        self._guardian = guardian
        self._outsiders = outsiders
        self._root = root
        self._start = procfs.process_times(pid, root).start
        self._self = os.getpid()
        self._most = 0
        self._seen: dict[int, tuple[int, int]] = {}
        self._reaped_before = reaped()
        self._unclaimed = 0
        self._known: dict[int, int] = {pid: self._start}
        self._scan_due = 0.0
        self._beats = 0
        self._has_clocks = procfs.has_cpu_clocks(pid, root)

    @property
    def who(self) -> str:
        """The tree's root as ``pid:N``."""
        return f"pid:{self._pid}"

    def pids_now(self) -> frozenset[int]:
        """Give the processes of the tree that were alive at the last reading."""
        return frozenset(self._known)

    def sample(self, *, edge: bool = True) -> Sequence[Use]:
        """Read the tree; raises `OSError` once nothing of it is left.

        Between edges only every fifth beat is a full reading; the others read the clocks of the
        processes that are known.
        """
        self._beats += 1
        if not edge and self._has_clocks and self._seen and self._beats % GROW_EVERY:
            return (Use("cpu", self._by_clocks()),)
        self._grow()
        resident, living, seen = 0, {}, {}
        for pid, start in self._known.items():
            try:
                times = procfs.process_times(pid, self._root)
            except (OSError, ValueError):
                continue
            if start and times.start != start:
                continue
            seen[pid] = self._used(pid, times)
            resident += times.resident
            living[pid] = times.start
        if not living:
            raise ProcessLookupError(f"process {self._pid} and all its children are gone")
        reaped = self._reaped()
        self._unclaimed = self._left(seen, reaped)
        self._known, self._seen, self._reaped_before = living, seen, reaped
        return (Use("cpu", self._total(reaped)), Use("memory", resident))

    def _used(self, pid: int, times: procfs.ProcessTimes) -> tuple[int, int]:
        """Give the CPU time [ns] of a process with the children it waited for, and of these."""
        if pid == self._self:
            return own_time(), own_children()
        waited = times.cpu - times.alone
        if self._has_clocks:
            with suppress(OSError):
                return procfs.cpu_clock(pid) + waited, waited
        return times.cpu, waited

    def _by_clocks(self) -> int:
        """Give the CPU time [ns] with what the known processes have used since the full reading.

        Of children waited for since then nothing is known yet; the next full reading tells.
        """
        for pid, (cpu, waited) in self._seen.items():
            try:
                used = procfs.cpu_clock(pid) + waited
            except OSError:
                continue
            # One that bears the number of one that is gone has used less.
            if used > cpu:
                self._seen[pid] = used, waited
        return self._total(self._reaped_before)

    def _total(self, reaped: int) -> int:
        total = sum(cpu for cpu, _ in self._seen.values())
        self._most = max(self._most, total + reaped + self._unclaimed)
        return self._most

    def _left(self, seen: dict[int, tuple[int, int]], reaped: int) -> int:
        """Give the CPU time [ns] of the dead that has not come to any who waited for them.

        It stays for good where the kernel drops it (SIGCHLD ignored, a parent outside the tree),
        and comes to nothing one reading later where it was waited for in the middle of a reading.
        """
        gone = sum(cpu for pid, (cpu, _) in self._seen.items() if pid not in seen)
        claimed = reaped - self._reaped_before
        for pid, (_, waited) in seen.items():
            if pid in self._seen:
                claimed += waited - self._seen[pid][1]
        return max(0, self._unclaimed + gone - claimed)

    def last(self) -> int:
        """Give the CPU time [ns] of the whole tree once it is gone: what was seen or reaped."""
        reaped = self._reaped()
        self._most = max(self._most, reaped + self._left({}, reaped))
        return self._most

    def _grow(self) -> None:
        """Take in the descendants born since the last reading."""
        fresh = [*self._known, *((self._guardian,) if self._guardian else ())]
        while fresh:
            pid = fresh.pop()
            if pid == self._self and is_childless():
                continue
            found = procfs.children(pid, self._root)
            if found is None:
                self._scan()
                return
            born = [e for e in found if e not in self._known and e not in self._outsiders]
            self._known.update(dict.fromkeys(born, 0))
            fresh += born

    def _scan(self) -> None:
        """Find descendants by every process's parent, no oftener than its cost allows."""
        began = time.monotonic()
        if began < self._scan_due:
            return
        roots = {*self._known, self._guardian} - {0}
        tree = descendants(roots, procfs.parents(self._root)) - {self._guardian, *self._outsiders}
        self._known.update({pid: 0 for pid in tree if pid not in self._known})
        self._scan_due = began + _SCAN_SHARE * (time.monotonic() - began)

    def scan_now(self) -> None:
        """Look for descendants at the next reading, whatever it costs: at an edge."""
        self._scan_due = 0.0

    def close(self) -> None:
        """Do nothing: no file is kept open."""


def descendants(roots: Iterable[int], parents: dict[int, int]) -> set[int]:
    """Give the roots and every process that descends from one of them."""
    found = set(roots)
    grew = True
    while grew:
        born = {pid for pid, parent in parents.items() if parent in found and pid not in found}
        found |= born
        grew = bool(born)
    return found


_OF_ANY_KIND = 0x40000000
"""``__WALL``: children too that were made to end without a signal; waitid(2)."""


def is_childless() -> bool:
    """Tell whether this process has no child, alive or still to be waited for.

    One call, where the kernel lists the children of each thread apart. It waits for none.
    """
    try:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT | _OF_ANY_KIND
        os.waitid(os.P_ALL, 0, options)
    except ChildProcessError:
        return True
    except (OSError, AttributeError):
        return False
    return False


def own_children() -> int:
    """Give the CPU time [ns] of the children that this process has waited for.

    To the microsecond: `os.times` counts in ticks of 10 ms, and a short command would be free.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((used.ru_utime + used.ru_stime) * 1e9)


def own_time() -> int:
    """Give the CPU time [ns] of this process and of the children that it has waited for.

    Finer than ``/proc``, whose tick of 10 ms is too coarse for a short window.
    """
    return time.process_time_ns() + own_children()


def open_probe(target: str) -> ProcessTree:
    """Open the tree below the process with id `target`."""
    return ProcessTree(int(target))
