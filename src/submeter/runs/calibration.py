"""Calibrations are measured once a boot, in the background, and kept in the state folder."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from submeter.errors import RecordError
from submeter.ledger.location import home
from submeter.sensing.devices.procfs import boot_id
from submeter.sensing.metering.calibration import Calibration, calibrate
from submeter.sensing.metering.crosscheck import Check, TellsPower, crosscheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from submeter.runs.settings import Settings
    from submeter.sensing.sensors.sensor import Sensor

WATCH = 3.0
"""How long a sensor is watched at most [s]."""

CHECK = 5.0
"""How long counters are held against powers [s]: measurements of 5 s and longer average out what a
meter that looks part-time misses (Yang et al. 2024, arXiv:2312.02741, good practices)."""


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
        return {str(name): _calibration(entry) for name, entry in table.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _calibration(entry: list[Any]) -> Calibration:
    found = Calibration(*entry)
    return found._replace(check=Check(*found.check)) if found.check is not None else found


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
    """Watch every sensor in turn, for `WATCH` and `CHECK` seconds at most each."""
    sensors = list(sensors)
    return checked(sensors, _calibrated(sensors))


def _calibrated(sensors: Iterable[Sensor]) -> dict[str, Calibration]:
    found: dict[str, Calibration] = {}
    for sensor in sensors:
        found.update(calibrate(sensor, WATCH, time.monotonic_ns, time.sleep))
    return found


def checked(
    sensors: Iterable[Sensor], measured: Mapping[str, Calibration]
) -> dict[str, Calibration]:
    """Hold the counters of sensors that tell powers too against these; gives all that is known."""
    found = dict(measured)
    refresh = {name: each.refresh for name, each in found.items() if each.refresh is not None}
    for sensor in _unchecked(sensors, measured):
        checks = crosscheck(sensor, CHECK, time.monotonic_ns, time.sleep, refresh)
        for name, check in checks.items():
            found[name] = found.get(name, Calibration(None, 0.0))._replace(check=check)
    return found


def _unchecked(sensors: Iterable[Sensor], measured: Mapping[str, Calibration]) -> list[TellsPower]:
    """Give the sensors that tell powers, none of which was held against a counter yet."""
    have = {name for name, each in measured.items() if each.check is not None}
    return [
        each
        for each in sensors
        if isinstance(each, TellsPower) and not have & {e.domain.id for e in each.domains()}
    ]


def in_background(
    settings: Settings,
    sensors: Iterable[Sensor],
    measured: dict[str, Calibration],
    *,
    watched: bool = True,
) -> list[int]:
    """Measure and keep, on a daemon thread, what was not since boot; `measured` takes it in.

    Parameters
    ----------
    settings : Settings
        Roots of sensors, and where it is kept.
    sensors : iterable of Sensor
        Open sensors.
    measured : dict of str to Calibration
        What is known, by domain.
    watched : bool
        Whether it is watched how often numbers change, too. That takes a fifth of a core for some
        seconds: a program that measures itself is not to pay for it.

    Returns
    -------
    list of int
        The CPU time [ns] that it took, once it is over.
    """
    sensors = list(sensors)
    spent: list[int] = []
    unwatched = _unwatched(sensors, measured) if watched else []
    if settings.roots or not (unwatched or _unchecked(sensors, measured)):
        return spent

    def watch() -> None:
        if unwatched:
            for name, each in _calibrated(unwatched).items():
                before = measured.get(name, each)
                measured[name] = each._replace(check=before.check)
            keep(settings, measured)
        measured.update(checked(sensors, measured))
        keep(settings, measured)
        spent.append(time.thread_time_ns())

    threading.Thread(target=watch, name="submeter-calibration", daemon=True).start()
    return spent


def _unwatched(sensors: Iterable[Sensor], measured: Mapping[str, Calibration]) -> list[Sensor]:
    """Give the sensors of which it was not watched how often their numbers change."""
    have = {name for name, each in measured.items() if each.read_cost}
    return [each for each in sensors if not have & {e.domain.id for e in each.domains()}]
