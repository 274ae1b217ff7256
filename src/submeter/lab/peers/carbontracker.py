"""CarbonTracker: one epoch, read from its own log."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from submeter.lab.peers.meter import Meter, Told


class CarbonTracker(Meter):
    """`CarbonTracker` over one epoch; its figures are read from its own log by its own parser."""

    package = "carbontracker"
    again = False

    def prepare(self) -> None:
        """Import it."""
        self._parser = import_module("carbontracker.parser")
        self._class = import_module("carbontracker.tracker").CarbonTracker
        self._tracker: Any = None

    def begin(self) -> None:
        """Start a tracker and its epoch."""
        self._tracker = self._class(
            epochs=1, monitor_epochs=1, update_interval=1, log_dir=self.task["folder"], verbose=0,
            epochs_before_pred=0,
        )  # fmt: skip
        self._tracker.epoch_start()

    def end(self) -> None:
        """End the epoch."""
        self._tracker.epoch_end()

    def told(self) -> Told:
        """Give its components, without the facility's overhead that it multiplies by."""
        self._tracker.stop()
        found: Told = {}
        for log in self._parser.parse_all_logs(self.task["folder"]):
            for name, part in log["components"].items():
                joules = part["avg_energy_usages (J)"]
                if joules is not None:
                    found[name] = {"energy": float(joules.sum())}
        return found
