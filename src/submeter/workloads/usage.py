"""`UsageTrace`: what a workload, or a whole machine, did over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from submeter.quantities.clock import Span
    from submeter.quantities.cumulative import Cumulative


@dataclass(frozen=True, slots=True)
class UsageTrace:
    """Resources used over time, as running totals.

    Parameters
    ----------
    who : str
        The workload: ``machine`` for all of it, ``pid:1234`` for a process tree,
        ``cgroup:/path``.
    cpu : Cumulative
        CPU time [ns] over all cores.
    memory : Cumulative
        Memory held, as byte-seconds [B·s], or empty where it is not known.
    """

    who: str
    cpu: Cumulative
    memory: Cumulative


class Capacity(NamedTuple):
    """What a machine has to give.

    Parameters
    ----------
    threads : int
        Hardware threads (virtual CPUs of a virtual machine) that are online.
    memory : int
        Memory [B].
    """

    threads: int
    memory: int


class Use(NamedTuple):
    """What was used within a window: CPU time [ns] and memory held [B·s]."""

    cpu: int
    memory: int


def used(trace: UsageTrace, span: Span) -> Use:
    """Give what `trace` used within `span`."""
    return Use(trace.cpu.between(span), trace.memory.between(span))
