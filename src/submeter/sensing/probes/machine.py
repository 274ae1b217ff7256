"""The whole machine at work: busy CPU time and memory held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.sensing.devices import procfs
from submeter.sensing.probes.probe import Use

if TYPE_CHECKING:
    from collections.abc import Sequence


class MachineProbe:
    """Reads ``/proc/stat`` and ``/proc/meminfo``; `root` stands in for ``/proc``."""

    who = "machine"

    def __init__(self, root: str = "/proc") -> None:
        self._root = root

    def sample(self) -> Sequence[Use]:
        """Read both."""
        return (
            Use("cpu", procfs.busy_time(self._root)),
            Use("memory", procfs.memory(self._root).held),
        )

    def close(self) -> None:
        """Do nothing: no file is kept open."""


def open_probe(target: str = "") -> MachineProbe:
    """Open the probe; `target` is a tree to read instead of ``/proc``."""
    return MachineProbe(target or "/proc")
