"""The measured program: one meter, in a process of its own, asked for the windows of a case.

It runs by its path in whichever Python has the meter (``python -I peers.py TASK``), and therefore
imports nothing of this package before the meter is chosen. The meters other than Submeter are
driven by their public interfaces, as their own first examples do it, with chatter turned off and
the place told, so that none asks the network.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

JOULES_PER_KWH = 3.6e6
MILLIJOULES, MICROJOULES = 1e3, 1e6
RAM_GUESS = "ram"

Told = dict[str, dict[str, float]]
"""By component, the energy [J]; ``low``, ``high`` and ``coverage`` where the meter tells them."""


class Meter:
    """No meter: the bare program, whose instants alone are told."""

    package = ""
    again = True
    """Whether one program can open several windows."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task

    def prepare(self) -> None:
        """Import what measures, and set it up."""

    def begin(self) -> None:
        """Begin a window."""

    def end(self) -> tuple[int, int] | None:
        """End it; gives its instants [ns] if the meter tells them."""

    def told(self) -> Told:
        """Give what the window that ended last drew; waits for it."""
        return {}


class Submeter(Meter):
    """`submeter.measure`."""

    package = "submeter"

    def prepare(self) -> None:
        """Import it; sensors are found when the first window opens."""
        self._measure = import_module("submeter").measure
        self._window: Any = None
        self._opened: Any = None

    def begin(self) -> None:
        """Open a window."""
        self._opened = self._measure("lab")
        self._window = self._opened.__enter__()

    def end(self) -> tuple[int, int]:
        """Close it."""
        self._opened.__exit__(None, None, None)
        span = self._window.span
        return span.start, span.end

    def told(self) -> Told:
        """Give devices as metered, or what is charged to this process, as was asked."""
        self._window.wait(60.0)
        bookings = [each for each in self._window.bookings if each.coverage]
        domains = {each.domain for each in bookings}
        found: Told = {}
        for each in bookings:
            # A die that mirrors another's counter lies inside it.
            if each.inside not in domains or component(each.inside) != component(each.domain):
                _add(found, component(each.domain), self._figures(each))
            if each.inside not in domains and each.tier == "measured":
                _add(found, "whole", self._figures(each))
        return found

    def _figures(self, booking: Any) -> tuple[float, float, float, float]:  # noqa: ANN401
        """Give energy, ends [µJ] and coverage."""
        books = import_module("submeter.runs.books")
        if self.task["asked"] != "device":
            energy, low, high, coverage = books.charged([booking]) or (0, 0, 0, 0)
            # What nobody knows the owner of may be this process's.
            return energy, low, high + booking.unattributed, coverage
        low, high = books.meter_ratios(booking)
        energy = booking.meter
        above = high * energy if energy else booking.above
        return energy, low * energy, above, booking.coverage


def component(domain: str) -> str:
    """Name what a domain is a part of, as cases ask for it."""
    kind = domain.partition(":")[0]
    return "cpu" if kind == "package" else kind


def _add(found: Told, name: str, figures: tuple[float, float, float, float]) -> None:
    *joules, coverage = figures
    part = found.setdefault(name, {"energy": 0.0, "low": 0.0, "high": 0.0, "coverage": coverage})
    for key, number in zip(("energy", "low", "high"), joules, strict=True):
        part[key] += number / MICROJOULES
    part["coverage"] = min(part["coverage"], coverage)


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


class PyJoules(Meter):
    """`EnergyMeter` over all devices that it finds."""

    package = "pyJoules"

    def prepare(self) -> None:
        """Find the devices."""
        devices = import_module("pyJoules.device").DeviceFactory.create_devices()
        if not devices:
            raise RuntimeError("it finds no device")
        self._meter = import_module("pyJoules.energy_meter").EnergyMeter(devices)

    def begin(self) -> None:
        """Start."""
        self._meter.start(tag="lab")

    def end(self) -> None:
        """Stop."""
        self._meter.stop()

    def told(self) -> Told:
        """Give its domains, summed by component."""
        found: Told = {}
        for sample in self._meter.get_trace():
            for domain, number in sample.energy.items():
                name = domain.rpartition("_")[0]
                scale = MILLIJOULES if name.startswith("nvidia") else MICROJOULES
                known = {"package": "cpu", "dram": "dram", "nvidia_gpu": "gpu"}.get(name, name)
                part = found.setdefault(known, {"energy": 0.0})
                part["energy"] += number / scale
        return found


METERS: dict[str, type[Meter]] = {
    "none": Meter,
    "submeter": Submeter,
    "codecarbon": CodeCarbon,
    "zeus": Zeus,
    "carbontracker": CarbonTracker,
    "pyjoules": PyJoules,
}


def sleep_until(instant: int) -> None:
    """Sleep until `instant` [ns, monotonic]; not at all if it is past."""
    time.sleep(max(0.0, (instant - time.monotonic_ns()) / 1e9))


def measured(meter: Meter, task: dict[str, Any]) -> list[dict[str, Any]]:
    """Open and close every window; gives its instants and what was told of it."""
    found = []
    for pause, seconds in task["windows"]:
        time.sleep(pause)
        used = time.process_time()
        asked = time.monotonic_ns()
        meter.begin()
        begun = time.monotonic_ns()
        time.sleep(seconds)
        ending = time.monotonic_ns()
        own = meter.end()
        ended = time.monotonic_ns()
        if own is not None:
            asked = begun = own[0]
            ending = ended = own[1]
        window = {
            "outer": [asked, ended],
            "inner": [begun, ending],
            "cpu": time.process_time() - used,
        }
        found.append({**window, "told": meter.told()})
    return found


def warm(meter: Meter, seconds: float) -> None:
    """Have one window before those that count, as a program has that runs for longer."""
    if seconds and meter.again:
        meter.begin()
        time.sleep(seconds)
        meter.end()
        meter.told()


def join_boards(file: str, percent: int) -> None:
    """Have the boards name this process among those that hold them, and tell of its use."""
    with Path(file).open("a", encoding="ascii") as pids:
        pids.write(f"{os.getpid()} ")
    with Path(f"{file}.use").open("a", encoding="ascii") as use:
        use.write(f"{os.getpid()}:{percent} ")


def answered(meter: Meter, task: dict[str, Any]) -> dict[str, Any]:
    """Give a meter's version, and its windows or why there are none."""
    answer: dict[str, Any] = {}
    try:
        if meter.package:
            answer["version"] = importlib.metadata.version(meter.package)
        if len(task["windows"]) > 1 and not meter.again:
            return {**answer, "unasked": "one window a program, not asked for several"}
        meter.prepare()
        warm(meter, task["warm"])
        sleep_until(task["at"])
        answer["windows"] = measured(meter, task)
    except (ImportError, importlib.metadata.PackageNotFoundError) as error:
        answer["absent"] = str(error)
    except Exception as error:  # noqa: BLE001 - a meter's fault is its result here
        answer["failed"] = f"{type(error).__name__}: {error}"
    return answer


def main(words: list[str]) -> None:
    """Do a task: ``TASK`` is JSON, as `submeter.lab.stage` writes it."""
    task = json.loads(words[0])
    join_boards(task["pids"], task["use"])
    answer = answered(METERS[task["meter"]](task), task)
    Path(task["folder"], "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    sys.stdout.flush()
    # A meter's threads and farewells are not waited for; Submeter's end is a matter of its tests.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
