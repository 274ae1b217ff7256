"""All that is set up on this machine to measure: sensors, probes, models, a meter over them."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from submeter.runs.books import Evidence
from submeter.runs.host import describe
from submeter.runs.metered import Modelled, first_come, load_shape, read
from submeter.runs.told import Told
from submeter.sensing.devices.pci import accelerators
from submeter.sensing.discovery import (
    Found,
    Refusal,
    entry_points,
    find_sensors,
    open_probe,
)
from submeter.sensing.metering.custody import Custody
from submeter.sensing.metering.holders import HolderSource, TellsHolders, pids_are_visible
from submeter.sensing.metering.meter import Meter
from submeter.sensing.metering.naps import Naps
from submeter.sensing.metering.probing import ProbeSource
from submeter.sensing.metering.reader import always
from submeter.sensing.metering.source import SensorSource
from submeter.traces.remainder import disagreements, parted
from submeter.workloads.activity import Device
from submeter.workloads.usage import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from submeter.estimation.estimator import Estimator
    from submeter.quantities.clock import Clock, Span
    from submeter.runs.settings import Settings
    from submeter.runs.tally import Sum
    from submeter.sensing.metering.calibration import Calibration
    from submeter.sensing.metering.reader import Needed, Source
    from submeter.sensing.probes.probe import Probe, Use
    from submeter.traces.trace import PowerTrace
    from submeter.workloads.activity import Booking
    from submeter.workloads.usage import UsageTrace

PATIENCE = 1.0
"""How long sensors may take to close [s]."""

PLATFORM = (
    "platform: fans, board, storage, network and power-supply losses have no sensor here; "
    "a wall or BMC meter would see them"
)


class Rig:
    """Sensors, probes and models of this machine, metering one workload.

    Parameters
    ----------
    settings : Settings
        Roots of sensors, and the heartbeat.
    clock : Clock
        Where time comes from.
    workload : Probe or None
        Whose share is told; None for the machine alone.
    needed : callable
        What of the past is still needed; see `Reader`.
    measured : mapping of str to Calibration
        What was measured of the meters, by domain.
    wanted : callable
        Tells whether anybody needs readings now; see `Reader`.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        workload: Probe | None,
        needed: Callable[[], Needed | None],
        measured: Mapping[str, Calibration],
        wanted: Callable[[], bool] = always,
    ) -> None:
        self.host = describe()
        self.roots = settings.roots
        self.found: Found = find_sensors(settings.roots)
        self.estimators, self.broken = _estimators()
        self._sensors = first_come(SensorSource(each, measured) for each in self.found.sensors)
        self._told = Told()
        self.machine = ProbeSource(open_probe("machine", ""))
        self.own = ProbeSource(workload, self.machine) if workload is not None else None
        self._holders = _holders(self.found, workload)
        self.custody = Custody(self._unseen() if workload is not None else (), wanted=wanted)
        self._naps = Naps(clock.asleep)
        own = [self.own] if self.own is not None else []
        turns = [self.custody] if self.custody.domains else []
        sources: list[Source] = [
            self._naps, *self._sensors, self.machine, *own, *self._holders, *turns
        ]  # fmt: skip
        self.meter = Meter(sources, clock, settings.period, needed, wanted)

    def follow(self, workload: Probe, instant: int, uses: Sequence[Use]) -> None:
        """Follow a workload that began at `instant` [ns], having used `uses` by then."""
        self.own = ProbeSource(workload, self.machine)
        self.own.take(instant, uses)
        self.meter.add(self.own)
        self._holders = _holders(self.found, workload)
        for each in self._holders:
            self.meter.add(each)
        self.custody = Custody(self._unseen())
        if self.custody.domains:
            self.meter.add(self.custody)

    def _unseen(self) -> set[str]:
        """Give the devices whose holders nobody can tell."""
        asked = {each.sensor for each in self._holders}
        return {
            each.domain.id
            for source in self._sensors
            if source.name not in asked
            for each in source.sensed
            if each.domain.component == "gpu"
        }

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The sensors that did not answer and the models that could not be loaded."""
        return (*self.found.refusals, *self.broken)

    def read_until(self) -> int:
        """Give up to when [ns] every source has been read."""
        own = [self.own.last] if self.own is not None else []
        lasts = [*(each.last for each in self._sensors), *(each.last for each in self._holders)]
        read = min([self.machine.last, *own, *lasts])
        return min(read, self.custody.known_until)

    def evidence(self, span: Span, *, final: bool = True) -> Evidence:
        """Gather all that was seen of `span`; what is told of it is not taken back if `final`."""
        found = read(self._sensors, span, self._naps.found)
        # What was slept through is left out of totals: they are others than before.
        epoch = self._naps.count + sum(source.restarts for source in self._sensors)
        measured = [self._told.kept(each, span, epoch, final=final) for each in parted(found)]
        usage = self.machine.usage(span)
        own = self.own.usage(span) if self.own is not None else None
        usage = at_least(usage, own) if own is not None else usage
        models = self._models(usage)
        seen = {trace.domain.component for trace in measured if trace.energy.times}
        # One that is metered is never modelled too, and a meter of the whole machine sees all.
        wanted = [each for each in models if not seen & {each.whole.domain.component, "machine"}]
        held = {name: held for each in self._holders for name, held in each.held(span).items()}
        computed = {
            name: shares
            for each in self._holders
            for name, shares in each.computing.computed(span).items()
        }
        return Evidence(
            traces=[*measured, *(each.whole for each in wanted)],
            idle={each.whole.domain.id: each.idle.energy for each in wanted if each.idle},
            machine=usage,
            own=own,
            held=held,
            capacity=self.host.capacity,
            shape=load_shape(models),
            asked=frozenset(each.sensor for each in self._holders),
            methods={each.sensor.name: each.sensor.method for each in self._sensors},
            computed=computed,
            turns=self.custody.held(span),
            disagreements=tuple(disagreements(found, span)),
        )

    def _models(self, usage: UsageTrace) -> list[Modelled]:
        """Let every model say what its component drew, metered or not."""
        found = []
        capacity, virtual = self.host.capacity, self.host.virtual
        for estimator in tuple(self.estimators):
            try:
                whole = estimator.power_trace(usage, capacity, is_virtual=virtual)
                idle = estimator.idle_trace(usage, capacity, is_virtual=virtual)
            except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
                self.estimators.remove(estimator)
                told = f"the model failed: {error!r}"
                self.broken += (Refusal(estimator.name, told, "reinstall it", unexpected=True),)
                continue
            if whole is not None:
                found.append(Modelled(whole, idle))
        return found

    def models(self, span: Span) -> list[PowerTrace]:
        """Give what the models say of every component, metered or not."""
        return [each.whole for each in self._models(self.machine.usage(span))]

    def missing(self, seen: Evidence) -> tuple[str, ...]:
        """Tell in words what is not seen here, each with its remedy."""
        components = {trace.domain.component for trace in seen.traces if trace.energy.times}
        measured = {
            trace.domain.component for trace in seen.traces if trace.tier.value == "measured"
        }
        told = [
            f"{component}: neither a sensor nor a model answers here"
            for component in ("cpu", "memory")
            if component not in components and "machine" not in components
        ]
        if "cpu" in measured and "machine" not in measured:
            told.append(PLATFORM)
        if "gpu" not in components:
            told += [
                f"gpu: {count} from {vendor} plugged in, and no sensor answers for it: see "
                "submeter doctor"
                for vendor, count in accelerators().items()
            ]
        elif not self._holders and self.own is not None:
            told.append(
                "gpu: who else uses it cannot be seen from in here: all of it is the work's of "
                "whoever metered it first, as its record tells"
            )
        told += self.custody.refused
        for each in self._sensors:
            for parts in ("refused", "caveats"):
                told += [f"{each.name}: {part}" for part in getattr(each.sensor, parts, ())]
        told += seen.disagreements
        told += [source.failure for source in self._sources() if source.failure]
        told += [note for each in self._holders for note in each.computing.notes]
        told += [doubt for each in self._sensors for doubt in each.doubts]
        told += [f"{each.name}: {each.reason}" for each in self.refusals if each.unexpected]
        return tuple(dict.fromkeys(told))

    def _sources(self) -> Iterable[SensorSource | HolderSource]:
        return (*self._sensors, *self._holders)

    def devices(self, whole: Sum) -> tuple[Device, ...]:
        """Name the hardware that took part, and the part of it that was the workload's."""
        capacity = self.host.capacity
        found = [self._gpu(each) for each in whole.bookings if each.component == "gpu"]
        cpu = _part(whole.own.cpu, capacity.threads * whole.span.nanoseconds)
        memory = _part(whole.own.memory, round(capacity.memory * whole.span.seconds))
        found.append(Device("cpu", self.host.processor, "", float(capacity.threads), cpu))
        found.append(Device("memory", "", "", float(capacity.memory), memory))
        return tuple(found)

    def _gpu(self, booking: Booking) -> Device:
        held = booking.workload / booking.meter if booking.meter else 0.0
        uuid = booking.domain.partition(":")[2]
        return Device("gpu", booking.device, uuid, 1.0, held, self._driver(booking.sensor))

    def _driver(self, sensor: str) -> str:
        for each in self._sensors:
            if each.name == sensor:
                return str(getattr(each.sensor, "driver", ""))
        return ""

    def close(self) -> None:
        """End the meter and let go of the sensors; one that hangs is left behind."""
        self.custody.release()
        if self.meter.stop():
            letting_go = Thread(target=self._let_go, name="submeter-close", daemon=True)
            letting_go.start()
            letting_go.join(PATIENCE)

    def _let_go(self) -> None:
        for each in self._sensors:
            # What a stranger's sensor says as it is closed concerns nobody any more.
            with suppress(Exception):
                each.sensor.close()


def _part(used_amount: int, whole: int) -> float:
    return min(1.0, used_amount / whole) if whole > 0 else 0.0


def _holders(found: Found, workload: Probe | None) -> list[HolderSource]:
    pids = getattr(workload, "pids_now", None)
    if pids is None or not pids_are_visible():
        return []

    def ours() -> Collection[int]:
        return frozenset(pids())

    return [HolderSource(each, ours) for each in found.sensors if isinstance(each, TellsHolders)]


def _estimators() -> tuple[list[Estimator], tuple[Refusal, ...]]:
    """Load the models; a broken plug-in is named and left out."""
    loaded: list[Estimator] = []
    broken: list[Refusal] = []
    for point in entry_points("submeter.estimators"):
        try:
            loaded.append(point.load())
        except Exception as error:  # noqa: BLE001 - a plug-in must not take the meter down
            broken.append(
                Refusal(point.name, f"the model failed: {error!r}", "reinstall it", unexpected=True)
            )
    return loaded, tuple(broken)
