"""How the kernel's control groups are read (``/sys/fs/cgroup``), versions 1 and 2."""

from __future__ import annotations

import os
from typing import NamedTuple

from submeter.sensing.devices.procfs import read

ROOT = "/sys/fs/cgroup"


class Files(NamedTuple):
    """Where a control group tells its use: CPU time (two forms), memory [B], its processes."""

    cpu: str
    version: int
    memory: str
    processes: str


def files(path: str, root: str = ROOT) -> Files | None:
    """Find the files of the group at `path`, such as ``/system.slice/ollama.service``."""
    path = "/" + path.strip("/")
    for base in (root, f"{root}/unified"):
        if os.path.isfile(f"{base}{path}/cpu.stat") and os.path.isfile(
            f"{base}/cgroup.controllers"
        ):
            return Files(
                f"{base}{path}/cpu.stat",
                2,
                f"{base}{path}/memory.current",
                f"{base}{path}/cgroup.procs",
            )
    for base in ("cpuacct", "cpu,cpuacct"):
        if os.path.isfile(f"{root}/{base}{path}/cpuacct.usage"):
            memory = f"{root}/memory{path}/memory.usage_in_bytes"
            folder = f"{root}/{base}{path}"
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
    """Give the processes of the group itself; of groups below it none."""
    return frozenset(map(int, read(found.processes).split()))
