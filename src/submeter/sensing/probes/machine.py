"""The whole machine at work: busy CPU time and memory held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.sensing.devices import procfs
from submeter.sensing.probes.probe import Use

if TYPE_CHECKING:
    from collections.abc import Sequence


MEMORY_EVERY = 5
"""Beats between two readings of the memory held, which changes slowly and costs as much to read."""


class MachineProbe:
    """Reads ``/proc/stat`` and ``/proc/meminfo``; `root` stands in for ``/proc``."""

    who = "machine"

    def __init__(self, root: str = "/proc") -> None:
        self._times = procfs.KernelFile(f"{root}/stat", 512)
        self._memory = procfs.KernelFile(f"{root}/meminfo", 512)
        self._beats = 0

    def sample(self, *, edge: bool = True) -> Sequence[Use]:
        """Read the CPU time, and the memory at edges and on every fifth beat."""
        cpu = Use("cpu", procfs.busy_time(self._times.read()))
        self._beats += 1
        if not edge and self._beats % MEMORY_EVERY:
            return (cpu,)
        return (cpu, Use("memory", procfs.memory(self._memory.read()).held))

    def close(self) -> None:
        """Close the files."""
        self._times.close()
        self._memory.close()


def open_probe(target: str = "") -> MachineProbe:
    """Open the probe; `target` is a tree to read instead of ``/proc``."""
    return MachineProbe(target or "/proc")
