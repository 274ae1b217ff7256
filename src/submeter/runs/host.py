"""What this machine is, as far as the kernel tells."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.devices import hypervisor, procfs
from submeter.workloads.usage import Capacity

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Host:
    """A machine.

    Parameters
    ----------
    name, system : str
        Its name; kernel and release.
    boot : str
        Id of this boot.
    processor : str
        The processor's product name, or empty.
    virtual : bool
        Whether a hypervisor is beneath.
    capacity : Capacity
        Hardware threads online and memory [B].
    """

    name: str
    system: str
    boot: str
    processor: str
    virtual: bool
    capacity: Capacity

    def record(self) -> Mapping[str, str]:
        """Give the entry's ``host`` fields, with those of this process as the writer."""
        pid = os.getpid()
        try:
            start = str(procfs.process_times(pid).start)
        except OSError:
            start = ""
        return {
            "name": self.name,
            "boot": self.boot,
            "pid": str(pid),
            "pid_start": start,
            "machine": "virtual" if self.virtual else "bare",
            "system": self.system,
        }


def describe() -> Host:
    """Describe the machine that this runs on."""
    system = os.uname()
    try:
        processor = procfs.processor()
    except OSError:
        processor = procfs.Processor("", virtual=False)
    try:
        memory = procfs.memory(procfs.read("/proc/meminfo")).total
    except (OSError, KeyError, ValueError):
        memory = 0
    return Host(
        system.nodename,
        f"{system.sysname} {system.release} {system.machine}",
        procfs.boot_id(),
        processor.name,
        processor.virtual or hypervisor.beneath(),
        Capacity(os.sysconf("SC_NPROCESSORS_ONLN"), memory),
    )


_SHORT_SLEEP = 500_000_000
"""A machine that slept for less than this [ns] is not said to have slept."""


def disturbances(host: Host, slept: int) -> list[str]:
    """Tell in words what happened to the machine while it was metered.

    Parameters
    ----------
    host : Host
        As it was described at the start.
    slept : int
        For how long it was suspended meanwhile [ns].
    """
    told = []
    if slept > _SHORT_SLEEP:
        told.append(
            f"clock: the machine was suspended for {slept / NANOSECONDS_PER_SECOND:.0f} s, which "
            "the time and the energy that are told leave out"
        )
    online, before = os.sysconf("SC_NPROCESSORS_ONLN"), host.capacity.threads
    if online != before:
        told.append(
            f"cpu: {online} hardware threads are online where {before:g} were at the start; shares "
            f"are of {before:g}"
        )
    return told
