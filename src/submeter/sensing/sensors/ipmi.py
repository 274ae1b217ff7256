"""The machine's management controller (BMC), by IPMI: DCMI's Get Power Reading."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import dcmi, ipmi
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEVICES = ("/dev/ipmi0", "/dev/ipmi/0", "/dev/ipmidev/0")
"""Where the kernel's device may be (ipmitool(1), ``-I open``)."""

_DOMAIN = Domain("bmc", "machine")
_BEAT = 1.0
"""Controllers look about once a second; asking more often costs and tells no more [s]."""

_LONGEST_AVERAGE = 60.0
"""A period of statistics up to this [s] is one over which power is averaged; a longer one is the
time since they began (a judgement)."""

_GAIN = 0.10
_REASON = "gain ±10 % (a judgement: no controller states its own); refresh not yet measured"


class IpmiSensor:
    """The power that a controller tells.

    Parameters
    ----------
    root : str
        Path of the kernel's device, or ``tcp:HOST:PORT``; empty for this machine's device.
    transport : callable
        Opens the way to the controller.
    """

    name = "ipmi"
    method = "dcmi-power/1"
    may_hang = True

    def __init__(
        self, root: str = "", transport: Callable[[str], ipmi.Transport] | None = None
    ) -> None:
        self._transport = (transport or _transport)(root or _device())
        try:
            reading = dcmi.power_reading(self._transport)
        except OSError as error:
            self.close()
            what = error.strerror or str(error)
            raise SensorUnavailable(what, root, _fix(error, root)) from error
        averages = reading.period <= _LONGEST_AVERAGE
        refresh = max(_BEAT, reading.period) if averages else _BEAT
        self._accuracy = Accuracy(refresh, 1 - _GAIN, 1 + _GAIN, _REASON)

    def domains(self) -> Sequence[Sensed]:
        """Give the machine."""
        return [Sensed(_DOMAIN, CounterSpec(), self._accuracy, _BEAT)]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Ask for the power."""
        instant = now()
        power = dcmi.power_reading(self._transport).power * 1_000_000
        return [Sample(_DOMAIN.id, Kind.POWER, power, instant)]

    def close(self) -> None:
        """Let go of the device or the connection."""
        self._transport.close()


def _device() -> str:
    return next((each for each in DEVICES if os.path.exists(each)), DEVICES[0])


def _transport(root: str) -> ipmi.Transport:
    """Open the kernel's device, or prepare a connection."""
    if root.startswith("tcp:"):
        host, _, port = root.removeprefix("tcp:").rpartition(":")
        if not host or not port.isdecimal() or int(port) not in range(1, 1 << 16):
            fix = "name it as SUBMETER_SENSOR_IPMI=tcp:HOST:PORT"
            raise SensorUnavailable(f'"{root}" names no host and port', fix=fix)
        return ipmi.SerialVm(host.strip("[]"), int(port))
    try:
        return ipmi.KernelDevice(root)
    except FileNotFoundError as error:
        fix = "on a server: sudo modprobe -a ipmi_si ipmi_devintf; others have no controller"
        raise SensorUnavailable("no IPMI device", root, fix) from error
    except PermissionError as error:
        fix = (
            "run the meter as root; do not open the device to others, who could then switch the "
            "machine off"
        )
        raise SensorUnavailable("the IPMI device may not be opened", root, fix) from error
    except OSError as error:
        raise SensorUnavailable(
            f"the IPMI device cannot be opened: {error.strerror}", root, _fix(error, root)
        ) from error


def _fix(error: OSError, root: str) -> str:
    if isinstance(error, dcmi.NotActive):
        return "switch power monitoring on in the controller's own settings (its web page)"
    if isinstance(error, dcmi.Refused):
        return (
            "ask it yourself: sudo ipmitool dcmi power reading; if that fails too, it has no DCMI"
        )
    if root.startswith("tcp:"):
        return "see whether a controller listens there that speaks OpenIPMI's VM protocol"
    return "see whether it answers anything: sudo ipmitool mc info"


def open_sensor(root: str = "") -> IpmiSensor:
    """Open the controller at `root`."""
    return IpmiSensor(root)
