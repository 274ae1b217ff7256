"""AMD Instinct and Radeon: the energy counter where it can be believed, else the socket's power.

A module is one domain however many dies or partitions it is made of: its meter sees all of it. A
counter is held against the power when the sensor is opened, for some stand still or lie.
"""

from __future__ import annotations

import time
from contextlib import suppress
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices.amdsmi import AmdSmi, Count, Processor
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_GAIN = 0.10
"""Relative gain error of a module's own meter, 95 %: a judgement, for AMD states none."""

_REFRESH = 0.1
"""How often counter and power change [s], until it is measured."""

_ROUNDS = (0.1, 0.4, 1.0)
"""How long a counter is held against the power [s], again where they differ: the power of MI200
and Radeon is a mean that follows late."""

_LOOKS = 5
"""Times that the power is looked at in a round."""

_AGREE = 2.0
"""Counter and power agree within this factor: a judgement. What is known wrong stands still
(MI100, github.com/ROCm/amdsmi issue 38) or is off by a unit."""

_TWO_DIES = "MI250"
"""MI250 and MI250X: two dies that answer as two devices on one module. Power and energy are the
module's and told by the first die alone; the second tells 0 (Linux, ``aldebaran_ppt.c``)."""

_SAME = 100_000_000
"""Counters of neighbouring dies this near [µJ] are one counter: a judgement. Two modules of a
machine differ by more within minutes."""

_WITH_CORES = ("MI300A",)
"""Products whose socket holds the processor's cores too: RAPL reads that socket already."""

_INTEGRATED = "Graphics"
"""How the name of graphics inside a processor ends; these have no power limit of their own."""


class _Module(NamedTuple):
    """One physical module: the processor that tells its energy, and all that it consists of."""

    meter: Processor
    processors: tuple[Processor, ...]

    @property
    def domain(self) -> str:
        return f"gpu:{self.meter.uuid}"


