"""What a run ran on: machine, software, and how hot and how fast it was meanwhile."""

from __future__ import annotations

import math
import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import submeter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from submeter.benchmarks.backend import Facts
    from submeter.benchmarks.sitting import Sitting
    from submeter.runs.host import Host
    from submeter.workloads.activity import Booking

_ZONES = Path("/sys/class/thermal")
_CLOCKS = Path("/sys/devices/system/cpu")

_HELD = {"held_for_heat": "heat", "held_for_power": "power"}
_EVENTS = {"heat": 0x20 | 0x40, "power": 0x04 | 0x80}
"""Of ``nvmlClocksEventReason…``: slowdowns of driver and chip for heat; power cap, power brake."""
_SLOWED, _SLOWED_BY = 0x08, 0x40 | 0x80
"""A slowdown by the chip itself, and what tells for which of the two, on boards that do."""
_MOST_EVENTS = 2.0**53
"""Up to here a float holds a whole number exactly."""


def environment(host: Host, facts: Facts) -> dict[str, Any]:
    """Give a bundle's ``environment``, without the machine's name."""
    return {
        "machine": host.processor,
        "virtual": host.virtual,
        "threads": host.capacity.threads,
        "memory": host.capacity.memory,
        "system": host.system,
        "python": platform.python_version(),
        "submeter": submeter.__version__,
        "packages": _versions(facts.packages),
    }


def _versions(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def accelerators(bookings: Iterable[Booking]) -> list[str]:
    """Name the boards that took part, in the words of their driver."""
    return sorted(each.device or each.domain for each in bookings if each.component == "gpu")


def conditions(zones: Path = _ZONES, clocks: Path = _CLOCKS) -> dict[str, float]:
    """Give load, temperature [°C] and clock [MHz] now; what the kernel can't tell is absent."""
    found: dict[str, float] = {}
    with suppress(OSError):
        found["load"] = os.getloadavg()[0]
    hot = [_number(each / "temp") for each in zones.glob("thermal_zone*")]
    warm = [each / 1000 for each in hot if each is not None]
    if warm:
        found["temperature"] = max(warm)
    told = [_number(each) for each in clocks.glob("cpu[0-9]*/cpufreq/scaling_cur_freq")]
    fast = [each / 1000 for each in told if each is not None]
    if fast:
        found["clock"] = sum(fast) / len(fast)
    return found


def throttled(sittings: Iterable[Sitting]) -> str:
    """Tell in words which boards were held back for heat or power, and for how long.

    Empty if none was, as far as the boards tell: what is seen in a pause only has no time.
    """
    held: dict[tuple[str, str], float] = {}
    for each in sittings:
        longest: dict[tuple[str, str], float] = {}
        for pause in each.conditions:
            for board, why, seconds in _held_back(pause):
                longest[board, why] = max(seconds, longest.get((board, why), 0.0))
        for key, seconds in longest.items():
            held[key] = held.get(key, 0.0) + seconds
    return ", ".join(
        f"{board} for {why} ({f'{seconds:.2g} s' if seconds else 'seen in a pause'})"
        for (board, why), seconds in sorted(held.items())
    )


def _held_back(pause: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """Give board, reason and time [s] since the sitting began; 0 where only the moment is told."""
    for name, value in pause.items():
        board, _, what = name.rpartition(".")
        if what in _HELD and 0 < value < math.inf:
            yield board, _HELD[what], value
        elif what == "clock_events" and 0 < value < _MOST_EVENTS:
            for why, bits in _EVENTS.items():
                if int(value) & bits:
                    yield board, why, 0.0
            if int(value) & _SLOWED and not int(value) & _SLOWED_BY:
                yield board, "heat or power", 0.0


def _number(path: Path) -> float | None:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
