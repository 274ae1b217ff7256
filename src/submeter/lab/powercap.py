"""A powercap tree on disk whose counters show what is drawn, exactly, and fail as real ones do.

``SUBMETER_SENSOR_RAPL=TREE`` has Submeter read it; a meter that takes no other tree than the
kernel's own finds it there in a mount namespace of its own (`submeter.lab.namespace`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from submeter.lab.marks import mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from submeter.lab.device import Device

WRAP = 262_143_328_850
"""The range of a package's counter on many Intel processors [µJ]."""

REFRESH = 1_000_000
"""A counter changes this often [ns]: Intel, *Software Developer's Manual*, volume 3, section
"RAPL Interfaces" (about every millisecond); the same of AMD, Linux's ``hwmon/amd_energy``."""

_DIGITS = 20


class Zone:
    """A zone: a folder whose counter grows by what a device draws, and wraps.

    Parameters
    ----------
    folder : Path
        Made here.
    name : str
        As the kernel tells it: ``package-0``, ``dram``, ``psys``.
    device : Device
        What it draws, how often it refreshes, and where its counter wraps (0: `WRAP`).
    counter : int
        What it has counted [µJ] by now.
    now : callable
        The clock [ns].
    """

    def __init__(
        self, folder: Path, name: str, device: Device, counter: int, now: Callable[[], int]
    ) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.device = device
        self.wrap = device.wrap or WRAP
        self.hidden = False
        self._now = now
        self._ahead = 0
        (folder / "name").write_text(f"{name}\n", encoding="ascii")
        (folder / "max_energy_range_uj").write_text(f"{self.wrap}\n", encoding="ascii")
        (folder / "enabled").write_text("1\n", encoding="ascii")
        self.restart(counter)

    @property
    def file(self) -> Path:
        """The counter's file."""
        return self.folder / "energy_uj"

    @property
    def drawn(self) -> int:
        """What it has counted by now [µJ], had it not wrapped."""
        return self.device.total(self._now()) + self._ahead

    def restart(self, counter: int = 0) -> None:
        """Let its counter stand at `counter` [µJ] now, and go on from there."""
        self._ahead = counter - self.device.total(self._now())
        self.show()

    def show(self) -> None:
        """Write the counter in one go; always as many digits, so that no reader sees a half."""
        self.hidden = False
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(handle, f"{self.drawn % self.wrap:0{_DIGITS}d}\n".encode(), 0)
        finally:
            os.close(handle)

    def forbid(self) -> None:
        """Make the counter unreadable, for root too: reading a folder fails."""
        self.hidden = True
        self.file.unlink()
        self.file.mkdir()

    def vanish(self) -> None:
        """Make the counter tell nothing, as a zone does whose processor went offline."""
        self.hidden = True
        os.truncate(self.file, 0)


class Tree:
    """A powercap tree below `root`, laid out as the kernel does: nested, and linked flat.

    Parameters
    ----------
    root : Path
        Made here; stands for ``/sys/class/powercap``.
    now : callable
        The clock [ns], monotonic.
    """

    def __init__(self, root: Path, now: Callable[[], int]) -> None:
        self.root = root
        self.zones: list[Zone] = []
        self._now = now
        self._control("intel-rapl")
        # Where no meter looks for zones; beside the tree it would mark its neighbours too.
        mark(root / "intel-rapl")

    def add(self, folder: str, name: str, device: Device, counter: int = 0) -> Zone:
        """Add a zone.

        Parameters
        ----------
        folder : str
            ``intel-rapl:0``; ``intel-rapl:0:1`` within it; ``intel-rapl-mmio:0``.
        name, device, counter
            See `Zone`.
        """
        kind, *numbers = folder.split(":")
        self._control(kind)
        parts = [":".join([kind, *numbers[: length + 1]]) for length in range(len(numbers))]
        made = Zone(self.root.joinpath(kind, *parts), name, device, counter, self._now)
        (self.root / folder).symlink_to(os.path.join(kind, *parts))  # noqa: PTH118 - relative
        self.zones.append(made)
        return made

    def socket(self, number: int, package: Device, dram: Device | None = None) -> None:
        """Add a processor: its package, and its memory within."""
        self.add(f"intel-rapl:{number}", f"package-{number}", package)
        if dram is not None:
            self.add(f"intel-rapl:{number}:0", "dram", dram)

    def show(self) -> None:
        """Write every counter that is not hidden."""
        for zone in self.zones:
            if not zone.hidden:
                zone.show()

    def _control(self, kind: str) -> None:
        """Make the folder of a control type."""
        folder = self.root / kind
        if not folder.exists():
            folder.mkdir(parents=True)
            (folder / "enabled").write_text("1\n", encoding="ascii")
            (folder / "subsystem").symlink_to("..")
