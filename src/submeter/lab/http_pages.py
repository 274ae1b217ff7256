"""The pages of stand-in meters on the network: plugs, a BMC, exporters; what they draw is exact."""

from __future__ import annotations

import json
import re
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

from submeter.lab.device import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.lab.device import Device

_MICRO = Decimal(1_000_000)
_DECIMAL = re.compile(r'"<decimal ([^>]*)>"')


class Drawn(StandIn):
    """A meter over a device, with pages of its own; parameters as of `StandIn`.

    Attributes
    ----------
    silent : bool
        Whether the page is there without the numbers.
    """

    def __init__(self, device: Device, now: Callable[[], int]) -> None:
        super().__init__(device, now)
        self.silent = False
        self._origin = 0

    def page(self, path: str) -> str | None:
        """Give the page at `path`; None if there is none."""
        raise NotImplementedError(path)

    def reset(self) -> None:
        """Let the counter start anew."""
        self._origin = self.device.counter(self._now())

    def energy(self, joules: int | Decimal = 1, digits: int = 6) -> Decimal:
        """Give what the counter shows, in units of so many joules, cut off after `digits`."""
        return _cut((self.device.counter(self._now()) - self._origin) / _MICRO / joules, digits)

    def power(self, digits: int = 6) -> Decimal:
        """Give the power that is shown [W]."""
        return _cut(self.device.power(self._now()) / _MICRO, digits)


class ShellyGen2(Drawn):
    """A Shelly plug of the second generation or later."""

    def page(self, path: str) -> str | None:
        """Give ``Switch.GetStatus``."""
        if path != "/rpc/Switch.GetStatus?id=0":
            return None
        status: dict[str, Any] = {"id": 0, "source": "init", "output": True, "voltage": 230}
        if not self.silent:
            status["apower"] = self.power(1)
            status["aenergy"] = {"total": self.energy(3600, 3), "by_minute": [0, 0, 0]}
        return _json(status)


class ShellyGen1(Drawn):
    """A Shelly plug of the first generation."""

    def page(self, path: str) -> str | None:
        """Give ``/status`` or ``/meter/0``."""
        meter: dict[str, Any] = {"is_valid": not self.silent, "timestamp": 0, "counters": [0, 0, 0]}
        meter |= {"power": self.power(2), "total": int(self.energy(60, 0))}
        if path == "/meter/0":
            return _json(meter)
        return _json({"relays": [{"ison": True}], "meters": [meter]}) if path == "/status" else None


class Tasmota(Drawn):
    """A plug under Tasmota, whose counter has so many digits (``EnergyRes``)."""

    digits = 3

    def page(self, path: str) -> str | None:
        """Give ``Status 8``."""
        if path != "/cm?cmnd=Status%208":
            return None
        energy: dict[str, Any] = {"TotalStartTime": "2026-01-01T00:00:00", "Factor": 0}
        if not self.silent:
            energy |= {"Total": self.energy(3_600_000, self.digits), "Power": self.power(0)}
        return _json({"StatusSNS": {"Time": "2026-11-25T00:00:00", "ENERGY": energy}})


