"""A ``/sys`` with the ``power`` PMU, and a kernel whose events count exactly what is drawn."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from submeter.lab.device import Device

SCALE = "2.3283064365386962890625e-10"
"""2⁻³² J, as the kernel writes it (``arch/x86/events/rapl.c``)."""

CODES = {
    "energy-cores": 1,
    "energy-pkg": 2,
    "energy-ram": 3,
    "energy-gpu": 4,
    "energy-psys": 5,
}

_COUNTS_PER_JOULE = 2**32
_COUNTS = 2**64


def pmu(
    sys: Path, events: tuple[str, ...], cpumask: str = "0", kind: int = 9, scale: str = SCALE
) -> Path:
    """Write a PMU below `sys`; gives `sys`."""
    folder = sys / "bus/event_source/devices/power"
    (folder / "events").mkdir(parents=True)
    (folder / "type").write_text(f"{kind}\n", encoding="ascii")
    (folder / "cpumask").write_text(f"{cpumask}\n", encoding="ascii")
    for name in events:
        told = {"": f"event=0x{CODES.get(name, 0):02x}", ".scale": scale, ".unit": "Joules"}
        for suffix, text in told.items():
            (folder / "events" / f"{name}{suffix}").write_text(f"{text}\n", encoding="ascii")
    return sys


def place(sys: Path, cpu: int, socket: int, die: int = 0) -> None:
    """Write where a CPU sits."""
    folder = sys / f"devices/system/cpu/cpu{cpu}/topology"
    folder.mkdir(parents=True)
    (folder / "physical_package_id").write_text(f"{socket}\n", encoding="ascii")
    (folder / "die_id").write_text(f"{die}\n", encoding="ascii")


class Event:
    """An open event: it has counted what its device has drawn since it was opened.

    Parameters
    ----------
    device : Device
        What it counts.
    now : callable
        The clock [ns], monotonic.
    start : int
        What it stands at when it is opened, in counts.

    Attributes
    ----------
    offline : bool
        Whether its processor is gone, so that it counts no more.
    closed : bool
        Whether it was let go of.
    """

    def __init__(self, device: Device, now: Callable[[], int], start: int = 0) -> None:
        self._device = device
        self._now = now
        self._start = start
        self._before = device.total(now())
        self.offline = False
        self.closed = False

    def read(self) -> int:
        """Give its count; raises `OSError` where it counts no more."""
        if self.offline or self.closed:
            raise OSError("the event counts no more: its processor went offline")
        drawn = self._device.total(self._now()) - self._before
        return (self._start + drawn * _COUNTS_PER_JOULE // 1_000_000) % _COUNTS

    def close(self) -> None:
        """Let go of it."""
        self.closed = True


class Kernel:
    """Opens events, as ``perf_event_open`` does, and refuses as told.

    Parameters
    ----------
    devices : mapping of (int, int) to Device
        What an event counts, by its code and the CPU that it is opened on.
    now : callable
        The clock [ns], monotonic.

    Attributes
    ----------
    opened : dict of (int, int) to Event
        What was opened last.
    forbidden : bool
        Whether it refuses everybody, as with ``perf_event_paranoid`` above 0.
    start : int
        What an event stands at when it is opened, in counts.
    """

    def __init__(self, devices: Mapping[tuple[int, int], Device], now: Callable[[], int]) -> None:
        self.devices = devices
        self.opened: dict[tuple[int, int], Event] = {}
        self.forbidden = False
        self.start = 0
        self._now = now

    def open(self, kind: int, config: int, cpu: int) -> Event:
        """Open an event of the PMU of number `kind` on a CPU."""
        if self.forbidden:
            raise PermissionError(errno.EACCES, "Permission denied")
        if not kind or (config, cpu) not in self.devices:
            raise OSError(errno.EINVAL, "Invalid argument")
        event = Event(self.devices[config, cpu], self._now, self.start)
        self.opened[config, cpu] = event
        return event
