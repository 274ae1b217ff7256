"""CodeCarbon, as its first example has it; chatter off and the place told."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from submeter.lab.peers.meter import JOULES_PER_KWH, Meter, Told

RAM_GUESS = "ram"
"""Its figure for memory is a guess by size, and no meter's: no case asks for it."""


class CodeCarbon(Meter):
    """`OfflineEmissionsTracker`, told a country; several windows are its tasks."""

    package = "codecarbon"

    def prepare(self) -> None:
        """Import it."""
        self._class = import_module("codecarbon").OfflineEmissionsTracker
        self._tracker: Any = None
        self._data: Any = None
        self._tasks = len(self.task["windows"]) > 1
        if self._tasks:
            self._tracker = self._made()

    def _made(self) -> Any:  # noqa: ANN401
        more = {}
        if self.task.get("full_power"):
            more = {"force_mode_cpu_load": True, "force_cpu_power": self.task["full_power"]}
        return self._class(
            country_iso_code="FRA",
            measure_power_secs=1,
            tracking_mode="machine" if self.task["asked"] == "device" else "process",
            save_to_file=False,
            allow_multiple_runs=True,
            log_level="critical",
            **more,
        )

    def begin(self) -> None:
        """Start a tracker, or a task of the one there is."""
        if self._tasks:
            self._tracker.start_task()
        else:
            self._tracker = self._made()
            self._tracker.start()

    def end(self) -> None:
        """Stop it."""
        if self._tasks:
            self._data = self._tracker.stop_task()
        else:
            self._tracker.stop()
            self._data = self._tracker.final_emissions_data

    def told(self) -> Told:
        """Give its components."""
        data = self._data
        names = {"gpu": "gpu", "cpu": "cpu", "dram": RAM_GUESS}
        return {
            name: {"energy": getattr(data, f"{their}_energy") * JOULES_PER_KWH}
            for name, their in names.items()
        }
