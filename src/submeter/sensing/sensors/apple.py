"""Apple silicon: the energy model of the chip, through IOReport or a file of ``powermetrics``.

Both tell the same figures. CPU, GPU, neural engine and memory are domains of their own; CPU
clusters lie inside the CPU.
"""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from submeter.errors import SensorUnavailable
from submeter.sensing.devices.ioreport import Channel, IOReport
from submeter.sensing.devices.powermetrics import PowerMetrics
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_NANOJOULES = {"nJ": 1, "uJ": 10**3, "µJ": 10**3, "mJ": 10**6, "J": 10**9}

_DIE = r"(?:DIE_?(?P<die>\d+)[_ ])?"
_CPU = re.compile(_DIE + r"CPU Energy")
_CLUSTER = re.compile(_DIE + r"(?P<cluster>[EP]ACC\d*_CPU|[EPM]CPU|MCPU\d)")
_GPU = "GPU Energy"
_GPU_PARTS = re.compile(r"GPU\d*(_\d+)?")
_ANE = re.compile(r"ANE\d*(_\d+)?|ANE Energy")
_DRAM = re.compile(r"DRAM\d*(_\d+)?|DRAM Energy")
"""Names of channels by chip: M1 to M5, Ultra with two dies."""

_GAIN = 0.20
_TOLD = (
    f"gain ±{_GAIN:.0%}, a judgement: powermetrics(1) calls its figures estimated, and perhaps "
    "inaccurate"
)
_REFRESH = 0.1
_LIMIT = 500_000_000
"""No Mac with Apple silicon draws more than 500 W [µW]: the largest supply, of the Mac Studio, is
one of 480 W."""

_PAUSE = 0.2
"""How long a busy counter is given to move [s]."""


class _Part(NamedTuple):
    """What a channel belongs to: the domain, its component, what it lies in."""

    domain: str
    component: str
    inside: str = ""


class _Device(Protocol):
    """What gives channels."""

    def channels(self, instant: int) -> list[Channel]:
        """Give every channel that has a value at `instant` [ns]."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class AppleSensor:
    """The energy channels of one chip.

    Parameters
    ----------
    root : str
        A file that ``powermetrics`` writes, or a library that stands in for IOReport; empty for
        IOReport.

    Attributes
    ----------
    refused : tuple of str
        Channels that are not read, each with the reason.
    """

    name = "apple"
    may_hang = True

    def __init__(self, root: str = "") -> None:
        refresh = _REFRESH
        self._device: _Device
        if root and not root.endswith((".dylib", ".so")):
            self.method, self._device = "powermetrics-energy/1", PowerMetrics(root)
            refresh = self._device.interval
        elif root or sys.platform == "darwin":
            self.method, self._device = "ioreport-energy/1", IOReport(root)
        else:
            fix = "none needed: other sensors read this system"
            raise SensorUnavailable("IOReport is macOS' own", fix=fix)
        refused: list[str] = []
        try:
            self._dead = self._standing(refused) if isinstance(self._device, IOReport) else set()
            found = self._found()
        except OSError as error:
            self.close()
            raise SensorUnavailable(str(error), root, "see whether powermetrics answers") from error
        self.refused = tuple(refused)
        if not found:
            self.close()
            what = "; ".join(("no energy channel that is known tells anything", *refused))
            raise SensorUnavailable(what, root, "see whether powermetrics tells any power")
        names = {part.domain for part in found}
        self._sensed = [_sensed(part, names, refresh) for part in dict.fromkeys(found)]

    def _standing(self, refused: list[str]) -> set[str]:
        """Give the units whose channels stand still, by the CPU's: nothing runs without it.

        From macOS 27 on those in mJ change every few minutes only, which tells of no window.
        """
        before = _cpu(self._device.channels(0))
        time.sleep(_PAUSE)
        if not before or _cpu(self._device.channels(0)) != before:
            return set()
        units = {channel.unit for channel in before}
        told = " and ".join(sorted(units))
        refused.append(f"channels in {told} stand still, as from macOS 27 on: they are not read")
        return units

    def _found(self) -> dict[_Part, int]:
        """Give the energy [µJ] of each part now."""
        return _energies(self._device.channels(0), self._dead)

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a part of the chip."""
        return self._sensed

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every channel; a part that is not told now is left out."""
        instant = now()
        found = _energies(self._device.channels(instant), self._dead)
        told = {part.domain: energy for part, energy in found.items()}
        samples = [
            Sample(each.domain.id, Kind.COUNTER, told[each.domain.id], instant)
            for each in self._sensed
            if each.domain.id in told
        ]
        if not samples:
            raise OSError("no energy channel answers")
        return samples

    def close(self) -> None:
        """Let go of the device."""
        self._device.close()


def _cpu(channels: Iterable[Channel]) -> list[Channel]:
    return [channel for channel in channels if _CPU.fullmatch(channel.name)]


def _energies(channels: Iterable[Channel], dead: set[str]) -> dict[_Part, int]:
    """Add the channels up by what they belong to [µJ]."""
    known = [
        channel
        for channel in channels
        if channel.unit in _NANOJOULES and channel.unit not in dead and channel.value >= 0
    ]
    whole_gpu = any(channel.name == _GPU for channel in known)
    totals: dict[_Part, int] = {}
    for channel in known:
        part = _part(channel.name, whole_gpu=whole_gpu)
        if part is not None:
            energy = channel.value * _NANOJOULES[channel.unit]
            totals[part] = totals.get(part, 0) + energy
    return {part: energy // 1000 for part, energy in totals.items()}


def _part(name: str, *, whole_gpu: bool) -> _Part | None:
    """Tell what a channel belongs to; None for the many that lie in others or are not known."""
    if match := _CPU.fullmatch(name):
        return _Part(f"core:{match['die'] or 0}", "cpu")
    if match := _CLUSTER.fullmatch(name):
        die = match["die"] or 0
        return _Part(f"cluster:{die}.{match['cluster']}", "cpu", f"core:{die}")
    if name == _GPU or (not whole_gpu and _GPU_PARTS.fullmatch(name)):
        return _Part("gpu:apple", "gpu")
    if _ANE.fullmatch(name):
        return _Part("ane", "other")
    if _DRAM.fullmatch(name):
        return _Part("dram:0", "memory")
    return None


def _sensed(part: _Part, names: set[str], refresh: float) -> Sensed:
    # Only what is read can contain.
    inside = part.inside if part.inside in names else ""
    accuracy = Accuracy(refresh, 1 - _GAIN, 1 + _GAIN, _TOLD)
    return Sensed(Domain(part.domain, part.component, inside), CounterSpec(0, _LIMIT), accuracy)


def open_sensor(root: str = "") -> AppleSensor:
    """Open IOReport, or follow the file of ``powermetrics`` at `root`."""
    return AppleSensor(root)
