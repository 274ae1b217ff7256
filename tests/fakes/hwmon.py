"""A /sys/class/hwmon on disk, whose chips draw known watts on a virtual clock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.machine import VirtualClock


class Chip:
    """One hwmon folder; `show` writes a file in one go, as the kernel shows it."""

    def __init__(self, folder: Path, device: Path, name: str, *, old: bool = False) -> None:
        folder.mkdir(parents=True)
        device.mkdir(parents=True, exist_ok=True)
        (folder / "device").symlink_to(device)
        self.files = device if old else folder
        self.show("name", name)

    def show(self, file: str, text: str | int) -> None:
        handle = os.open(self.files / file, os.O_WRONLY | os.O_CREAT)
        try:
            raw = f"{text}\n".encode()
            os.pwrite(handle, raw, 0)
            os.ftruncate(handle, len(raw))
        finally:
            os.close(handle)

    def vanish(self, file: str) -> None:
        """Make a file tell nothing, as when its chip does not answer on its bus."""
        os.truncate(self.files / file, 0)


class Monitors:
    """The chips below `root`."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.root = folder / "class/hwmon"
        self.root.mkdir(parents=True)
        self.devices = folder / "devices"
        self.clock = clock
        self.counters: list[tuple[Chip, str, float]] = []
        self.energy: dict[tuple[Path, str], int] = {}

    def chip(self, name: str, place: str, *, old: bool = False) -> Chip:
        number = len(list(self.root.iterdir()))
        return Chip(self.root / f"hwmon{number}", self.devices / place, name, old=old)

    def counter(self, chip: Chip, channel: int, watts: float, label: str = "") -> None:
        """Give a chip an energy counter."""
        if label:
            chip.show(f"energy{channel}_label", label)
        file = f"energy{channel}_input"
        self.counters.append((chip, file, watts))
        self.energy[chip.files, file] = 5_000_000
        chip.show(file, 5_000_000)

    def acpi(self, watts: float, label: str = "", interval: int = 50, *, old: bool = False) -> Chip:
        """Add an ACPI power meter."""
        place = f"ACPI000D:{len(list(self.root.iterdir())):02d}"
        chip = self.chip("power_meter", place, old=old)
        chip.show("power1_average", round(watts * 1e6))
        chip.show("power1_average_interval", interval)
        chip.show("power1_is_battery", 0)
        chip.show("power1_oem_info", label)
        chip.show("power1_model_number", "")
        return chip

    def rails(self, place: str, *rails: tuple[str, int, int]) -> Chip:
        """Add an INA3221 with channels of a label, a voltage [mV] and a current [mA]."""
        chip = self.chip("ina3221", place)
        for channel, (label, millivolts, milliamperes) in enumerate(rails, start=1):
            chip.show(f"in{channel}_label", label)
            chip.show(f"in{channel}_input", millivolts)
            chip.show(f"curr{channel}_input", milliamperes)
        return chip

    def forward(self, seconds: float) -> None:
        """Let time pass, and each counter count its watts."""
        self.clock.forward(seconds)
        for chip, file, watts in self.counters:
            self.energy[chip.files, file] += round(watts * seconds * 1e6)
            chip.show(file, self.energy[chip.files, file])


def superchip(monitors: Monitors, socket: int, *, old: bool = False) -> None:
    """Add a Grace Hopper module: 500 W, of which Grace draws 200 W."""
    for part, watts in (("CPU", 120.0), ("SysIO", 30.0), ("Grace", 200.0), ("Module", 500.0)):
        monitors.acpi(watts, f"{part} Power Socket {socket}", old=old)
