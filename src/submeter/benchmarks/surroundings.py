"""What a run ran on: machine, software, and how hot and how fast it was meanwhile."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import submeter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.benchmarks.backend import Facts
    from submeter.runs.host import Host
    from submeter.workloads.activity import Booking

_ZONES = Path("/sys/class/thermal")
_CLOCKS = Path("/sys/devices/system/cpu")


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


def _number(path: Path) -> float | None:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
