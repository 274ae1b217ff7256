"""How the kernel's hardware monitors are read (``/sys/class/hwmon``).

Power is in µW, energy in µJ, voltage in mV and current in mA, whatever the chip.

References
----------
Linux's ``Documentation/hwmon/sysfs-interface.rst``.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from submeter.sensing.devices.procfs import read


class Chip(NamedTuple):
    """A chip, or a driver's part that stands for one.

    Parameters
    ----------
    name : str
        Its driver's name for it: ``xe``, ``power_meter``, ``ina3221``.
    folder : str
        Where its files are.
    place : str
        The device that it belongs to, as its bus names it: ``0000:03:00.0``, ``1-0040``.
    """

    name: str
    folder: str
    place: str

    def text(self, file: str) -> str:
        """Give what a file says, or an empty string where there is none."""
        try:
            return read(f"{self.folder}/{file}").strip()
        except OSError:
            return ""

    def number(self, file: str) -> int:
        """Give the number in a file, or 0 where there is none."""
        try:
            return int(self.text(file))
        except ValueError:
            return 0

    def channels(self, kind: str) -> list[int]:
        """Give the numbers of its channels of a kind, such as ``energy`` or ``in``."""
        found = (re.fullmatch(rf"{kind}(\d+)_input", name) for name in os.listdir(self.folder))
        return sorted(int(each[1]) for each in found if each)


def chips(root: str) -> list[Chip]:
    """Give the chips below `root`, in the kernel's order."""
    try:
        names = [name for name in os.listdir(root) if re.fullmatch(r"hwmon\d+", name)]
    except OSError:
        return []
    return [chip for name in sorted(names, key=_number) for chip in _chip(f"{root}/{name}")]


def _number(name: str) -> int:
    return int(name.removeprefix("hwmon"))


def _chip(path: str) -> list[Chip]:
    """Look a chip up; drivers that register the old way keep their files in the device's folder."""
    device = f"{path}/device"
    place = os.path.basename(os.path.realpath(device))
    for folder in (path, device):
        chip = Chip("", folder, place)
        if name := chip.text("name"):
            return [chip._replace(name=name)]
    return []
