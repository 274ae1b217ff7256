"""How the kernel's control groups are read (``/sys/fs/cgroup``), versions 1 and 2."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from submeter.sensing.devices.procfs import read

ROOT = "/sys/fs/cgroup"
_MOST = 1 << 20


class Files(NamedTuple):
    """Where a control group tells its use: CPU time (two forms), memory [B], its processes."""

    cpu: str
    version: int
    memory: str
    processes: str


_UNIFIED = ("", "/unified")
_CPU = ("/cpuacct", "/cpu,cpuacct")
"""Where version 2 is mounted below the root, and the CPU controller of version 1."""


def trees(root: str = ROOT) -> list[str]:
    """Give the folders below which every group of the machine stands."""
    unified = [
        root + each for each in _UNIFIED if os.path.isfile(f"{root}{each}/cgroup.controllers")
    ]
    older = [root + each for each in _CPU if os.path.isfile(f"{root}{each}/cpuacct.usage")]
    return [*unified, *older]


def files(path: str, root: str = ROOT) -> Files | None:
    """Find the files of the group at `path`, such as ``/system.slice/ollama.service``."""
    path = "/" + path.strip("/")
    for base in (root + each for each in _UNIFIED):
        if os.path.isfile(f"{base}{path}/cpu.stat") and os.path.isfile(
            f"{base}/cgroup.controllers"
        ):
            return Files(
                f"{base}{path}/cpu.stat",
                2,
                f"{base}{path}/memory.current",
                f"{base}{path}/cgroup.procs",
            )
    for each in _CPU:
        if os.path.isfile(f"{root}{each}{path}/cpuacct.usage"):
            memory = f"{root}/memory{path}/memory.usage_in_bytes"
            folder = f"{root}{each}{path}"
            return Files(f"{folder}/cpuacct.usage", 1, memory, f"{folder}/cgroup.procs")
    return None


def cpu_time(found: Files) -> int:
    """Give the group's CPU time [ns]; dead processes are in it."""
    text = read(found.cpu)
    if found.version == 1:
        return int(text)
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        if name == "usage_usec":
            return int(value) * 1000
    raise OSError(f"{found.cpu} does not tell usage_usec")


def processes(found: Files) -> frozenset[int]:
    """Give the processes of the group and of all below it: those of a job are in its steps'.

    A process that the reader's pid namespace does not show is listed as 0, and left out.
    """
    folder, name = os.path.split(found.processes)
    pids = set(map(int, read(found.processes, _MOST).split()))
    for below, _, _ in os.walk(folder):
        if below != folder:
            # Gone meanwhile; or a group of threads, whose processes its parent lists.
            with suppress(OSError, ValueError):
                pids.update(map(int, read(f"{below}/{name}", _MOST).split()))
    return frozenset(pids - {0})