class Bmc(Drawn):
    """A BMC with a chassis and, in it, a board of half the draw.

    Attributes
    ----------
    style : str
        ``environment``, ``power`` or ``supplies``: which pages it has.
    digits : int
        Of its energy counter [kWh].
    """

    style = "environment"
    digits = 3

    def page(self, path: str) -> str | None:
        """Give a page of the Redfish service."""
        part = path.removeprefix("/redfish/v1/Chassis").strip("/")
        if not path.startswith("/redfish/v1/Chassis"):
            return None
        found = self._pages().get(part)
        return None if found is None else _json(found)

    def _pages(self) -> dict[str, Any]:
        board = {"PowerWatts": {"Reading": self._value(self.power() / 2)}}
        return {
            "": {"Members": [_at("Board"), _at("1")]},
            "1": self._chassis(),
            "Board": {
                "ChassisType": "Module",
                "EnvironmentMetrics": _at("Board/EnvironmentMetrics"),
                "Links": {"ContainedBy": _at("1")},
            },
            "Board/EnvironmentMetrics": board,
            **getattr(self, f"_{self.style}")(),
        }

    def _value(self, value: Decimal) -> Decimal | None:
        return None if self.silent else value

    def _chassis(self) -> dict[str, Any]:
        names = {"environment": "EnvironmentMetrics", "power": "Power"}
        name = names.get(self.style, "PowerSubsystem")
        return {
            "Id": "1", "ChassisType": "RackMount", "Manufacturer": "Lab", "Model": "R1",
            name: _at(f"1/{name}"), "Links": {"Contains": [_at("Board")]},
        }  # fmt: skip

    def _environment(self) -> dict[str, Any]:
        energy = self._value(self.energy(3_600_000, self.digits))
        metrics = {"EnergykWh": {"Reading": energy}}
        metrics["PowerWatts"] = {"Reading": self._value(self.power(0))}
        return {"1/EnvironmentMetrics": metrics}

    def _power(self) -> dict[str, Any]:
        whole = {"Name": "System", "PowerConsumedWatts": self._value(self.power(0))}
        part = {"Name": "CPU", "PowerConsumedWatts": self._value(self.power(0) / 2)}
        return {"1/Power": {"PowerControl": [whole, part]}}

    def _supplies(self) -> dict[str, Any]:
        half = {"InputPowerWatts": {"Reading": self._value(self.power() / 2)}}
        supplies = "1/PowerSubsystem/PowerSupplies"
        pages: dict[str, Any] = {
            "1/PowerSubsystem": {"PowerSupplies": _at(supplies)},
            supplies: {"Members": [_at(f"{supplies}/{i}") for i in range(3)]},
            f"{supplies}/2": {"Status": {"State": "Absent"}},
        }
        for i in range(2):
            pages[f"{supplies}/{i}"] = {"Metrics": _at(f"{supplies}/{i}/Metrics")}
            pages[f"{supplies}/{i}/Metrics"] = half
        return pages


class Dcgm(Drawn):
    """DCGM's exporter over boards that all draw the same.

    Attributes
    ----------
    uuids : sequence of str
        The boards.
    instances : int
        Into how many each is split (MIG); 0 if it is whole.
    counts : bool
        Whether the energy counter is exported.
    """

    uuids: Sequence[str] = ("GPU-5c0f1e2a-0000-1111-2222-333344445555",)
    instances = 0
    counts = True

    def page(self, path: str) -> str | None:
        """Give ``/metrics``."""
        if path != "/metrics":
            return None
        lines = ["# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz)."]
        for place, uuid in enumerate(self.uuids):
            for instance in range(self.instances or 1):
                split = f',GPU_I_PROFILE="1g.10gb",GPU_I_ID="{instance}"' if self.instances else ""
                labels = f'gpu="{place}",UUID="{uuid}",modelName="NVIDIA Lab \\"1\\""{split}'
                lines.append(f"DCGM_FI_DEV_SM_CLOCK{{{labels}}} 139")
                if not self.silent:
                    lines += self._numbers(labels)
        return "\n".join(lines) + "\n"

    def _numbers(self, labels: str) -> list[str]:
        power = f"DCGM_FI_DEV_POWER_USAGE{{{labels}}} {self.power()}"
        energy = f"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{{labels}}} "
        return [power, energy + str(self.energy(Decimal("0.001"), 0))] if self.counts else [power]


class Kepler(Drawn):
    """Kepler over zones, each of which has a part of what a device draws.

    Attributes
    ----------
    zones : mapping of (str, str) to int
        The percent of the device's draw that a zone has, by its name and path.
    """

    zones: Mapping[tuple[str, str], int] = {("package", "/sys/class/powercap/intel-rapl:0"): 100}

    def page(self, path: str) -> str | None:
        """Give ``/metrics``."""
        if path != "/metrics":
            return None
        lines = ["# TYPE kepler_node_cpu_joules_total counter"]
        for (zone, place), percent in () if self.silent else self.zones.items():
            joules = self.energy() * percent / 100
            labels = f'node_name="lab",path="{place}",zone="{zone}"'
            lines.append(f"kepler_node_cpu_joules_total{{{labels}}} {float(joules)!r}")
            lines.append(f"kepler_node_cpu_watts{{{labels}}} {float(self.power())!r}")
        return "\n".join(lines) + "\n"


def _cut(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_DOWN)


def _at(path: str) -> dict[str, str]:
    return {"@odata.id": f"/redfish/v1/Chassis/{path}"}


def _json(page: object) -> str:
    """Write a page, each decimal with all its digits: the encoder itself would drop zeros."""
    text = json.dumps(page, default=lambda value: f"<decimal {value}>")
    return _DECIMAL.sub(r"\1", text)
