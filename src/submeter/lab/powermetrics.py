"""A file as ``powermetrics -f plist -o FILE`` writes it: synthetic, in the published form.

``SUBMETER_SENSOR_APPLE=FILE`` has Submeter follow it, on any system.
"""

from __future__ import annotations

import datetime as dt
import plistlib
from typing import TYPE_CHECKING, Any

from submeter.lab.marks import MARK
from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from submeter.lab.device import Device


class PowerMetricsFile:
    """A file that grows by one property list an interval.

    Parameters
    ----------
    path : Path
        Where it lies.
    form : str
        ``energies``: mJ and mW under ``processor``; ``powers``: mW alone; ``gpu apart``: the GPU's
        energy under ``gpu``.
    """

    def __init__(self, path: Path, form: str = "energies") -> None:
        self.path = path
        self.form = form
        path.write_bytes(b"")

    def document(self, seconds: float, **watts: float) -> bytes:
        """Give one property list over an interval [s], with the power [W] of each part."""
        processor: dict[str, Any] = {"clusters": [{"name": "E-Cluster", "freq_hz": 1.0e9}]}
        apart: dict[str, Any] = {"freq_hz": 4.0e8, "idle_ratio": 0.9}
        for part, power in watts.items():
            processor[f"{part}_power"] = power * 1e3
            if self.form != "powers":
                processor[f"{part}_energy"] = power * 1e3 * seconds
        if self.form == "gpu apart" and "gpu" in watts:
            apart["gpu_energy"] = processor.pop("gpu_energy")
            del processor["gpu_power"]
        told = {
            "is_delta": True,
            "elapsed_ns": round(seconds * 1e9),
            "hw_model": "Mac15,9",
            "note": f"a {MARK}",
            "timestamp": dt.datetime(2026, 1, 1),  # noqa: DTZ001 - as plistlib wants it
            "processor": processor,
            "thermal_pressure": "Nominal",
            "gpu": apart,
        }
        return plistlib.dumps(told) + b"\0"

    def tell(self, seconds: float, **watts: float) -> None:
        """Add one property list."""
        with self.path.open("ab") as file:
            file.write(self.document(seconds, **watts))


class PowerMetrics:
    """The tool at work: every interval it tells what each part has drawn in it.

    Parameters
    ----------
    path : Path
        Its file.
    parts : mapping of str to Device
        ``cpu``, ``gpu``, ``ane``, ``dram``.
    now : callable
        The clock [ns], monotonic.
    interval : float
        Its ``-i`` [s].
    """

    def __init__(
        self,
        path: Path,
        parts: Mapping[str, Device],
        now: Callable[[], int],
        interval: float = 1.0,
    ) -> None:
        self._file = PowerMetricsFile(path)
        self._parts = parts
        self._now = now
        self._interval = round(interval * NANOSECONDS_PER_SECOND)
        self._told = now() - self._interval
        self.show()

    def show(self) -> None:
        """Tell of every interval that is over."""
        while self._now() >= self._told + self._interval:
            self._told += self._interval
            # A mean over what has just passed [W].
            watts = {
                part: device.average(self._told, self._interval) / 1e6
                for part, device in self._parts.items()
            }
            self._file.tell(self._interval / NANOSECONDS_PER_SECOND, **watts)