class AmdSensor:
    """All modules of one AMD SMI library.

    Parameters
    ----------
    library : str
        Path of the library; empty for ROCm's own.

    Attributes
    ----------
    refused : tuple of str
        Modules that do not answer and counters that are not believed, each with the reason.
    """

    name = "amd"
    may_hang = True

    def __init__(self, library: str = "") -> None:
        self._smi = AmdSmi(library)
        self._refused = list(self._smi.refused)
        self._modules: list[_Module] = []
        for place, processors in enumerate(self._smi.sockets):
            try:
                self._take(processors)
            except OSError as error:
                self._refused.append(f"socket {place}: {error}")
        wrong = self._disbelieved()
        self._wraps = self._counters(wrong)
        self.refused = tuple(self._refused)
        if not self._modules:
            self._smi.close()
            what = "; ".join(("no AMD GPU tells energy or power", *self._refused))
            fix = "no remedy here; in a virtual machine ask the host's operator to meter it"
            raise SensorUnavailable(what, fix=fix)

    def _take(self, processors: tuple[Processor, ...]) -> None:
        """Make a module of a socket, or join it to the module whose second die it is."""
        meter = processors[0]
        count, power = self._smi.energy(meter), self._smi.power(meter)
        if count is None and power is None:
            raise OSError("it tells neither energy nor power")
        if _shares_with_cores(meter):
            raise OSError("its power is that of the processor that it is part of (see rapl)")
        if _TWO_DIES in meter.name and self._modules:
            first = self._modules[-1]
            dumb = not power and not (count and count.energy)
            if len(first.processors) == len(processors) and (dumb or self._repeats(first, meter)):
                self._modules[-1] = _Module(first.meter, (*first.processors, *processors))
                return
        self._modules.append(_Module(meter, processors))

    def _repeats(self, first: _Module, meter: Processor) -> bool:
        one, other = self._smi.energy(first.meter), self._smi.energy(meter)
        return bool(one and other and abs(one.energy - other.energy) < _SAME)

    def _disbelieved(self) -> dict[str, str]:
        """Hold each counter against the power; gives what is wrong with it, by domain."""
        wrong = {each.domain: "" for each in self._modules if self._count(each)}
        for seconds in _ROUNDS:
            modules = [each for each in self._modules if each.domain in wrong]
            if modules:
                wrong = self._differing(modules, seconds)
        return wrong

    def _differing(self, modules: Sequence[_Module], seconds: float) -> dict[str, str]:
        """Watch counters and powers for a time [s]."""
        powers: dict[str, list[int]] = {each.domain: [] for each in modules}
        before = {each.domain: self._stamped(each) for each in modules}
        for _ in range(_LOOKS):
            time.sleep(seconds / _LOOKS)
            for each in modules:
                power = self._power(each)
                powers[each.domain] += [] if power is None else [power]
        found = {}
        for each in modules:
            (start, first), (end, last) = before[each.domain], self._stamped(each)
            watts = fmean(powers[each.domain]) / 1e6 if powers[each.domain] else None
            told = _doubt((last - first) * 1e3 / (end - start), watts)
            if told:
                found[each.domain] = told
        return found

    def _stamped(self, module: _Module) -> tuple[int, int]:
        """Give the instant [ns] and the counter [µJ]."""
        instant = time.monotonic_ns()
        count = self._count(module)
        return instant, count.energy if count else 0

    def _count(self, module: _Module) -> Count | None:
        """Give the counter, or None if it does not answer now."""
        with suppress(OSError):
            return self._smi.energy(module.meter)
        return None

    def _power(self, module: _Module) -> int | None:
        """Give the power [µW], or None if it does not answer now."""
        with suppress(OSError):
            return self._smi.power(module.meter)
        return None

    def _counters(self, wrong: dict[str, str]) -> dict[str, int]:
        """Give the wrap [µJ] of each counter that is believed, by domain; the rest have power."""
        wraps, kept = {}, []
        for module in self._modules:
            count, reason = self._count(module), wrong.get(module.domain, "")
            if count and not reason:
                wraps[module.domain] = count.wrap
            elif self._power(module) is None:
                self._refused.append(f"{module.domain}: {reason or 'it does not answer'}")
                continue
            elif reason:
                self._refused.append(f"{module.domain}: {reason}; its power is used")
            kept.append(module)
        self._modules = kept
        return wraps

    @property
    def method(self) -> str:
        """Counter or power, by what the modules have."""
        counts = {each.domain in self._wraps for each in self._modules}
        names = {True: "amdsmi-energy-counter/1", False: "amdsmi-power/1"}
        return "+".join(names[each] for each in sorted(counts, reverse=True))

    def domains(self) -> Sequence[Sensed]:
        """Give one domain a module."""
        return [self._sensed(module) for module in self._modules]

    def _sensed(self, module: _Module) -> Sensed:
        told = f"gain ±{_GAIN:.0%}, a judgement: AMD states none; refresh not yet measured"
        accuracy = Accuracy(_REFRESH, 1 - _GAIN, 1 + _GAIN, told)
        limit = module.meter.limit * 2
        # A wrap that no limit bounds would turn any step back into a fortune of joules.
        spec = CounterSpec(self._wraps.get(module.domain, 0) if limit else 0, limit)
        domain = Domain(module.domain, "gpu", device=module.meter.name)
        return Sensed(domain, spec, accuracy, 0.0 if module.domain in self._wraps else _REFRESH)

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read every module; one that does not answer is left out."""
        samples, reason = [], "no AMD GPU answers"
        for module in self._modules:
            instant = now()
            try:
                kind, value = self._read(module)
            except OSError as error:
                reason = str(error)
                continue
            if value is not None:
                samples.append(Sample(module.domain, kind, value, instant))
        if not samples:
            raise OSError(reason)
        return samples

    def _read(self, module: _Module) -> tuple[Kind, int | None]:
        """Read a module's counter [µJ] or power [µW]."""
        if module.domain in self._wraps:
            count = self._smi.energy(module.meter)
            return Kind.COUNTER, None if count is None else count.energy
        return Kind.POWER, self._smi.power(module.meter)

    def holders(self) -> dict[str, set[int]]:
        """Give the processes on each module, on whichever of its dies; by domain.

        Raises
        ------
        OSError
            If none tells.
        """
        found, reason = {}, "no AMD GPU tells who holds it"
        for module in self._modules:
            try:
                told = [self._smi.holders(each) for each in module.processors]
            except OSError as error:
                reason = str(error)
                continue
            if all(pids is not None for pids in told):
                found[module.domain] = _union(pids for pids in told if pids)
        if not found:
            raise OSError(reason)
        return found

    def close(self) -> None:
        """Let go of the library."""
        self._smi.close()


def _union(sets: Iterable[set[int]]) -> set[int]:
    return set().union(*sets)


def _shares_with_cores(processor: Processor) -> bool:
    named = any(each in processor.name for each in _WITH_CORES)
    return named or (processor.name.endswith(_INTEGRATED) and not processor.limit)


def _doubt(counted: float, watts: float | None) -> str:
    """Tell what is wrong with a counter that grows by `counted` [W], if the power is `watts`."""
    if counted <= 0:
        return "its energy counter stands still"
    if watts is None or counted / _AGREE <= watts <= counted * _AGREE:
        return ""
    return f"its energy counter grows by {counted:.0f} W while {watts:.0f} W are drawn"


def open_sensor(root: str = "") -> AmdSensor:
    """Open AMD SMI; `root` is the library's path."""
    return AmdSensor(root)
