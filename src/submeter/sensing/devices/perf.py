"""How the kernel's performance events are opened and read (``perf_event_open``), by ctypes.

The ``power`` PMU of x86 counts RAPL energy; one event a socket (or die) counts for all of it.

References
----------
perf_event_open(2); Linux's ``arch/x86/events/rapl.c`` and
``Documentation/ABI/testing/sysfs-bus-event_source-devices-events``.
"""

from __future__ import annotations

import ctypes
import os
import struct
from fractions import Fraction
from typing import NamedTuple, Protocol

from submeter.sensing.devices.procfs import read

PMU = "bus/event_source/devices/power"
"""The folder of the energy events, below ``/sys``."""

_SYSCALL = {"x86_64": 298, "aarch64": 241, "riscv64": 241}
"""Number of ``perf_event_open`` by machine (``unistd_64.h`` of each architecture)."""

_ATTRIBUTE_SIZE = 64
"""``PERF_ATTR_SIZE_VER0``: the first published size, which every kernel takes."""

_CLOSE_ON_EXEC = 8
"""``PERF_FLAG_FD_CLOEXEC``."""

_COUNTS = 2**64
"""A count is 64 bits wide: the kernel folds the 32 bits of the register into it."""


class Event(NamedTuple):
    """An energy event of a PMU.

    Parameters
    ----------
    name : str
        ``energy-pkg``, ``energy-ram``, ``energy-psys``, ``energy-cores``, ``energy-gpu``.
    kind, config : int
        What ``perf_event_open`` is asked for: the PMU's number and the event's code.
    scale : Fraction
        Energy of one count [µJ], exact: 2⁻³² J in ``power``.
    """

    name: str
    kind: int
    config: int
    scale: Fraction

    @property
    def wrap(self) -> int:
        """The count starts again at 0 after this much energy [µJ]."""
        return int(_COUNTS * self.scale)


class Unit(NamedTuple):
    """A socket, or a die where a socket has several: its number as in RAPL, and one CPU of it."""

    id: str
    cpu: int


class Counter(Protocol):
    """An open event."""

    def read(self) -> int:
        """Give its count since it was opened; raises `OSError` where it counts no more."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Opened:
    """An event of the kernel's own.

    Parameters
    ----------
    kind, config : int
        The PMU's number and the event's code.
    cpu : int
        Counted for every process on this CPU, which for energy is its whole socket.

    Raises
    ------
    OSError
        If the kernel refuses; `PermissionError` if it would not for root.
    """

    def __init__(self, kind: int, config: int, cpu: int) -> None:
        number = _SYSCALL.get(os.uname().machine)
        if number is None:
            raise OSError(f"performance events are not known on {os.uname().machine}")
        attribute = struct.pack("=IIQ", kind, _ATTRIBUTE_SIZE, config).ljust(_ATTRIBUTE_SIZE, b"\0")
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = ctypes.c_long
        everybody, no_group = ctypes.c_int(-1), ctypes.c_int(-1)
        self._handle = libc.syscall(
            ctypes.c_long(number), attribute, everybody, ctypes.c_int(cpu), no_group,
            ctypes.c_ulong(_CLOSE_ON_EXEC),
        )  # fmt: skip
        if self._handle < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    def read(self) -> int:
        """Give the count; raises `OSError` if its CPU went offline."""
        raw = os.read(self._handle, 8)
        if len(raw) < 8:  # noqa: PLR2004 - bytes of a count
            raise OSError("the event counts no more: its processor went offline")
        return int(struct.unpack("=Q", raw)[0])

    def close(self) -> None:
        """Let go of it; again is harmless."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def events(root: str) -> list[Event]:
    """Give the energy events below `root` (``/sys``); those not in joules are left out."""
    folder = f"{root}/{PMU}/events"
    try:
        kind = int(read(f"{root}/{PMU}/type"))
        names = sorted(name for name in os.listdir(folder) if "." not in name)
    except (OSError, ValueError):
        return []
    return [event for name in names for event in _event(folder, name, kind)]


def _event(folder: str, name: str, kind: int) -> list[Event]:
    """Read an event's three files: ``event=0x02``, ``Joules`` and a decimal number."""
    try:
        term, _, code = read(f"{folder}/{name}").strip().partition("=")
        unit = read(f"{folder}/{name}.unit").strip()
        scale = Fraction(read(f"{folder}/{name}.scale").strip()) * 1_000_000
        config = int(code, 0)
    except (OSError, ValueError, ZeroDivisionError):
        return []
    known = term == "event" and unit == "Joules" and scale > 0
    return [Event(name, kind, config, scale)] if known else []


def units(root: str) -> list[Unit]:
    """Give each socket or die with the CPU by which the PMU counts it (its ``cpumask``).

    A die is named where the mask has several CPUs of one socket: that is how ``powercap`` names it.
    """
    try:
        cpus = _numbers(read(f"{root}/{PMU}/cpumask"))
    except (OSError, ValueError):
        return []
    places = [(_told(root, cpu, "physical_package_id"), _told(root, cpu, "die_id")) for cpu in cpus]
    sockets = [socket for socket, _ in places]
    return [
        Unit(f"{socket}.{die}" if sockets.count(socket) > 1 else str(socket), cpu)
        for cpu, (socket, die) in zip(cpus, places, strict=True)
    ]


def _told(root: str, cpu: int, what: str) -> int:
    """Read a CPU's place; a machine that does not tell has one socket."""
    try:
        return max(0, int(read(f"{root}/devices/system/cpu/cpu{cpu}/topology/{what}")))
    except (OSError, ValueError):
        return 0


def _numbers(mask: str) -> list[int]:
    """Make sense of a list such as ``0,28-30``."""
    found: list[int] = []
    for part in mask.strip().split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
