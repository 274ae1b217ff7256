"""A /sys with the ``power`` PMU, and events that count known watts on a virtual clock."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.machine import VirtualClock

SCALE = "2.3283064365386962890625e-10"
"""2⁻³² J, as the kernel writes it."""

CODES = {
    "energy-cores": 1,
    "energy-pkg": 2,
    "energy-ram": 3,
    "energy-gpu": 4,
    "energy-psys": 5,
}


def pmu(
    sys: Path, events: tuple[str, ...], cpumask: str = "0", kind: int = 9, scale: str = SCALE
) -> Path:
    """Write a PMU below `sys`."""
    folder = sys / "bus/event_source/devices/power"
    (folder / "events").mkdir(parents=True)
    (folder / "type").write_text(f"{kind}\n")
    (folder / "cpumask").write_text(f"{cpumask}\n")
    for name in events:
        (folder / "events" / name).write_text(f"event=0x{CODES.get(name, 0):02x}\n")
        (folder / "events" / f"{name}.scale").write_text(f"{scale}\n")
        (folder / "events" / f"{name}.unit").write_text("Joules\n")
    return sys


def place(sys: Path, cpu: int, socket: int, die: int = 0) -> None:
    """Write where a CPU sits."""
    folder = sys / f"devices/system/cpu/cpu{cpu}/topology"
    folder.mkdir(parents=True)
    (folder / "physical_package_id").write_text(f"{socket}\n")
    (folder / "die_id").write_text(f"{die}\n")


class Event:
    """An open event: it has counted what its watts have drawn since it was opened."""

    def __init__(self, clock: VirtualClock, watts: float, start: int = 0) -> None:
        self.clock = clock
        self.watts = watts
        self.counted = start
        self.since = clock.now()
        self.offline = False
        self.closed = False

    def draw(self, watts: float) -> None:
        """Draw so much from now on."""
        self.counted += self.grown()
        self.since, self.watts = self.clock.now(), watts

    def grown(self) -> int:
        return int(self.watts * (self.clock.now() - self.since) * 2**32) // 10**9

    def read(self) -> int:
        if self.offline or self.closed:
            raise OSError("the event counts no more")
        return (self.counted + self.grown()) % 2**64

    def close(self) -> None:
        self.closed = True


class Kernel:
    """Opens events; gives the `watts` of a (config, cpu), and refuses as told."""

    def __init__(self, clock: VirtualClock, watts: dict[tuple[int, int], float]) -> None:
        self.clock = clock
        self.watts = watts
        self.opened: dict[tuple[int, int], Event] = {}
        self.forbidden = False
        self.start = 0

    def open(self, kind: int, config: int, cpu: int) -> Event:
        assert kind
        if self.forbidden:
            raise PermissionError(errno.EACCES, "Permission denied")
        if (config, cpu) not in self.watts:
            raise OSError(errno.EINVAL, "Invalid argument")
        event = Event(self.clock, self.watts[config, cpu], self.start)
        self.opened[config, cpu] = event
        return event
