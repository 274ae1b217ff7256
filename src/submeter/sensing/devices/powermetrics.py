"""How the output of Apple's ``powermetrics`` is followed: a file of property lists that grows.

The tool needs root; who follows its file does not.
"""

from __future__ import annotations

import os
import plistlib
from typing import Any
from xml.parsers.expat import ExpatError

from submeter.errors import SensorUnavailable
from submeter.sensing.devices.ioreport import Channel

COMMAND = "sudo powermetrics --samplers cpu_power,gpu_power -f plist -i 1000 -o FILE"

_PARTS = {"CPU Energy": "cpu", "GPU Energy": "gpu", "ANE": "ane", "DRAM": "dram"}
"""By the channel of IOReport that it is: what the property list calls it."""

_MOST = 1 << 22
"""Bytes that are read at once, and that one property list may have."""

_LATE = 5
"""After this many of its own intervals without a new property list the tool has stopped."""


class PowerMetrics:
    """The energies that a growing file of ``powermetrics`` tells, added up.

    Property lists are separated by a null byte. Each tells the energy of its own interval [mJ],
    or else the power over it [mW].

    Parameters
    ----------
    path : str
        The file. What it held before is not counted.

    Attributes
    ----------
    interval : float
        How long the last property list looked [s].

    Raises
    ------
    SensorUnavailable
        If it cannot be read or holds no whole property list.
    """

    def __init__(self, path: str) -> None:
        self.interval = 0.0
        self._path = path
        self._rest = b""
        self._totals: dict[str, int] = {}
        self._silent: set[str] = set()
        self._heard = 0
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            what = f"the output of powermetrics cannot be read: {error.strerror}"
            raise SensorUnavailable(what, path, f"write it with: {COMMAND}") from error
        self._take(max(0, os.fstat(self._file).st_size - _MOST))
        if not self._totals:
            self.close()
            what = "no property list of powermetrics with energies"
            raise SensorUnavailable(what, path, f"write it with: {COMMAND}")
        self._totals = dict.fromkeys(self._totals, 0)

    def channels(self, instant: int) -> list[Channel]:
        """Give the energies [nJ] since it was opened, at `instant` [ns].

        Raises `OSError` where the tool has stopped writing: what is drawn from then on is not
        zero, it is not known.
        """
        if self._take(None) or not self._heard:
            self._heard = instant
        if instant - self._heard > _LATE * self.interval * 1e9:
            raise OSError(f"powermetrics has stopped writing {self._path}")
        told = self._totals.keys() - self._silent
        return [Channel(name, "nJ", self._totals[name]) for name in sorted(told)]

    def _take(self, start: int | None) -> int:
        """Add up what is new, from `start` if it is given; gives how many lists that were."""
        if start is not None:
            os.lseek(self._file, start, os.SEEK_SET)
        self._rest += os.read(self._file, _MOST)
        # The tool writes the null byte before the next list: a list is whole where it ends.
        *whole, rest = self._rest.split(b"</plist>")
        self._rest = rest[-_MOST:]
        return sum(self._add(text + b"</plist>") for text in whole)

    def _add(self, text: bytes) -> bool:
        """Add one property list; tells whether it could be read."""
        try:
            told = plistlib.loads(text[max(0, text.find(b"<?xml")) :])
            self.interval = int(told["elapsed_ns"]) / 1e9
        except (ExpatError, plistlib.InvalidFileException, ValueError, KeyError, TypeError):
            return False
        found = {name: _energy(told, part, self.interval) for name, part in _PARTS.items()}
        self._silent = {name for name, energy in found.items() if energy is None}
        for name, energy in found.items():
            if energy is not None:
                self._totals[name] = self._totals.get(name, 0) + energy
        return True

    def close(self) -> None:
        """Close the file; again is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _energy(told: dict[str, Any], part: str, interval: float) -> int | None:
    """Give a part's energy [nJ] in one property list, or None if it is not told.

    It stands under ``processor``, the GPU's under ``gpu`` in some releases, and in others beside
    them. A processor that runs has never drawn nothing: its 0 means that it was not told.
    """
    for place in (told.get("processor"), told.get("gpu"), told):
        if isinstance(place, dict):
            energy, power = place.get(f"{part}_energy"), place.get(f"{part}_power")
            milli = energy if energy or power is None else power * interval
            if milli is not None and not (part == "cpu" and not milli):
                return round(float(milli) * 1_000_000)
    return None
