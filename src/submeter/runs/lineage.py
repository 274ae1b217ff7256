"""Where a piece of work belongs: job, step and rank, pod and container, as far as it is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from submeter.sensing.devices import cgroup_names, launchers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.sensing.devices.cgroup_names import Names


LEVELS = ("job", "step", "task", "pod", "container", "unit")
"""What a control group can be all of, each within those before it where both are named."""


class Origin(NamedTuple):
    """What an entry says of it.

    Parameters
    ----------
    host : mapping of str to str
        ``pod``, ``container``, ``unit``.
    lineage : mapping of str to str
        ``job``, ``run``, ``step``, ``task``, ``rank`` and the other fields of `launchers`.
    """

    host: Mapping[str, str]
    lineage: Mapping[str, str]


def of_self(environ: Mapping[str, str]) -> Origin:
    """Tell where this process belongs, and what it starts with it."""
    return _joined(cgroup_names.of_process(), environ)


def of_process(pid: int, root: str = "/proc") -> Origin:
    """Tell where another process belongs, by its control group and what it was started with."""
    if pid == os.getpid():
        return of_self(os.environ)
    names = cgroup_names.of_process(pid, root)
    return _joined(names, launchers.environment_of(pid, root))


def of_group(path: str) -> Origin:
    """Tell whom a control group belongs to, and that all of it is metered: ``covers``."""
    names = cgroup_names.named(path)
    host, told = _joined(names, {})
    covers = [level for level in LEVELS if getattr(names, level)]
    return Origin(host, {**told, **({"covers": covers[-1]} if covers else {})})


def _joined(names: Names, environ: Mapping[str, str]) -> Origin:
    told = launchers.lineage(environ, names.job)
    grouped = {"step": names.step, "task": names.task}
    told |= {field: text for field, text in grouped.items() if text}
    host = {"pod": names.pod, "container": names.container, "unit": names.unit}
    return Origin({field: text for field, text in host.items() if text}, told)
