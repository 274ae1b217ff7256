"""The meters, each driven as its own first example does it, with network and chatter turned off."""

# ruff: noqa: D102 - what each method does stands at `Meter`
from __future__ import annotations

import os

TYPE_CHECKING = False  # see `bench.guest`
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from bench.guest import Facts

PLACE = "FRA"
"""The place that every meter is told, so that none has to ask the network."""

JOULES_PER_KWH = 3.6e6


class Meter:
    """No meter at all: the bare program."""

    def __init__(self) -> None:
        """Import what measures."""

    def start(self) -> None:
        """Begin to measure."""

    def stop(self) -> None:
        """End the measurement."""

    def energy(self) -> float | None:
        """Give the energy [J], waiting for it if need be; None if it does not know."""
        return None

    def window(self) -> None:
        """Open and close one more window while measuring."""

    def account(self) -> Facts:
        """Tell what it says: energy, interval, whether measured, whose, and the place."""
        return {}


class Submeter(Meter):
    """`submeter.measure`, told no place; the beat is set by ``SUBMETER_PERIOD``."""

    settings: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        import submeter  # noqa: PLC0415 - its cost is measured

        self._measure = submeter.measure
        self._opened: Any = None
        self._window: Any = None

    def start(self) -> None:
        self._opened = self._measure("bench", **self.settings)
        self._window = self._opened.__enter__()

    def stop(self) -> None:
        self._opened.__exit__(None, None, None)

    def energy(self) -> float | None:
        self._window.wait(60.0)
        energy = self._window.energy
        return None if energy is None else float(energy.value)

    def window(self) -> None:
        with self._measure("part"):
            pass

    def account(self) -> Facts:
        energy = self._window.energy
        if energy is None:
            return {"energy": "none", "why": "; ".join(self._window.missing)}
        models = ", ".join(each.method for each in self._window.bookings)
        machine = sum(each.meter for each in self._window.bookings) / 1e6
        statement = self._window.statement()
        carbon = statement.carbon.operational
        return {
            "energy": energy.value,
            "interval": f"{energy.low:.2g} to {energy.high:.2g}",
            "tier": f"{energy.tier.value} ({models})",
            "whose": f"process (machine: {machine:.3g} J)",
            "place": f"France {carbon.value * 1e6:.2g} mg" if carbon is not None else "France",
        }


class SubmeterPlaced(Submeter):
    """The same, told where it runs, as CodeCarbon is."""

    settings: ClassVar[dict[str, Any]] = {"region": "FR"}


class SubmeterAlone(Submeter):
    """The same, each window an entry of the ledger by itself, instead of a part of an open one."""

    def start(self) -> None:
        super().start()
        super().stop()

    def stop(self) -> None:
        """Do nothing: every window is closed already."""

    def window(self) -> None:
        with self._measure("alone") as self._window:
            pass


class CodeCarbon(Meter):
    """`OfflineEmissionsTracker` in its default (machine) mode, told a country."""

    mode = "machine"

    def __init__(self) -> None:
        from codecarbon import OfflineEmissionsTracker  # noqa: PLC0415 - its cost is measured

        self._tracker_class = OfflineEmissionsTracker
        self._tracker: Any = None

    def start(self) -> None:
        self._tracker = self._tracker_class(
            country_iso_code=PLACE,
            measure_power_secs=float(os.environ["BENCH_PERIOD"]),
            tracking_mode=self.mode,
            log_level=os.environ.get("BENCH_LOG", "error"),
        )
        self._tracker.start()

    def stop(self) -> None:
        self._tracker.stop()

    def energy(self) -> float | None:
        return float(self._tracker.final_emissions_data.energy_consumed) * JOULES_PER_KWH

    def window(self) -> None:
        self._tracker.start_task("part")
        self._tracker.stop_task("part")

    def account(self) -> Facts:
        data = self._tracker.final_emissions_data
        unsure = [name for name in vars(data) if "low" in name or "uncert" in name]
        joules = {part: getattr(data, f"{part}_energy") * JOULES_PER_KWH for part in ("cpu", "ram")}
        return {
            "energy": data.energy_consumed * JOULES_PER_KWH,
            "interval": ", ".join(unsure) or "none",
            "tier": "not in the result",
            "whose": f"{data.tracking_mode} (cpu {joules['cpu']:.2g}, ram {joules['ram']:.3g} J)",
            "place": f"{data.country_name} {data.emissions * 1e6:.2g} mg",
        }


class CodeCarbonProcess(CodeCarbon):
    """CodeCarbon asked for this process alone."""

    mode = "process"


class Zeus(Meter):
    """`ZeusMonitor` and a window; nothing here runs on a GPU that would have to be waited for."""

    def __init__(self) -> None:
        from zeus.monitor import ZeusMonitor  # noqa: PLC0415 - its cost is measured

        self._monitor_class = ZeusMonitor
        self._monitor: Any = None
        self._measured: Any = None

    def start(self) -> None:
        self._monitor = self._monitor_class()
        self._monitor.begin_window("bench", sync_execution=False)

    def stop(self) -> None:
        self._measured = self._monitor.end_window("bench", sync_execution=False)

    def energy(self) -> float | None:
        parts = [self._measured.gpu_energy, self._measured.cpu_energy, self._measured.dram_energy]
        seen = [sum(part.values()) for part in parts if part]
        return float(sum(seen)) if seen else None

    def window(self) -> None:
        self._monitor.begin_window("part", sync_execution=False)
        self._monitor.end_window("part", sync_execution=False)

    def account(self) -> Facts:
        seen = self._measured
        energy = self.energy()
        return {
            "energy": "none" if energy is None else energy,
            "interval": "none",
            "tier": "measured, or nothing",
            "whose": f"devices (total_energy: {seen.total_energy:g})",
            "place": "none",
        }


METERS: dict[str, type[Meter]] = {
    "bare": Meter,
    "submeter": Submeter,
    "submeter-placed": SubmeterPlaced,
    "submeter-alone": SubmeterAlone,
    "codecarbon": CodeCarbon,
    "codecarbon-process": CodeCarbonProcess,
    "zeus": Zeus,
}
