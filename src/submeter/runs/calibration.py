"""How often each meter refreshes and what a read costs: measured once a boot, and kept."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import RecordError
from submeter.ledger.location import home
from submeter.sensing.devices.procfs import boot_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from submeter.runs.settings import Settings


class Calibration(NamedTuple):
    """What was measured of a domain's meter.

    Parameters
    ----------
    refresh : float or None
        How often its value changes [s]; None if it did not change while it was watched.
    read_cost : float
        Time that one read of its sensor takes [s], median.
    """

    refresh: float | None
    read_cost: float


def _file(settings: Settings) -> Path | None:
    """Give where this boot's calibration is kept, or None without a state folder."""
    try:
        folder = home(settings.environ)
    except RecordError:
        return None
    return folder / f"calibration-{boot_id() or 'unknown'}.json"


def known(settings: Settings) -> dict[str, Calibration]:
    """Give what was measured since boot, by domain; empty if nothing was."""
    file = _file(settings)
    if file is None or settings.roots:
        return {}
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        return {name: Calibration(*entry) for name, entry in table.items()}
    except (OSError, ValueError, TypeError):
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
    if file is None or settings.roots:
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
