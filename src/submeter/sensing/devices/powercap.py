"""How the kernel's powercap tree is read (``/sys/class/powercap``)."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from submeter.sensing.devices.procfs import read

_PACKAGE = re.compile(r"package-(\d+)(?:-die-(\d+))?$")


class Zone(NamedTuple):
    """A RAPL zone.

    Parameters
    ----------
    path : str
        Its folder.
    name : str
        ``package-0``, ``dram``, ``core``, ``uncore``, ``psys``, ``psys-1``.
    socket : str
        The socket that it belongs to, and its die where the socket has several: ``0``, ``0.1``.
    wrap : int
        Its counter starts again at 0 after this many µJ.
    """

    path: str
    name: str
    socket: str
    wrap: int


def zones(root: str) -> list[Zone]:
    """Give the RAPL zones below `root`; memory-mapped twins of a package are left out."""
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return []
    found = [zone for name in names if ":" in name for zone in _zone(root, name)]
    by_register = {domain_id(zone) for zone in found if "-mmio" not in zone.path}
    return [
        zone for zone in found if "-mmio" not in zone.path or domain_id(zone) not in by_register
    ]


def _zone(root: str, folder: str) -> list[Zone]:
    path = f"{root}/{folder}"
    if "rapl" not in folder:
        return []
    try:
        name = read(f"{path}/name").strip()
        wrap = int(read(f"{path}/max_energy_range_uj"))
    except (OSError, ValueError):
        return []
    parts = folder.split(":")
    match = _PACKAGE.match(name) or _PACKAGE.match(_parent_name(root, parts))
    socket = ".".join(filter(None, match.groups())) if match else parts[1]
    return [Zone(path, name, socket, wrap)]


def _parent_name(root: str, parts: list[str]) -> str:
    try:
        return read(f"{root}/{':'.join(parts[:2])}/name").strip()
    except OSError:
        return ""


def domain_id(zone: Zone) -> str:
    """Give the `Domain` id of a zone, such as ``package:0``, ``dram:1``, ``psys``, ``psys:1``."""
    kind, _, number = zone.name.partition("-")
    if kind == "psys":
        return f"psys:{number}" if number else "psys"
    return f"{kind}:{zone.socket}"
