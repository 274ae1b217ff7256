"""RAPL (Intel and AMD) through the kernel's powercap tree.

Package, DRAM, core, uncore and psys zones; memory-mapped duplicates of a package are left out;
a zone inside another names it, so that nothing is counted twice.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import powercap
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = "/sys/class/powercap"

_COMPONENT = {"package": "cpu", "core": "cpu", "uncore": "cpu", "dram": "memory", "psys": "machine"}
_GAIN = {"dram": 0.10, "psys": 0.10}
_PACKAGE_GAIN = 0.05
_KHAN = "Khan et al., RAPL in Action, 2018, doi:10.1145/3177754"
_REFRESH = 0.001
_LIMIT = 1_500_000_000
"""No package, memory or board of one socket draws more than 1.5 kW [µW]."""

_SAME = 15_000_000
"""What a socket draws at most in 10 ms [µJ], longer than two reads lie apart; of dies that count by
themselves, one pair in ten thousand stands so near by chance, in 262 kJ."""

_FIX = (
    "run: sudo chmod a+r /sys/class/powercap/*/energy_uj (until reboot; "
    "for good: docs/how-to/read-rapl-without-root.md)"
)


class _Opened(NamedTuple):
    sensed: Sensed
    handle: int


class RaplSensor:
    """The readable zones of a powercap tree.

    Parameters
    ----------
    root : str
        The tree; empty for ``/sys/class/powercap``.
    """

    name = "rapl"
    method = "rapl-powercap/1"
    may_hang = False

    def __init__(self, root: str = "") -> None:
        root = root or ROOT
        zones = powercap.zones(root)
        if not zones:
            raise SensorUnavailable(
                f"no RAPL zones in {root}",
                fix="on bare metal: sudo modprobe intel_rapl_msr; a virtual machine has none, "
                "ask the host's operator to meter it",
            )
        opened: list[tuple[powercap.Zone, int]] = []
        refused: list[str] = []
        for zone in zones:
            try:
                opened.append((zone, _open(zone)))
            except OSError as error:
                refused.append(f"{powercap.domain_id(zone)} cannot be read: {error.strerror}")
        # Only what is read can contain: the cores of an unreadable package lie in the board.
        names = {powercap.domain_id(zone) for zone, _ in opened}
        twins = _mirrors(opened)
        self._opened = [_Opened(_sensed(zone, names, twins), handle) for zone, handle in opened]
        if not self._opened:
            what = f"no RAPL zone can be read ({'; '.join(refused)})"
            raise SensorUnavailable(what, root, _FIX)
        self.refused = tuple(refused)

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a zone."""
        return [each.sensed for each in self._opened]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every zone's counter."""
        samples = []
        for sensed, handle in self._opened:
            instant = now()
            try:
                value = int(os.pread(handle, 64, 0))
            except (OSError, ValueError):
                continue
            samples.append(Sample(sensed.domain.id, Kind.COUNTER, value, instant))
        if not samples:
            raise OSError("no RAPL zone answers")
        return samples

    def close(self) -> None:
        """Close the files."""
        for each in self._opened:
            os.close(each.handle)
        self._opened = []


def _open(zone: powercap.Zone) -> int:
    handle = os.open(f"{zone.path}/energy_uj", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.pread(handle, 64, 0)
    except OSError:
        os.close(handle)
        raise
    return handle


def _mirrors(opened: list[tuple[powercap.Zone, int]]) -> dict[str, str]:
    """Find dies that show the counter of another die of their socket; gives that die's domain.

    Notes
    -----
    On AMD's Zen 1 and Zen 2 every die has a package zone, and all of them show the socket's one
    register (github.com/mlco2/codecarbon, issue 1274: two dies of a Threadripper 1950X at 68 W
    each, 125 W at the plug). Counters of two dies that lie within `_SAME` of each other are one.
    """
    seen: dict[str, list[tuple[str, int]]] = {}
    found: dict[str, str] = {}
    for zone, handle in opened:
        socket, _, die = zone.socket.partition(".")
        if not zone.name.startswith("package") or not die:
            continue
        shown, counters = _shown(handle), seen.setdefault(socket, [])
        twins = [name for name, counter in counters if _near(shown, counter, zone.wrap)]
        if twins:
            found[powercap.domain_id(zone)] = twins[0]
        else:
            counters.append((powercap.domain_id(zone), shown))
    return found


def _shown(handle: int) -> int:
    """Read a counter [µJ]; 0 where it tells nothing at the moment."""
    try:
        return int(os.pread(handle, 64, 0))
    except (OSError, ValueError):
        return 0


def _near(one: int, other: int, wrap: int) -> bool:
    """Tell whether two counters [µJ], read one after the other, are one."""
    apart = (one - other) % wrap if wrap else abs(one - other)
    return one > 0 and min(apart, abs(wrap - apart)) < _SAME


def _sensed(zone: powercap.Zone, names: set[str], twins: Mapping[str, str]) -> Sensed:
    kind = zone.name.partition("-")[0]
    domain = powercap.domain_id(zone)
    package = f"package:{zone.socket}"
    if kind in ("core", "uncore") and package in names:
        inside = package
    elif domain in twins:
        # It stays a domain: were it left out, another sensor would read it, and it be added.
        inside = twins[domain]
    else:
        # A second socket's board zone too: its register is valid on the primary socket alone
        # (Intel SDM, MSR_PLATFORM_ENERGY_COUNTER).
        inside = "psys" if domain != "psys" and "psys" in names else ""
    gain = _GAIN.get(kind, _PACKAGE_GAIN)
    accuracy = Accuracy(_REFRESH, 1 - gain, 1 + gain, f"gain ±{gain:.0%} ({_KHAN})")
    component = _COMPONENT.get(kind, "other")
    return Sensed(Domain(domain, component, inside), CounterSpec(zone.wrap, _LIMIT), accuracy)


def open_sensor(root: str = "") -> RaplSensor:
    """Open the powercap tree at `root`."""
    return RaplSensor(root)
