"""Finding sensors: entry points in a stated order, every refusal kept with its remedy."""

from __future__ import annotations

import threading
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
    for name in sorted(points, key=lambda each: (rank.get(each, len(rank)), each)):
        if wanted and name not in wanted:
            continue
        answer = _opened(points[name], roots.get(name, ""))
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


def _opened(point: EntryPoint, root: str) -> Sensor | Refusal:
    """Open one sensor, on a thread that is left behind if it hangs in its driver."""
    fix = "see whether the device's own tool answers (nvidia-smi and the like)"
    answers: list[Sensor | Refusal] = []
    thread = threading.Thread(
        target=lambda: answers.append(_open(point, root)), name="submeter-open", daemon=True
    )
    thread.start()
    thread.join(PATIENCE)
    hung = Refusal(point.name, f"it did not open within {PATIENCE:.0f} s", fix, unexpected=True)
    return answers[0] if answers else hung


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
