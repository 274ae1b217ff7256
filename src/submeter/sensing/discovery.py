"""Finding sensors: entry points in a stated order, every refusal kept with its remedy."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

    from submeter.sensing.probes.probe import Probe
    from submeter.sensing.sensors.sensor import Sensor

ORDER = (
    "replay",
    "nvidia",
    "amd",
    "apple",
    "rapl",
    "perf",
    "emi",
    "hwmon",
    "ipmi",
    "dcgm",
    "kepler",
    "redfish",
    "wall",
)
"""The order in which sensors are tried; plug-ins that are not named here come after, by name.

Where two sensors read one domain, the first keeps it.
"""


_NAMED = {
    "replay": "a recording: SUBMETER_SENSOR_REPLAY=FILE",
    "dcgm": "its exporter: SUBMETER_SENSOR_DCGM=http://HOST:9400",
    "kepler": "it: SUBMETER_SENSOR_KEPLER=http://HOST:28282",
    "redfish": "the BMC: SUBMETER_SENSOR_REDFISH=https://USER@HOST",
    "wall": "the plug: SUBMETER_SENSOR_WALL=http://HOST",
}
"""Sensors that read only what somebody names, and how: without a name they are not even loaded."""

_ELSEWHERE = {"apple": ("darwin", "macOS"), "emi": ("win32", "Windows")}
"""Sensors of other systems."""

PATIENCE = 5.0
"""How long a sensor may take to open [s]; some drivers take seconds to wake."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sensor that did not answer, why, and the one-line remedy.

    `unexpected` is a sensor that should have answered and failed, not one that is not there: every
    account tells it.
    """

    name: str
    reason: str
    fix: str
    unexpected: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The sensors of a machine."""

    sensors: tuple[Sensor, ...] = ()
    refusals: tuple[Refusal, ...] = field(default=())


def entry_points(group: str) -> list[EntryPoint]:
    """Give the plug-ins of a group; scanned when first needed, never at import."""
    from importlib import metadata  # noqa: PLC0415 - 15 ms that `import submeter` must not cost

    return list(metadata.entry_points(group=group))


def find_sensors(roots: Mapping[str, str], only: Iterable[str] = ()) -> Found:
    """Open every sensor that answers.

    Parameters
    ----------
    roots : mapping of str to str
        For a sensor's name, the tree, library or address to read instead of the machine's own.
        With ``replay`` among them the recording alone is the machine.
    only : iterable of str
        Names to try; all if empty.

    Returns
    -------
    Found
        The open sensors in order, and the refusals.
    """
    wanted = set(only) or ({"replay"} if roots.get("replay") else set())
    points, refusals = _by_name(entry_points("submeter.sensors"))
    rank = {name: place for place, name in enumerate(ORDER)}
    sensors: list[Sensor] = []
    tried = sorted(points, key=lambda each: (rank.get(each, len(rank)), each))
    opening = [
        _Opening(points[name], roots.get(name, ""))
        for name in tried
        if not wanted or name in wanted
    ]
    deadline = time.monotonic() + PATIENCE
    for each in opening:
        answer = each.answer(deadline)
        if isinstance(answer, Refusal):
            refusals.append(answer)
        else:
            sensors.append(answer)
    return Found(tuple(sensors), tuple(refusals))


def _by_name(found: Iterable[EntryPoint]) -> tuple[dict[str, EntryPoint], list[Refusal]]:
    """Give the plug-ins by name; of two with one name a built-in, else the first, keeps it."""
    kept: dict[str, EntryPoint] = {}
    refusals = []
    for point in sorted(found, key=lambda each: not each.value.startswith("submeter.")):
        taken = kept.setdefault(point.name, point)
        if taken.value != point.value:
            reason = f"the plug-in {point.value} bears the name of {taken.value}"
            refusals.append(
                Refusal(point.name, reason, "have it renamed by its author", unexpected=True)
            )
    return kept, refusals


def open_probe(kind: str, target: str) -> Probe:
    """Open a probe by the name of its entry point.

    Parameters
    ----------
    kind : str
        ``machine``, ``processes``, ``cgroup``, or a plug-in's.
    target : str
        What to probe: a process's id, a group's path.

    Raises
    ------
    UsageError
        If no such kind is installed, or there is no such target.
    OSError
        If the target is gone.
    """
    points = {point.name: point for point in entry_points("submeter.probes")}
    if kind not in points:
        fix = f"installed are {', '.join(sorted(points))}; reinstall Submeter if one is missing"
        raise UsageError(f'there is no probe "{kind}"', fix=fix)
    probe: Probe = points[kind].load()(target)
    return probe


class _Opening:
    """A sensor being opened beside the others, on a thread that is left behind if it hangs."""

    def __init__(self, point: EntryPoint, root: str) -> None:
        self._name = point.name
        self._answers: list[Sensor | Refusal] = []
        refusal = _refused(point, root)
        if refusal is not None:
            self._answers.append(refusal)
        self._thread = threading.Thread(
            target=lambda: self._answers.append(_open(point, root)),
            name="submeter-open",
            daemon=True,
        )
        if refusal is None:
            self._thread.start()

    def answer(self, deadline: float) -> Sensor | Refusal:
        """Wait until `deadline` [s, monotonic] at most."""
        if not self._answers:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._answers:
            return self._answers[0]
        fix = "see whether the device's own tool answers (nvidia-smi and the like)"
        what = f"it did not open within {PATIENCE:.0f} s"
        return Refusal(self._name, what, fix, unexpected=True)


def _refused(point: EntryPoint, root: str) -> Refusal | None:
    """Refuse what cannot be here without loading it; a plug-in is always loaded."""
    name = point.name
    if root or not point.value.startswith("submeter."):
        return None
    if name in _NAMED:
        return Refusal(name, "none was named", f"name {_NAMED[name]}")
    system, called = _ELSEWHERE.get(name, (sys.platform, ""))
    if system != sys.platform:
        return Refusal(name, f"a sensor of {called}", "none needed here")
    return None


def _open(point: EntryPoint, root: str) -> Sensor | Refusal:
    try:
        sensor: Sensor = point.load()(root)
        sensor.domains()  # a stranger's sensor that cannot tell what it reads is refused here
    except SensorUnavailable as refusal:
        return Refusal(point.name, refusal.what, refusal.fix)
    except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
        fix = f"report it to the author of the plug-in ({point.value})"
        return Refusal(point.name, f"the plug-in failed: {error!r}", fix, unexpected=True)
    return sensor
