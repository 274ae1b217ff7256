"""`UsageTrace`: what a workload, or a whole machine, did over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.quantities.cumulative import Cumulative

if TYPE_CHECKING:
    from submeter.quantities.clock import Span


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


def at_least(everyone: UsageTrace, own: UsageTrace) -> UsageTrace:
    """Give what everyone used, no less than what is known of one of them.

    The kernel counts a machine's CPU time in ticks of 10 ms and a process's by the nanosecond:
    what ran for less than a tick would else have run on a machine that did nothing.
    """
    times, totals = everyone.cpu
    if not times:
        return everyone
    ahead = totals[0] - own.cpu.at(times[0])
    most = (max(total, own.cpu.at(at) + ahead) for at, total in zip(times, totals, strict=True))
    return replace(everyone, cpu=Cumulative(times, tuple(most)))


def used(trace: UsageTrace, span: Span) -> Use:
    """Give what `trace` used within `span`."""
    return Use(trace.cpu.between(span), trace.memory.between(span))
