"""A ``/sys/class/hwmon`` on disk: chips that count energy, average power, or tell rails.

``SUBMETER_SENSOR_HWMON=TREE`` has Submeter read it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.device import Device
from submeter.lab.marks import mark
from submeter.lab.waveform import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

GRACE_HOPPER: Mapping[str, float] = {"CPU": 120.0, "SysIO": 30.0, "Grace": 200.0, "Module": 500.0}
"""What the parts of a module draw [W]: the first two and 50 W of memory lie in Grace."""

_MILLISECOND = 1_000_000
_START = 5_000_000
"""What an energy counter has counted before anybody looks [µJ]."""


class Chip:
    """A chip's folder.

    Parameters
    ----------
    folder : Path
        ``hwmonN``; made here.
    device : Path
        The device that it belongs to; made here.
    name : str
        Its driver's name for it.
    old : bool
        Whether its files are in the device's folder, as drivers that register the old way do it.
    """

    def __init__(self, folder: Path, device: Path, name: str, *, old: bool = False) -> None:
        folder.mkdir(parents=True)
        device.mkdir(parents=True, exist_ok=True)
        (folder / "device").symlink_to(device)
        self.files = device if old else folder
        self.show("name", name)

    def show(self, file: str, text: str | int) -> None:
        """Write a file in one go, as the kernel shows it."""
        handle = os.open(self.files / file, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            raw = f"{text}\n".encode()
            os.pwrite(handle, raw, 0)
            os.ftruncate(handle, len(raw))
        finally:
            os.close(handle)

    def vanish(self, file: str) -> None:
        """Make a file tell nothing, as when its chip does not answer on its bus."""
        os.truncate(self.files / file, 0)


class Rail(NamedTuple):
    """A channel of an INA3221: its label, what is drawn through it, its voltage [mV]."""

    label: str
    device: Device
    millivolts: int = 5000


class _Folded:
    """A counter of any width, folded from a register that comes round."""

    def __init__(self, device: Device, register: int, now: Callable[[], int]) -> None:
        self._device = device
        self._register = register
        self._now = now
        self._last = device.total(now())
        self._counted = _START

    def look(self) -> int:
        """Give what it has counted, the register's growth since the last look added [µJ]."""
        total = self._device.total(self._now())
        self._counted += (total - self._last) % self._register
        self._last = total
        return self._counted


class _Shown(NamedTuple):
    """A file that goes with the time, and what it says."""

    chip: Chip
    file: str
    number: Callable[[], int]


class Monitors:
    """The chips below `root`.

    Parameters
    ----------
    folder : Path
        ``class/hwmon`` and ``devices`` are made in it.
    now : callable
        The clock [ns], monotonic.

    Attributes
    ----------
    root : Path
        Stands for ``/sys/class/hwmon``.
    """

    def __init__(self, folder: Path, now: Callable[[], int]) -> None:
        self.root = folder / "class/hwmon"
        self.root.mkdir(parents=True)
        mark(folder)
        self._devices = folder / "devices"
        self._now = now
        self._shown: dict[tuple[Chip, str], _Shown] = {}
        self._silent: set[tuple[Chip, str]] = set()

    def chip(self, name: str, place: str, *, old: bool = False) -> Chip:
        """Add a chip, of the device that its bus names by its `place`."""
        number = len(list(self.root.iterdir()))
        return Chip(self.root / f"hwmon{number}", self._devices / place, name, old=old)

    def counter(
        self, chip: Chip, channel: int, device: Device, label: str = "", start: int = _START
    ) -> None:
        """Give a chip an energy counter, which stands at `start` [µJ] now."""
        if label:
            chip.show(f"energy{channel}_label", label)
        ahead = start - device.total(self._now())

        def counted() -> int:
            shown = device.total(self._now()) + ahead
            return shown % device.wrap if device.wrap else shown

        self._follow(chip, f"energy{channel}_input", counted)

    def folded(
        self, chip: Chip, channel: int, device: Device, register: int, label: str = ""
    ) -> None:
        """Give a chip an energy counter that its driver folds from a register of so many µJ.

        What comes round more than once between two looks is lost, as by ``xe_hwmon_energy_get`` in
        Linux's ``xe_hwmon.c``; `show` is a look.
        """
        if label:
            chip.show(f"energy{channel}_label", label)
        self._follow(chip, f"energy{channel}_input", _Folded(device, register, self._now).look)

    def acpi(
        self, device: Device, label: str = "", interval: int = 50, *, old: bool = False
    ) -> Chip:
        """Add an ACPI power meter, which averages over so long [ms]."""
        chip = self.chip("power_meter", f"ACPI000D:{len(list(self.root.iterdir())):02d}", old=old)
        over = interval * _MILLISECOND
        self._follow(chip, "power1_average", lambda: device.average(self._now(), over))
        chip.show("power1_average_interval", interval)
        chip.show("power1_is_battery", 0)
        chip.show("power1_oem_info", label)
        chip.show("power1_model_number", "")
        return chip

    def rails(self, place: str, *rails: Rail) -> Chip:
        """Add an INA3221, whose channels tell voltage [mV] and current [mA]."""
        chip = self.chip("ina3221", place)
        for channel, rail in enumerate(rails, start=1):
            chip.show(f"in{channel}_label", rail.label)
            chip.show(f"in{channel}_input", rail.millivolts)
            self._follow(chip, f"curr{channel}_input", self._current(rail))
        return chip

    def _current(self, rail: Rail) -> Callable[[], int]:
        def milliamperes() -> int:
            watts = rail.device.power(self._now())
            return round(watts / rail.millivolts) if rail.millivolts else 0

        return milliamperes

    def _follow(self, chip: Chip, file: str, number: Callable[[], int]) -> None:
        self._shown[chip, file] = _Shown(chip, file, number)
        chip.show(file, number())

    def vanish(self, chip: Chip, file: str) -> None:
        """Make a file tell nothing from now on."""
        self._silent.add((chip, file))
        chip.vanish(file)

    def show(self) -> None:
        """Write every number that goes with the time, but those that have fallen silent."""
        for key, (chip, file, number) in self._shown.items():
            if key not in self._silent:
                chip.show(file, number())


def superchip(monitors: Monitors, socket: int, *, old: bool = False) -> None:
    """Add the meters of an NVIDIA Grace Hopper module, which draws `GRACE_HOPPER`."""
    for part, watts in GRACE_HOPPER.items():
        monitors.acpi(Device(flat(watts)), f"{part} Power Socket {socket}", old=old)
