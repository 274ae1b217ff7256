"""Energy meters of Windows as bytes on disk, laid out as ``emi.h`` documents them.

``SUBMETER_SENSOR_EMI=FOLDER`` has Submeter read them, on any system.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.marks import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from submeter.lab.device import Device

_NAME = 32
"""Bytes of the maker's and of the model's name in what a device says of itself."""
_STAMP = 7
_COUNTS = 2**64


def wide(text: str, size: int = 0) -> bytes:
    """Give a null-terminated string of 16-bit characters, filled up to `size` bytes."""
    return (text + "\0").encode("utf-16-le").ljust(size, b"\0")


def picowatt_hours(microjoules: int) -> int:
    """Give an energy [µJ] in picowatt-hours: one of these is 3.6 nJ."""
    return microjoules * 10_000 // 36


class _Count(NamedTuple):
    """What a channel follows, by which clock [ns], and what it had counted before [pWh]."""

    device: Device
    now: Callable[[], int]
    before: int

    def shown(self) -> int:
        return self.before + picowatt_hours(self.device.total(self.now()))


class EnergyMeter:
    """A device of EMI below `folder`, whose channels count picowatt-hours.

    Parameters
    ----------
    folder : Path
        Where its answers are written, one file a control code.
    counted : mapping of str to int
        By channel: what it has counted so far [pWh].
    version : int
        1 for one channel, 2 for many.
    units : mapping of str to int
        By channel: its unit, 0 (picowatt-hours) if not named.
    """

    def __init__(
        self,
        folder: Path,
        counted: Mapping[str, int],
        version: int = 2,
        units: Mapping[str, int] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        mark(folder)
        self.folder = folder
        self.counted = dict(counted)
        self._units = {name: (units or {}).get(name, 0) for name in counted}
        self._followed: dict[str, _Count] = {}
        described = self._version_1() if version == 1 else self._version_2()
        (folder / "version").write_bytes(struct.pack("<H", version))
        (folder / "metadata_size").write_bytes(struct.pack("<I", len(described)))
        (folder / "metadata").write_bytes(described)
        self.show()

    def _version_1(self) -> bytes:
        (name,) = self.counted
        head = struct.pack("<I", self._units[name]) + wide("ACME", _NAME) + wide("Meter 1", _NAME)
        return head + struct.pack("<HH", 3, len(wide(name))) + wide(name)

    def _version_2(self) -> bytes:
        head = wide("ACME", _NAME) + wide("Meter 2", _NAME)
        channels = (
            struct.pack("<IH", self._units[name], len(wide(name))) + wide(name)
            for name in self.counted
        )
        return head + struct.pack("<HH", 3, len(self.counted)) + b"".join(channels)

    def follow(self, devices: Mapping[str, Device], now: Callable[[], int]) -> None:
        """Let channels count what devices draw from now on."""
        for name, device in devices.items():
            before = self.counted[name] - picowatt_hours(device.total(now()))
            self._followed[name] = _Count(device, now, before)
        self.show()

    def show(self) -> None:
        """Write what has been counted."""
        self.counted |= {name: each.shown() for name, each in self._followed.items()}
        pairs = [struct.pack("<QQ", value % _COUNTS, _STAMP) for value in self.counted.values()]
        (self.folder / "measurement").write_bytes(b"".join(pairs))
