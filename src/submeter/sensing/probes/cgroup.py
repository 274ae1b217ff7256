"""A control group at work: a service, a container, a job of a scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.sensing.devices import cgroupfs
from submeter.sensing.devices.procfs import read
from submeter.sensing.probes.probe import Use

if TYPE_CHECKING:
    from collections.abc import Sequence


class CgroupProbe:
    """Reads one control group; processes that have ended are in its CPU time.

    Parameters
    ----------
    path : str
        Such as ``/system.slice/ollama.service``.
    root : str
        Stands in for ``/sys/fs/cgroup``.

    Raises
    ------
    UsageError
        If there is no such group.
    """

    def __init__(self, path: str, root: str = cgroupfs.ROOT) -> None:
        found = cgroupfs.files(path, root)
        if found is None:
            fix = "list the groups: systemd-cgls, or ls /sys/fs/cgroup"
            raise UsageError(f'there is no control group "{path}"', root, fix)
        self._files = found
        self._path = path
        self._last = 0

    @property
    def who(self) -> str:
        """The group as ``cgroup:PATH``."""
        return f"cgroup:{self._path}"

    def sample(self, *, edge: bool = True) -> Sequence[Use]:
        """Read it; raises `OSError` once it is gone."""
        del edge
        self._last = cgroupfs.cpu_time(self._files)
        uses = [Use("cpu", self._last)]
        try:
            uses.append(Use("memory", int(read(self._files.memory))))
        except (OSError, ValueError):
            return uses
        return uses

    def last(self) -> int:
        """Give its CPU time [ns] as it was last seen."""
        return self._last

    def pids_now(self) -> frozenset[int]:
        """Give the processes of the group that live now; none once it is gone."""
        try:
            return cgroupfs.processes(self._files)
        except (OSError, ValueError):
            return frozenset()

    def close(self) -> None:
        """Do nothing: no file is kept open."""


def open_probe(target: str) -> CgroupProbe:
    """Open the group at `target`."""
    return CgroupProbe(target)
