"""Processors and memory as Kepler (0.10 and later) shows them, where RAPL itself may not be read.

Kepler reads the kernel's powercap tree as root and adds the sockets up. Its zones are the domains
of RAPL under RAPL's own ids, so that what is read there is not counted twice.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import prometheus
from submeter.sensing.devices.http import opened
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

JOULES = "kepler_node_cpu_joules_total"
"""Energy of a zone [J] with the labels ``zone`` and ``path`` (Kepler's page of its metrics)."""

_ZONES = {
    "package": "package", "dram": "dram", "core": "core", "uncore": "uncore", "psys": "psys",
    "pp0": "core", "pp1": "uncore",
}  # fmt: skip
_COMPONENT = {"package": "cpu", "core": "cpu", "uncore": "cpu", "dram": "memory", "psys": "machine"}
_GAIN = {"dram": 0.10, "psys": 0.10}
_PACKAGE_GAIN = 0.05
_KHAN = "Khan et al., RAPL in Action, 2018, doi:10.1145/3177754"

_REFRESH = 0.5
"""How old a number may be [s]: Kepler reads the zones anew when it is asked and its last reading is
older than ``monitor.staleness``, 500 ms unless set otherwise (Kepler's config package); its own
beat of 5 s (``monitor.interval``) is for those who do not ask."""

_LIMIT = 8 * 1_500_000_000
"""No eight sockets draw more than 12 kW [µW]."""

_SOCKET = re.compile(r"intel-rapl(?:-mmio)?:(\d+)(?::\d+)?/?$")
_NAME_IT = "name it: SUBMETER_SENSOR_KEPLER=http://localhost:28282"


class KeplerSensor:
    """The zones of one node.

    Parameters
    ----------
    address : str
        Of Kepler; ``/metrics`` is added if it has no path.
    """

    name = "kepler"
    method = "kepler-node-joules/1"
    may_hang = True

    def __init__(self, address: str) -> None:
        if not address:
            raise SensorUnavailable("no Kepler was named", fix=_NAME_IT)
        with opened(address, self.name, _NAME_IT, prometheus.LARGEST) as self._site:
            self._names = sorted(self._zones())
            if not self._names:
                what = f"no {JOULES} of a zone that is known"
                fix = "Kepler 0.10 or later, with the metrics level node; without RAPL it has none"
                raise SensorUnavailable(what, self._site.place, fix)

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a zone."""
        return [_sensed(name, self._names) for name in self._names]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every zone; one that is not shown, or not all of whose sockets are, is left out."""
        instant = now()
        zones = self._zones()
        samples = [
            Sample(name, Kind.COUNTER, zones[name], instant)
            for name in self._names
            if name in zones
        ]
        if not samples:
            raise OSError(f"{self._site.place} shows no zone any more")
        return samples

    def close(self) -> None:
        """Let go of the connection."""
        self._site.close()

    def _zones(self) -> Mapping[str, int]:
        """Give each zone's counter [µJ] by domain; one that is shown twice is not believed."""
        found: dict[str, int] = {}
        doubled = set()
        for row in prometheus.fetch(self._site, (JOULES,)):
            name = _domain(row.labels)
            if not name or not math.isfinite(row.value) or row.value < 0:
                continue
            if name in found:
                doubled.add(name)
            found[name] = round(row.value * 1_000_000)
        return {name: value for name, value in found.items() if name not in doubled}


def _domain(labels: Mapping[str, str]) -> str:
    """Give the domain of a zone: RAPL's, or the bare kind where the sockets are added up."""
    kind = _ZONES.get(labels.get("zone", "").partition("-")[0].lower(), "")
    if not kind or kind == "psys":
        return kind
    socket = _SOCKET.search(labels.get("path", ""))
    return f"{kind}:{socket[1]}" if socket else kind


def _sensed(name: str, names: Sequence[str]) -> Sensed:
    kind, _, socket = name.partition(":")
    packages = (f"package:{socket}", "package") if kind in ("core", "uncore") else ()
    around = [each for each in (*packages, "psys") if each in names and each != name]
    gain = _GAIN.get(kind, _PACKAGE_GAIN)
    reason = f"gain ±{gain:.0%} ({_KHAN}); at most 0.5 s old (Kepler, monitor.staleness)"
    return Sensed(
        Domain(name, _COMPONENT[kind], around[0] if around else ""),
        CounterSpec(limit=_LIMIT),
        Accuracy(_REFRESH, 1 - gain, 1 + gain, reason),
    )


def open_sensor(root: str = "") -> KeplerSensor:
    """Open Kepler at the address `root`."""
    return KeplerSensor(root)
