"""Calibrations are measured once a boot, in the background, and kept in the state folder."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

from submeter.errors import RecordError
from submeter.ledger.location import home
from submeter.sensing.devices.procfs import boot_id
from submeter.sensing.metering.calibration import Calibration, calibrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from submeter.runs.settings import Settings
    from submeter.sensing.sensors.sensor import Sensor

WATCH = 3.0
"""How long a sensor is watched at most [s]."""


def _file(settings: Settings) -> Path | None:
    """Give where this boot's calibration is kept, or None without a state folder."""
    try:
        folder = home(settings.environ)
    except RecordError:
        return None
    return folder / f"calibration-{boot_id() or 'unknown'}.json"


def known(settings: Settings) -> dict[str, Calibration]:
    """Give what was measured since boot, by domain; empty if nothing was.

    Sensors with a root of their own are not this machine's: nothing is known of them.
    """
    file = _file(settings)
    if file is None or settings.roots:
        return {}
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): Calibration(*entry) for name, entry in table.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def known_refresh(settings: Settings) -> dict[str, float]:
    """Give the measured refresh [s] by domain."""
    return {
        name: each.refresh for name, each in known(settings).items() if each.refresh is not None
    }


def keep(settings: Settings, measured: Mapping[str, Calibration]) -> bool:
    """Keep what was measured until the next boot; tells whether it could be kept.

    Calibrations of other boots are removed.
    """
    file = _file(settings)
    if file is None or settings.roots or not measured:
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({name: list(each) for name, each in measured.items()}))
        fresh.replace(file)
        for old in file.parent.glob("calibration-*.json"):
            if old != file:
                old.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def measure_all(sensors: Iterable[Sensor]) -> dict[str, Calibration]:
    """Watch every sensor in turn, for `WATCH` seconds at most each."""
    found: dict[str, Calibration] = {}
    for sensor in sensors:
        found.update(calibrate(sensor, WATCH, time.monotonic_ns, time.sleep))
    return found


def in_background(settings: Settings, sensors: Iterable[Sensor]) -> None:
    """Measure and keep, on a daemon thread, unless that was done since boot."""
    sensors = list(sensors)
    if sensors and not settings.roots and not known(settings):

        def watch() -> None:
            keep(settings, measure_all(sensors))

        threading.Thread(target=watch, name="submeter-calibration", daemon=True).start()
