"""Zeus: a monitor and its windows."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from submeter.lab.peers.meter import Meter, Told


class Zeus(Meter):
    """`ZeusMonitor` and its windows."""

    package = "zeus"

    def prepare(self) -> None:
        """Set up the monitor, which all windows share."""
        self._monitor = import_module("zeus.monitor").ZeusMonitor()
        self._measured: Any = None

    def begin(self) -> None:
        """Begin a window; nothing here runs on a GPU that would have to be waited for."""
        self._monitor.begin_window("lab", sync_execution=False)

    def end(self) -> None:
        """End it."""
        self._measured = self._monitor.end_window("lab", sync_execution=False)

    def told(self) -> Told:
        """Give its components."""
        seen = self._measured
        parts = {"gpu": seen.gpu_energy, "cpu": seen.cpu_energy, "dram": seen.dram_energy}
        return {name: {"energy": float(sum(part.values()))} for name, part in parts.items() if part}
