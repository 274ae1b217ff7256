"""What the names in a control group's path say of who made it: a scheduler, a container engine.

The layouts are those of Slurm's plug-ins ``cgroup/v1`` and ``cgroup/v2``, of Kubernetes with
either cgroup driver over containerd, CRI-O or Docker, of Docker, Podman and systemd. What has no
such name is not known, and never guessed.

References
----------
Slurm: https://slurm.schedmd.com/cgroup_v2.html and https://slurm.schedmd.com/cgroups.html.
Kubernetes: ``pkg/kubelet/cm/cgroup_manager_linux.go`` (names of pods and their levels).
Kernel: cgroups(7), under ``/proc/[pid]/cgroup``; cgroup_namespaces(7).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from submeter.sensing.devices.procfs import read


class Names(NamedTuple):
    """Who a control group belongs to; what is empty is not known.

    Parameters
    ----------
    job, step, task : str
        Of Slurm; the step is a number, ``batch``, ``extern`` or ``interactive``, and the task is
        counted on its node.
    pod : str
        UID of a Kubernetes pod, with hyphens; of a static pod the 32 digits of its manifest.
    container : str
        Id of the innermost container, 64 digits.
    unit : str
        The innermost unit of systemd that is neither a container nor a scheduler's.
    """

    job: str = ""
    step: str = ""
    task: str = ""
    pod: str = ""
    container: str = ""
    unit: str = ""


NOBODY = Names()
"""Nothing is known."""

_SLURM = re.compile(
    r"/(?:[^/]*_)?(?:slurmstepd\.scope|slurm(?:_[^/]+)?/uid_\d+)/job_(?P<job>\d+)"
    r"(?:/step_(?P<step>\w+)(?:/user)?(?:/task_(?P<task>\d+))?)?(?=/|$)"
)
_HEX, _LONG = "[0-9a-f]", "[0-9a-f]{64}"
_POD = re.compile(
    rf"(?<=[/-])pod({_HEX}{{8}}(?:[-_]{_HEX}{{4}}){{3}}[-_]{_HEX}{{12}}|{_HEX}{{32}})(?=[./:]|$)"
)
# Beside each container of CRI-O and Podman runs its monitor, in a group that bears its id too.
_CONTAINER = re.compile(rf"[/:-](?<!conmon-)({_LONG})(?=\.scope(?:/|$)|/|$)")
_UNIT = re.compile(rf"/(?![^/]*(?:{_LONG}|slurmstepd\.scope))([^/]+\.(?:service|scope))(?=/|$)")
_MOST = 1 << 20


def named(path: str) -> Names:
    """Tell whose group a path names.

    Parameters
    ----------
    path : str
        As below ``/sys/fs/cgroup`` or in ``/proc/PID/cgroup``.

    Examples
    --------
    >>> named("/system.slice/slurmstepd.scope/job_123/step_0/user/task_2")[:3]
    ('123', '0', '2')
    >>> named("/")
    Names(job='', step='', task='', pod='', container='', unit='')
    """
    slurm = _SLURM.search(path)
    job, step, task = (slurm["job"], slurm["step"], slurm["task"]) if slurm else ("", "", "")
    pod = _last(_POD, path) if "kubepods" in path else ""
    return Names(
        job, step or "", task or "",
        pod.replace("_", "-"), _last(_CONTAINER, path), _last(_UNIT, path),
    )  # fmt: skip


def of_process(pid: int | str = "self", root: str = "/proc") -> Names:
    """Tell whose group a process is in; nothing where the kernel does not show it.

    Notes
    -----
    Inside a cgroup namespace paths begin at the namespace's own group, which reads as ``/``: a
    container on cgroup v2 does not see its own id.
    """
    try:
        text = read(f"{root}/{pid}/cgroup", _MOST)
    except OSError:
        return NOBODY
    found = [named(path) for path in paths(text)]
    # Where hierarchies differ, the one that says most; a mixture might be nobody's.
    return max(found, key=lambda names: sum(map(bool, names)), default=NOBODY)


def paths(text: str) -> list[str]:
    """Give the groups that ``/proc/PID/cgroup`` lists, that of version 2 first."""
    rows = [line.split(":", 2) for line in text.splitlines() if line.count(":") > 1]
    rows.sort(key=lambda row: (row[0], row[1]) != ("0", ""))
    return [row[2].removesuffix(" (deleted)") for row in rows]


def _last(pattern: re.Pattern[str], path: str) -> str:
    found = pattern.findall(path)
    return str(found[-1]) if found else ""
