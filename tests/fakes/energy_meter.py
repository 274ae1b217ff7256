"""Energy meters of Windows as bytes on disk, laid out as emi.h documents them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def wide(text: str, size: int = 0) -> bytes:
    """Give a null-terminated string of 16-bit characters, filled up to `size` bytes."""
    return (text + "\0").encode("utf-16-le").ljust(size, b"\0")


class EnergyMeter:
    """A device of EMI below `folder`, whose channels count picowatt-hours.

    Parameters
    ----------
    folder : Path
        Where its answers are written.
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
        self.folder = folder
        self.counted = dict(counted)
        self.units = {name: (units or {}).get(name, 0) for name in counted}
        described = self._version_1() if version == 1 else self._version_2()
        (folder / "version").write_bytes(struct.pack("<H", version))
        (folder / "metadata_size").write_bytes(struct.pack("<I", len(described)))
        (folder / "metadata").write_bytes(described)
        self.show()

    def _version_1(self) -> bytes:
        (name,) = self.counted
        head = struct.pack("<I", self.units[name]) + wide("ACME", 32) + wide("Meter 1", 32)
        return head + struct.pack("<HH", 3, len(wide(name))) + wide(name)

    def _version_2(self) -> bytes:
        head = wide("ACME", 32) + wide("Meter 2", 32) + struct.pack("<HH", 3, len(self.counted))
        return head + b"".join(
            struct.pack("<IH", self.units[name], len(wide(name))) + wide(name)
            for name in self.counted
        )

    def show(self) -> None:
        """Write what has been counted."""
        pairs = [struct.pack("<QQ", value % 2**64, 7) for value in self.counted.values()]
        (self.folder / "measurement").write_bytes(b"".join(pairs))

    def draw(self, joules: Mapping[str, float]) -> None:
        """Let channels count energy [J]."""
        for name, energy in joules.items():
            self.counted[name] += round(energy / 3.6e-9)
        self.show()
