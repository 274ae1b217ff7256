"""Windows' Energy Meter Interface: the processor's energy counters as the system hands them on."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import emi
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RAPL = re.compile(r"RAPL_Package(\d+)_(PKG|PP0|PP1|DRAM)$", re.IGNORECASE)
_RAILS = {"PKG": "package", "PP0": "core", "PP1": "uncore", "DRAM": "dram"}
_GAIN = {"dram": 0.10}
_PACKAGE_GAIN = 0.05
_KHAN = "Khan et al., RAPL in Action, 2018, doi:10.1145/3177754"
_REFRESH = 0.01
"""A guess, until it is measured [s]: how often the driver looks is not documented."""
_LIMIT = 1_500_000_000
"""No package or memory of one socket draws more than 1.5 kW [µW]."""


class _Metered(NamedTuple):
    """A device and the domains of its channels, by their place."""

    device: emi.Device
    places: dict[int, str]


class EmiSensor:
    """The known channels of a machine's energy meters.

    Parameters
    ----------
    root : str
        A folder with one folder a device, which holds its answers as files; empty for Windows'
        own devices.

    Attributes
    ----------
    refused : tuple of str
        Devices and channels that are not read, each with the reason.
    """

    name = "emi"
    method = "emi-energy/1"
    may_hang = True

    def __init__(self, root: str = "") -> None:
        self._metered: list[_Metered] = []
        self._domains: dict[str, Sensed] = {}
        refused: list[str] = []
        for device in _devices(root, refused):
            try:
                self._metered.append(_Metered(device, self._channels(device, refused)))
            except OSError as error:
                device.close()
                refused.append(str(error))
        self.refused = tuple(refused)
        if not self._domains:
            self.close()
            what = "; ".join(("no energy meter of Windows tells a known channel", *refused))
            fix = "see what there is: Get-Counter -ListSet 'Energy Meter'; many machines have none"
            raise SensorUnavailable(what, root, fix)
        # Only what is read can contain.
        self._sensed = [
            each if each.domain.inside in self._domains else _outermost(each)
            for each in self._domains.values()
        ]

    def _channels(self, device: emi.Device, refused: list[str]) -> dict[int, str]:
        """Give the domain of each channel that is known and counts, by its place."""
        found = {}
        told = emi.metadata(device)
        size = max((channel.place + 1 for channel in told.channels), default=0)
        counted = emi.energies(device, size)
        for channel in told.channels:
            match = _RAPL.match(channel.name)
            if match is None:
                refused.append(f"channel {channel.name}: what it covers is not documented")
            elif not counted[channel.place]:
                # A rail that the processor does not have reads 0 for ever.
                refused.append(f"channel {channel.name} counts nothing")
            else:
                sensed = _sensed(_RAILS[match[2].upper()], int(match[1]), told)
                if self._domains.setdefault(sensed.domain.id, sensed) is sensed:
                    found[channel.place] = sensed.domain.id
        return found

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a channel."""
        return self._sensed

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every device; one that does not answer is left out."""
        samples, reason = [], "no energy meter answers"
        for device, places in self._metered:
            if not places:
                continue
            instant = now()
            try:
                counted = emi.energies(device, max(places) + 1)
            except OSError as error:
                reason = str(error)
                continue
            for place, domain in places.items():
                samples.append(Sample(domain, Kind.COUNTER, counted[place], instant))
        if not samples:
            raise OSError(reason)
        return samples

    def close(self) -> None:
        """Let go of the devices."""
        for each in self._metered:
            each.device.close()
        self._metered = []


def _devices(root: str, refused: list[str]) -> Sequence[emi.Device]:
    if root:
        return emi.recorded(root)
    if sys.platform == "win32":
        found = []
        for path in emi.drivers():
            try:
                found.append(emi.Driver(path))
            except OSError as error:
                refused.append(f"{path}: {error}")
        return found
    raise SensorUnavailable(
        "the Energy Meter Interface is Windows' own",
        fix="none needed: other sensors read this system",
    )


def _sensed(kind: str, package: int, told: emi.Metadata) -> Sensed:
    gain = _GAIN.get(kind, _PACKAGE_GAIN)
    accuracy = Accuracy(_REFRESH, 1 - gain, 1 + gain, f"gain ±{gain:.0%}, as of RAPL ({_KHAN})")
    inside = f"package:{package}" if kind in ("core", "uncore") else ""
    component = "memory" if kind == "dram" else "cpu"
    device = " ".join(filter(None, (told.maker, told.model)))
    domain = Domain(f"{kind}:{package}", component, inside, device)
    return Sensed(domain, CounterSpec(emi.WRAP, _LIMIT), accuracy)


def _outermost(sensed: Sensed) -> Sensed:
    domain = sensed.domain
    return sensed._replace(domain=Domain(domain.id, domain.component, "", domain.device))


def open_sensor(root: str = "") -> EmiSensor:
    """Open Windows' energy meters, or what was recorded of some in the folder `root`."""
    return EmiSensor(root)
