"""NVIDIA GPUs as DCGM's exporter shows them: for a container or a node without the driver itself.

A board has the id that NVML gives it, so that one which is read by NVML is not counted twice.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import prometheus
from submeter.sensing.devices.http import opened
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENERGY = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
"""Energy since the driver was loaded [mJ], field 156 of DCGM's dcgm_fields.h."""
POWER = "DCGM_FI_DEV_POWER_USAGE"
"""Power [W], field 155 of the same."""

_GAIN = 0.05
"""Relative gain error of a board's own meter, 95 %: Yang, Adamek and Armour, *Part-time Power
Measurements: nvidia-smi's Lack of Attention*, SC24, arXiv:2312.02741."""

_REFRESH = 30.0
"""How often the exporter reads the boards, unless told otherwise [s]: dcgm-exporter,
``--collect-interval``, 30000 ms. A page that is asked for more often shows the same number."""

_MOST_WATTS = 2000
"""No board draws more [W]; a judgement."""

_BLANK_ENERGY = 0x7FFF_FFFF_FFFF_FFF0
_BLANK_POWER = 140_737_488_355_328.0
"""From here on DCGM means that it has no value
(dcgm_structs.h: DCGM_INT64_BLANK, DCGM_FP64_BLANK)."""

_NAME_IT = (
    "name the exporter: SUBMETER_SENSOR_DCGM=http://localhost:9400 "
    "(a local driver needs no exporter: the sensor nvidia reads it)"
)


class _Board(NamedTuple):
    """What the exporter tells of a board: its product, and its number, as counter or power."""

    device: str
    energy: int | None
    power: int | None


class DcgmSensor:
    """The boards behind one exporter.

    Parameters
    ----------
    address : str
        Of the exporter; ``/metrics`` is added if it has no path.
    """

    name = "dcgm"
    may_hang = True

    def __init__(self, address: str) -> None:
        if not address:
            raise SensorUnavailable("no DCGM exporter was named", fix=_NAME_IT)
        with opened(address, self.name, _NAME_IT, prometheus.LARGEST) as self._site:
            boards = self._boards()
            if not boards:
                fix = f"have it export {ENERGY}: it stands in its default list of counters"
                raise SensorUnavailable(
                    "the exporter shows no board's energy", self._site.place, fix
                )
        self._counting = {uuid: board.energy is not None for uuid, board in boards.items()}
        self._device = {uuid: board.device for uuid, board in boards.items()}

    @property
    def method(self) -> str:
        """Counter or power, by what the boards have."""
        names = {True: "dcgm-energy-counter/1", False: "dcgm-power/1"}
        return "+".join(names[each] for each in sorted(set(self._counting.values()), reverse=True))

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a board."""
        reason = (
            "gain ±5 % (arXiv:2312.02741); the exporter reads every 30 s unless told otherwise "
            "(dcgm-exporter, --collect-interval)"
        )
        accuracy = Accuracy(_REFRESH, 1 - _GAIN, 1 + _GAIN, reason)
        # Power is looked at once in a refresh; the counter forgets nothing in between.
        looks = accuracy._replace(cycle=_REFRESH)
        # What is drawn in a whole refresh shows between two readings, however close.
        limit = round(5 * _REFRESH) * _MOST_WATTS * 1_000_000
        # DCGM's counters are in mJ.
        spec = CounterSpec(limit=limit, grain=1000)
        return [
            Sensed(
                Domain(f"gpu:{uuid}", "gpu", device=self._device[uuid]),
                spec,
                accuracy if counts else looks,
                0.0 if counts else _REFRESH,
            )
            for uuid, counts in self._counting.items()
        ]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every board; one that the exporter does not show is left out."""
        instant = now()
        boards = self._boards()
        samples = []
        for uuid, counts in self._counting.items():
            board = boards.get(uuid)
            value = board and (board.energy if counts else board.power)
            if value is not None:
                kind = Kind.COUNTER if counts else Kind.POWER
                samples.append(Sample(f"gpu:{uuid}", kind, value, instant))
        if not samples:
            raise OSError(f"{self._site.place} shows no board any more")
        return samples

    def close(self) -> None:
        """Let go of the connection."""
        self._site.close()

    def _boards(self) -> dict[str, _Board]:
        """Read the page.

        A board that is split (MIG), or used by several containers, has a row for each, and each
        repeats the whole board's number: the largest is taken, once.
        """
        found: dict[str, _Board] = {}
        for row in prometheus.fetch(self._site, (ENERGY, POWER)):
            uuid = row.labels.get("UUID") or row.labels.get("uuid", "")
            value = _micro(row)
            if not uuid or value is None:
                continue
            old = found.get(uuid, _Board(row.labels.get("modelName", ""), None, None))
            if row.name == ENERGY:
                found[uuid] = old._replace(energy=max(value, old.energy or 0))
            else:
                found[uuid] = old._replace(power=max(value, old.power or 0))
        return found


def _micro(row: prometheus.Row) -> int | None:
    """Give energy [µJ] or power [µW]; None where DCGM has no value."""
    blank = _BLANK_ENERGY if row.name == ENERGY else _BLANK_POWER
    if not math.isfinite(row.value) or not 0 <= row.value < blank:
        return None
    return round(row.value * (1_000 if row.name == ENERGY else 1_000_000))


def open_sensor(root: str = "") -> DcgmSensor:
    """Open the exporter at the address `root`."""
    return DcgmSensor(root)
