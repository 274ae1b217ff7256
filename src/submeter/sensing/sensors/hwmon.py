"""Hardware monitors: Intel GPUs, NVIDIA Grace and Jetson, and the ACPI meter of a machine.

Only chips are read of which it is known what they measure. What lies in what is told by their
labels, so that a rail is never added to the board that it feeds from.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import hwmon
from submeter.sensing.devices.procfs import KernelFile
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = "/sys/class/hwmon"

_LIMIT = 1_500_000_000
"""No graphics card draws more than 1.5 kW [µW]."""

_FOLD = 60.0
"""An Intel card's energy is to be read this often [s]: its driver folds a register of 32 bits that
at 2⁻¹⁴ J comes round in 175 s at 1.5 kW (``xe_hwmon_energy_get`` in Linux's ``xe_hwmon.c``)."""

_INTEL_REFRESH = 0.05
_INTEL_GAIN = 0.10
_ACPI_INTERVAL = 1.0
_ACPI_GAIN = 0.10
_RAIL_REFRESH = 0.01
_RAIL_GAIN = 0.05
_BEAT = 0.1
"""Power is integrated from readings at this distance [s], or at the meter's own if that is more."""

_SLOWEST_BEAT = 1.0

_NOT_KNOWN = (0, 0xFFFF_FFFF * 1000)
"""What an ACPI meter shows when it could not measure [µW]: nothing read yet, and all bits set (ACPI
specification 6.5, 10.4.1, ``_PMM``, in mW)."""

_SUPERCHIP = re.compile(r"(Module|Grace|CPU|SysIO) Power Socket (\d+)", re.IGNORECASE)
"""Labels of NVIDIA Grace: *Grace Performance Tuning Guide*, Power Telemetry."""

_RAILS = {
    "VDD_IN": "machine", "POM_5V_IN": "machine",
    "VDD_GPU_SOC": "gpu", "VDD_GPU": "gpu", "VDD_SYS_GPU": "gpu", "POM_5V_GPU": "gpu", "GPU": "gpu",
    "VDD_CPU_CV": "cpu", "VDD_CPU_SOC_MSS": "cpu", "VDD_SYS_CPU": "cpu", "POM_5V_CPU": "cpu",
    "CPU": "cpu",
    "VDDQ_VDD2_1V8AO": "memory", "VDD_SYS_DDR": "memory", "VDDRQ": "memory",
    "VDD_CPU_GPU_CV": "other", "VDD_SOC": "other", "VDD_SYS_SOC": "other", "SOC": "other",
    "CV": "other", "VIN_SYS_5V0": "other", "SYS5V": "other",
}  # fmt: skip
"""Rails of the Jetson modules, by the label of their INA3221 channel: *Jetson Linux Developer
Guide*, Software-Based Power Consumption Modeling, of each module."""


class _Meter(NamedTuple):
    """What one domain is read from.

    `files` are multiplied (voltage times current), those of `less` taken off; `unknown` are numbers
    that say nothing; of `within` the first domain that is read contains this one; `window` is how
    long [s] a power is a mean over.
    """

    domain: Domain
    files: tuple[str, ...]
    accuracy: Accuracy
    within: tuple[str, ...] = ()
    kind: Kind = Kind.POWER
    beat: float = _BEAT
    less: tuple[str, ...] = ()
    unknown: tuple[int, ...] = ()
    window: float = 0.0


class HwmonSensor:
    """The chips of a tree that measure what a machine computes with.

    Parameters
    ----------
    root : str
        The tree; empty for ``/sys/class/hwmon``.

    Attributes
    ----------
    refused : tuple of str
        Domains that do not answer, each with the reason.
    """

    name = "hwmon"
    method = "hwmon/1"
    may_hang = True

    def __init__(self, root: str = "") -> None:
        root = root or ROOT
        chips = hwmon.chips(root)
        self._files: dict[str, KernelFile] = {}
        meters: dict[str, _Meter] = {}
        refused: list[str] = []
        for meter in _meters(chips, refused):
            try:
                self._value(meter)
            except (OSError, ValueError) as error:
                refused.append(f"{meter.domain.id} cannot be read: {_reason(error)}")
                continue
            meters.setdefault(meter.domain.id, meter)
        self._meters = list(meters.values())
        self.refused = tuple(refused)
        if not self._meters:
            self.close()
            what = f"no hardware monitor in {root} tells the power of a GPU, module or machine"
            fix = "on a server with a meter of its own: sudo modprobe acpi_power_meter"
            raise SensorUnavailable("; ".join((what, *refused)), fix=fix)

    def _value(self, meter: _Meter) -> int:
        value = math.prod(self._number(file) for file in meter.files)
        less = [self._number(file) for file in meter.less]
        if any(each in meter.unknown for each in (value, *less)):
            raise OSError("it tells no power")
        # Where nothing is drawn a current's noise is on both sides of zero.
        return max(0, value - sum(less))

    def _number(self, path: str) -> int:
        file = self._files.setdefault(path, KernelFile(path, 64))
        return int(file.read())

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a meter."""
        names = {each.domain.id for each in self._meters}
        found = []
        for meter in self._meters:
            inside = next((each for each in meter.within if each in names), "")
            domain = Domain(meter.domain.id, meter.domain.component, inside, meter.domain.device)
            spec = CounterSpec(limit=_LIMIT if meter.kind is Kind.COUNTER else 0)
            found.append(Sensed(domain, spec, meter.accuracy, meter.beat, meter.window))
        return found

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every meter; one that does not answer is left out."""
        samples, reason = [], "no hardware monitor answers"
        for meter in self._meters:
            instant = now()
            try:
                value = self._value(meter)
            except (OSError, ValueError) as error:
                reason = f"{meter.domain.id}: {_reason(error)}"
                continue
            samples.append(Sample(meter.domain.id, meter.kind, value, instant))
        if not samples:
            raise OSError(reason)
        return samples

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "it tells no number"
    return error.strerror or str(error)


def _meters(chips: Iterable[hwmon.Chip], refused: list[str]) -> list[_Meter]:
    """Give what the known chips measure."""
    found: list[_Meter] = []
    acpi = []
    for chip in chips:
        if chip.name == "xe" or re.fullmatch(r"i915(_gt\d+)?", chip.name):
            found += _intel(chip)
        elif chip.name == "ina3221":
            found += _rails(chip)
        elif chip.name == "power_meter" and chip.number("power1_is_battery") == 0:
            acpi.append(chip)
    return [*found, *_superchips(acpi), *_machine(acpi, refused)]


def _intel(chip: hwmon.Chip) -> list[_Meter]:
    """Give the energy counters of an Intel card: the card's, its package's, its tiles'."""
    reason = "gain ±10 % (a judgement: no figure is published); refresh not yet measured"
    accuracy = Accuracy(_INTEL_REFRESH, 1 - _INTEL_GAIN, 1 + _INTEL_GAIN, reason)
    card = f"gpu:{chip.place}"
    tile = chip.name.partition("_gt")[2]
    found = []
    for channel in chip.channels("energy"):
        label = chip.text(f"energy{channel}_label")
        if label not in ("", "card", "pkg"):
            continue
        domain = f"gpu-package:{chip.place}" if label == "pkg" else card
        domain = f"gpu-tile:{chip.place}.{tile}" if tile else domain
        found.append(
            _Meter(
                Domain(domain, "gpu", device="Intel GPU"),
                (f"{chip.folder}/energy{channel}_input",), accuracy,
                () if domain == card else (card,), Kind.COUNTER, _FOLD,
            )
        )  # fmt: skip
    return found


def _rails(chip: hwmon.Chip) -> list[_Meter]:
    """Give the rails of a Jetson module: voltage [mV] times current [mA] is µW."""
    reason = "gain ±5 % (a judgement: shunts and chip together); refresh not yet measured"
    refresh = chip.number("update_interval") / 1000 or _RAIL_REFRESH
    accuracy = Accuracy(refresh, 1 - _RAIL_GAIN, 1 + _RAIL_GAIN, reason)
    found = []
    for channel in chip.channels("curr"):
        label = chip.text(f"in{channel}_label")
        if label not in _RAILS:
            continue
        whole = _RAILS[label] == "machine"
        # The memory's rail is fed from the 5 V rail of AGX Orin, which no other rail is.
        feeds = ("rail:VIN_SYS_5V0",) if label == "VDDQ_VDD2_1V8AO" else ()
        found.append(
            _Meter(
                Domain("board" if whole else f"rail:{label}", _RAILS[label], device=label),
                tuple(f"{chip.folder}/{each}{channel}_input" for each in ("in", "curr")),
                accuracy, () if whole else (*feeds, "board"),
            )
        )  # fmt: skip
    return found


def _superchips(chips: Iterable[hwmon.Chip]) -> list[_Meter]:
    """Give the parts of NVIDIA Grace modules, each in the one around it."""
    parts = {}
    for chip in chips:
        if match := _SUPERCHIP.fullmatch(chip.text("power1_oem_info")):
            parts[match[1].lower(), match[2]] = chip
    found = []
    for (part, socket), chip in parts.items():
        module, grace = f"module:{socket}", f"grace:{socket}"
        name, component, within = {
            "module": (module, "machine", ("bmc",)),
            "grace": (grace, "cpu", (module, "bmc")),
            "cpu": (f"grace-cpu:{socket}", "cpu", (grace, module, "bmc")),
            "sysio": (f"grace-sysio:{socket}", "other", (grace, module, "bmc")),
        }[part]
        found.append(_acpi(chip, Domain(name, component, device="NVIDIA Grace"), within))
        rest = [parts[each, socket] for each in ("cpu", "sysio") if (each, socket) in parts]
        if part == "grace" and len(rest) == 2:  # noqa: PLR2004 - both
            memory = Domain(f"dram:{socket}", "memory", device="NVIDIA Grace")
            less = tuple(f"{each.folder}/power1_average" for each in rest)
            found.append(_acpi(chip, memory, (grace,))._replace(less=less))
    return found


def _machine(chips: Iterable[hwmon.Chip], refused: list[str]) -> list[_Meter]:
    """Give the machine's own meter: the one ACPI meter that names nothing else."""
    rest = [each for each in chips if not _SUPERCHIP.fullmatch(each.text("power1_oem_info"))]
    if len(rest) > 1:
        refused.append(f"{len(rest)} ACPI meters do not tell which of them is the machine's")
        return []
    return [
        _acpi(chip, Domain("bmc", "machine", device=chip.text("power1_model_number")), ())
        for chip in rest
    ]


def _acpi(chip: hwmon.Chip, domain: Domain, within: tuple[str, ...]) -> _Meter:
    """Make a meter of an ACPI power meter, with the interval and the accuracy that it states."""
    interval = chip.number("power1_average_interval") / 1000 or _ACPI_INTERVAL
    stated = _stated(chip.text("power1_accuracy"))
    gain = _ACPI_GAIN if stated is None else stated
    source = "a judgement: its firmware states none" if stated is None else "stated by its firmware"
    reason = f"gain ±{gain:.3g} ({source}); refresh not yet measured"
    # How often its mean changes is not told: once in the time over which it is one at least.
    accuracy = Accuracy(interval, 1 - gain, 1 + gain, reason)
    beat = min(max(interval, _BEAT), _SLOWEST_BEAT)
    files = (f"{chip.folder}/power1_average",)
    return _Meter(domain, files, accuracy, within, beat=beat, unknown=_NOT_KNOWN, window=interval)


def _stated(accuracy: str) -> float | None:
    """Make an error ratio of the accuracy that ACPI firmware states, or None where it states none.

    The kernel prints thousandths of a percent as two whole numbers with a point between, without
    leading zeros: ``95.5%`` is 95.005 % (``show_accuracy`` in Linux's ``acpi_power_meter.c``).
    """
    with suppress(ValueError):
        whole, _, thousandths = accuracy.rstrip("%").partition(".")
        error = 1 - int(whole) / 100 - int(thousandths or 0) / 100_000
        if 0 <= error < 1:
            return error
    return None


def open_sensor(root: str = "") -> HwmonSensor:
    """Open the tree at `root`."""
    return HwmonSensor(root)
