"""The control group of what a scheduler or a container engine knows by an id of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError
from submeter.sensing.devices import cgroup_search, cgroupfs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from submeter.sensing.devices.cgroup_names import Names


class Kind(NamedTuple):
    """What can be looked for.

    Parameters
    ----------
    name : str
        What it is called.
    form : str
        What its id looks like, as a regular expression.
    example : str
        Where its id is told.
    matches : callable
        Tells whether a group's names are of this id.
    """

    name: str
    form: str
    example: str
    matches: Callable[[Names, str], bool]


KINDS: Mapping[str, Kind] = {
    "pod": Kind(
        "pod",
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}",
        "kubectl get pod NAME -o jsonpath='{.metadata.uid}'",
        lambda names, identity: names.pod == identity,
    ),
    "container": Kind(
        "container",
        r"[0-9a-f]{4,64}",
        "docker ps --no-trunc, podman ps --no-trunc, or crictl ps --no-trunc",
        lambda names, identity: names.container.startswith(identity),
    ),
    "slurm_job": Kind(
        "Slurm job",
        r"[0-9]+",
        "squeue --me",
        lambda names, identity: names.job == identity,
    ),
}
"""By option of ``submeter attach``."""


def group_of(kind: str, identity: str, root: str = cgroupfs.ROOT) -> str:
    """Find the control group of a pod, a container or a job on this node.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    identity : str
        Its id; of a container also a beginning of it, or as Kubernetes writes it
        (``containerd://ID``).
    root : str
        Stands in for ``/sys/fs/cgroup``.

    Raises
    ------
    UsageError
        If it is no such id, or no group or several bear it.
    """
    sought = KINDS[kind]
    option = f"--{kind.replace('_', '-')}"
    bare = identity.rpartition("//")[2].lower()
    bare = bare.replace("_", "-") if kind == "pod" else bare
    if not re.fullmatch(sought.form, bare):
        what = f'"{identity}" is not the id of a {sought.name}'
        raise UsageError(what, option, f"it is told by: {sought.example}")
    found = cgroup_search.find(lambda names: sought.matches(names, bare), root)
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{len(found)} control groups are of the {sought.name} {identity}"
        raise UsageError(what, ", ".join(found[:5]), "choose one: submeter attach --cgroup PATH")
    raise UsageError(
        f"no control group here is of the {sought.name} {identity}",
        root,
        "run this on the node where it runs, outside of any container, while it runs; its id is "
        f"told by: {sought.example}",
    )
