"""Which accelerators are plugged in, whether or not a driver answers for them."""

from __future__ import annotations

import os

from submeter.sensing.devices.procfs import read

_VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel", "0x1da3": "Habana"}
_DISPLAY, _DISPLAY_3D, _ACCELERATOR = "0x0300", "0x0302", "0x1200"


def accelerators(root: str = "/sys/bus/pci/devices") -> dict[str, int]:
    """Give how many accelerators of each vendor there are.

    Processing accelerators and 3D controllers count, and display controllers of NVIDIA and AMD;
    an Intel display controller is most often part of the processor, whose meter sees it.
    """
    found: dict[str, int] = {}
    try:
        slots = os.listdir(root)
    except OSError:
        return found
    for slot in slots:
        try:
            kind = read(f"{root}/{slot}/class").strip()[:6]
            vendor = _VENDORS.get(read(f"{root}/{slot}/vendor").strip(), "")
        except OSError:
            continue
        display = kind == _DISPLAY and vendor in ("NVIDIA", "AMD")
        if vendor and (display or kind in (_DISPLAY_3D, _ACCELERATOR)):
            found[vendor] = found.get(vendor, 0) + 1
    return found
