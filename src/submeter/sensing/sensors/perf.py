"""RAPL (Intel and AMD) through the kernel's performance events: the ``power`` PMU.

The same registers as powercap's, by another door, which a capability opens. Its domains bear the
same ids, so that a machine that lets both be read is read once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import perf
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

ROOT = "/sys"

_KHAN = "Khan et al., RAPL in Action, 2018, doi:10.1145/3177754"
_REFRESH = 0.001
_LIMIT = 1_500_000_000
"""No package, memory or board of one socket draws more than 1.5 kW [µW]."""

_PATIENCE = 0.05
"""How long a counter may stand still before it is taken for dead [s]: fifty refreshes."""

_BOARDS_PATIENCE = 0.5
"""The same for a board's counter, where packages count [s].

That of Sapphire Rapids counts whole joules (``RAPL_UNIT_QUIRK_INTEL_SPR`` in Linux's ``rapl.c``):
at 2 W one in half a second, and no board that has it draws so little.
"""

_GLANCE = 0.002
"""Time between two looks at a counter that has not moved yet [s]: a refresh, and as much again."""

_PERMIT = (
    "run: sudo sysctl kernel.perf_event_paranoid=0 (until reboot), or give the meter CAP_PERFMON: "
    "docs/reference/sensors/perf.md"
)


class _Part(NamedTuple):
    """What an event measures: its domain's name as in powercap, component, gain error."""

    name: str
    component: str
    gain: float


_PARTS = {
    "energy-pkg": _Part("package", "cpu", 0.05),
    "energy-cores": _Part("core", "cpu", 0.05),
    "energy-gpu": _Part("uncore", "cpu", 0.05),
    "energy-ram": _Part("dram", "memory", 0.10),
    "energy-psys": _Part("psys", "machine", 0.10),
}


class _Opened(NamedTuple):
    domain: str
    event: perf.Event
    unit: perf.Unit
    counter: perf.Counter


class PerfSensor:
    """The energy events of the ``power`` PMU, one a socket.

    Parameters
    ----------
    root : str
        The tree with the PMU and the processors' topology; empty for ``/sys``.
    opener : callable
        Opens an event by its kind, config and CPU: the system call's place.
    sleep : callable
        Waits for a time [s], while the counters are looked at for the first time.

    Attributes
    ----------
    refused : tuple of str
        Domains that cannot be read, each with the reason.
    """

    name = "perf"
    method = "rapl-perf/1"
    may_hang = False

    def __init__(
        self,
        root: str = "",
        opener: Callable[[int, int, int], perf.Counter] = perf.Opened,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        root = root or ROOT
        events = [each for each in perf.events(root) if each.name in _PARTS]
        units = perf.units(root)
        if not events or not units:
            raise SensorUnavailable(
                f"no energy events in {root}/{perf.PMU}",
                fix="on bare metal (x86): sudo modprobe rapl; a virtual machine has none, "
                "ask the host's operator to meter it",
            )
        self._opened: list[_Opened] = []
        refused = []
        for event in events:
            for unit in units:
                domain = _domain_id(event, unit)
                try:
                    counter = opener(event.kind, event.config, unit.cpu)
                except PermissionError as error:
                    self.close()
                    what = f"energy events may not be opened: {error.strerror}"
                    raise SensorUnavailable(what, root, _PERMIT) from error
                except OSError as error:
                    refused.append(f"{domain} cannot be opened: {error.strerror or error}")
                    continue
                self._opened.append(_Opened(domain, event, unit, counter))
        refused += self._leave_dead(sleep)
        self.refused = tuple(refused)
        if not self._opened:
            what = f"no energy event counts ({'; '.join(refused)})"
            fix = "in a virtual machine they are empty: ask the host's operator to meter it"
            raise SensorUnavailable(what, root, fix)

    def _leave_dead(self, sleep: Callable[[float], None]) -> list[str]:
        """Let go of counters that stand still, as those of a guest do whose host passes none on.

        Cores and graphics may be asleep: they live if their package does.
        """
        first = {each.domain: _count(each) for each in self._opened}
        waited, still = 0.0, list(self._opened)
        while still and waited < self._patience(still):
            sleep(_GLANCE)
            waited += _GLANCE
            still = [each for each in still if _count(each) == first[each.domain]]
        dead = {each.domain for each in still}
        dead -= {
            each.domain for each in still
            if _is(each, "core", "uncore")
            and f"package:{each.unit.id}" in first.keys() - dead
        }  # fmt: skip
        for each in self._opened:
            if each.domain in dead:
                each.counter.close()
        self._opened = [each for each in self._opened if each.domain not in dead]
        return [f"{domain} stands still" for domain in sorted(dead)]

    def _patience(self, still: Collection[_Opened]) -> float:
        """Give how long [s] those that stand `still` are waited for."""
        counts = any(_is(each, "package") for each in self._opened if each not in still)
        board = any(_is(each, "psys") for each in still)
        return _BOARDS_PATIENCE if counts and board else _PATIENCE

    def domains(self) -> Sequence[Sensed]:
        """Give one domain an event and socket."""
        names = {each.domain for each in self._opened}
        return [_sensed(each, names) for each in self._opened]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every counter."""
        samples = []
        for each in self._opened:
            instant, count = now(), _count(each)
            if count is not None:
                value = int(count * each.event.scale)
                samples.append(Sample(each.domain, Kind.COUNTER, value, instant))
        if not samples:
            raise OSError("no energy event answers")
        return samples

    def close(self) -> None:
        """Close the events; again is harmless."""
        for each in self._opened:
            each.counter.close()
        self._opened = []


def _is(opened: _Opened, *names: str) -> bool:
    return _PARTS[opened.event.name].name in names


def _count(opened: _Opened) -> int | None:
    try:
        return opened.counter.read()
    except OSError:
        return None


def _domain_id(event: perf.Event, unit: perf.Unit) -> str:
    """Give the id that powercap's zone of the same register has."""
    name = _PARTS[event.name].name
    if name == "psys" and unit.id == "0":
        return "psys"
    return f"{name}:{unit.id}"


def _sensed(opened: _Opened, names: set[str]) -> Sensed:
    part = _PARTS[opened.event.name]
    package = f"package:{opened.unit.id}"
    if part.name in ("core", "uncore") and package in names:
        inside = package
    else:
        # A second socket's board counter too: its register is valid on the primary socket alone
        # (Intel SDM, MSR_PLATFORM_ENERGY_COUNTER).
        inside = "psys" if opened.domain != "psys" and "psys" in names else ""
    accuracy = Accuracy(_REFRESH, 1 - part.gain, 1 + part.gain, f"gain ±{part.gain:.0%} ({_KHAN})")
    spec = CounterSpec(opened.event.wrap, _LIMIT)
    return Sensed(Domain(opened.domain, part.component, inside), spec, accuracy)


def open_sensor(root: str = "") -> PerfSensor:
    """Open the energy events of the tree at `root`."""
    return PerfSensor(root)
