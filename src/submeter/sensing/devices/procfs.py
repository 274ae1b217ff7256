"""How the kernel is asked about processes, processors and memory (``/proc``)."""

from __future__ import annotations

import os
import time
from typing import NamedTuple


def _configured(name: str, default: int) -> int:
    """Give a limit of the system, or what is usual where the system has no such thing."""
    try:
        return os.sysconf(name)
    except (AttributeError, ValueError, OSError):
        return default


TICK = 1_000_000_000 // _configured("SC_CLK_TCK", 100)
"""One clock tick of the kernel's accounting [ns], 10 ms on most machines."""


def read(path: str, most: int = 65536) -> str:
    """Read a small kernel file in one go."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(handle, most).decode(errors="replace")
    finally:
        os.close(handle)


class ProcessTimes(NamedTuple):
    """What ``/proc/PID/stat`` says of a process.

    Parameters
    ----------
    pid, parent : int
        Its id and its parent's.
    state : str
        ``Z`` is a zombie.
    cpu : int
        CPU time [ns] of its own and of the children that it has waited for.
    alone : int
        CPU time [ns] of its own.
    start : int
        When it started, in ticks since boot; with `pid` it names one process.
    resident : int
        Resident memory [B].
    """

    pid: int
    parent: int
    state: str
    cpu: int
    alone: int
    start: int
    resident: int


_PAGE = _configured("SC_PAGE_SIZE", 4096)


def process_times(pid: int, root: str = "/proc") -> ProcessTimes:
    """Read one process; raises `OSError` if it is gone."""
    text = read(f"{root}/{pid}/stat", 4096)
    fields = text[text.rindex(")") + 2 :].split()
    user, system, of_children, of_children_system = map(int, fields[11:15])
    alone = (user + system) * TICK
    cpu = alone + (of_children + of_children_system) * TICK
    resident = int(fields[21]) * _PAGE
    return ProcessTimes(pid, int(fields[1]), fields[0], cpu, alone, int(fields[19]), resident)


def cpu_clock(pid: int) -> int:
    """Give the CPU time [ns] of a process, without its children; raises `OSError` if it is gone.

    Exact to the nanosecond and ten times as cheap as its ``/proc/PID/stat``, in ticks of 10 ms.

    References
    ----------
    ``MAKE_PROCESS_CPUCLOCK`` in Linux's ``include/linux/posix-timers.h``; clock_getcpuclockid(3).
    """
    return time.clock_gettime_ns(~pid << 3 | _SCHEDULED)


_SCHEDULED = 2
"""``CPUCLOCK_SCHED``: the time that the scheduler gave it."""


def has_cpu_clocks(pid: int, root: str = "/proc") -> bool:
    """Tell whether `cpu_clock` knows processes by the ids under `root`, `pid` among them."""
    try:
        return os.readlink(f"{root}/self") == str(os.getpid()) and cpu_clock(pid) >= 0
    except OSError:
        return False


def children(pid: int, root: str = "/proc") -> list[int] | None:
    """Give the children of a process, or None where the kernel does not list them."""
    found: list[int] = []
    try:
        threads = os.listdir(f"{root}/{pid}/task")
    except FileNotFoundError:
        return []
    for thread in threads:
        path = f"{root}/{pid}/task/{thread}"
        try:
            found += map(int, read(f"{path}/children").split())
        except FileNotFoundError:
            if os.path.isdir(path):
                return None
            # The thread has just ended; its children belong to another of the process now.
    return found


def parents(root: str = "/proc") -> dict[int, int]:
    """Give every process's parent, by reading all of ``/proc``."""
    found: dict[int, int] = {}
    for name in os.listdir(root):
        if name.isdigit():
            try:
                text = read(f"{root}/{name}/stat", 1024)
            except OSError:
                continue
            found[int(name)] = int(text[text.rindex(")") + 2 :].split(None, 2)[1])
    return found


class KernelFile:
    """A small kernel file that is read again and again: opened once, at the first reading.

    Parameters
    ----------
    path : str
        The file.
    most : int
        Bytes that are wanted of it.
    """

    def __init__(self, path: str, most: int) -> None:
        self._path = path
        self._most = most
        self._handle = -1

    def read(self) -> str:
        """Read it from its beginning."""
        if self._handle < 0:
            self._handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(self._handle, self._most, 0).decode(errors="replace")

    def close(self) -> None:
        """Close it; reading opens it again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def busy_time(text: str) -> int:
    """Give the CPU time [ns] that the machine has been busy since boot, over all threads.

    User, nice, system, irq and softirq; not idle, not waiting for I/O, not stolen by the host
    (another guest drew that). Guest time is inside user time already.
    """
    user, nice, system, _idle, _iowait, irq, softirq = map(int, text.split(None, 8)[1:8])
    return (user + nice + system + irq + softirq) * TICK


class Memory(NamedTuple):
    """Memory of the machine [B]: installed, and held by somebody (not available)."""

    total: int
    held: int


def memory(text: str) -> Memory:
    """Make sense of ``/proc/meminfo``."""
    values = {}
    for line in text.splitlines()[:4]:
        name, _, rest = line.partition(":")
        values[name] = int(rest.split()[0]) * 1024
    total = values["MemTotal"]
    return Memory(total, total - values.get("MemAvailable", values.get("MemFree", total)))


class Processor(NamedTuple):
    """What ``/proc/cpuinfo`` says: the product's name, and whether a hypervisor is beneath."""

    name: str
    virtual: bool


def processor(root: str = "/proc") -> Processor:
    """Read the first processor's entry of ``/proc/cpuinfo``."""
    entry = {}
    for line in read(f"{root}/cpuinfo", 16384).splitlines():
        name, separator, value = line.partition(":")
        if not separator:
            break
        entry[name.strip()] = value.strip()
    name = entry.get("model name") or entry.get("Model") or entry.get("CPU part", "")
    return Processor(name, "hypervisor" in entry.get("flags", "").split())


def boot_id(root: str = "/proc") -> str:
    """Give the id of this boot, or an empty string."""
    try:
        return read(f"{root}/sys/kernel/random/boot_id").strip()
    except OSError:
        return ""
