"""The stages joined: traces and usage in, balanced books out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.attribution.attribution import attribute
from submeter.attribution.devices import (
    DeviceHeld,
    DeviceHeldBySm,
    DeviceInTurns,
    WholeDevice,
)
from submeter.attribution.rules import AboveIdle, CapacityShare, NobodyKnown
from submeter.attribution.simultaneous import Simultaneous
from submeter.workloads.activity import Booking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from submeter.attribution.attribution import Rule
    from submeter.quantities.clock import Span
    from submeter.quantities.cumulative import Cumulative
    from submeter.sensing.metering.computing import Computed
    from submeter.sensing.metering.holders import Held
    from submeter.traces.doubt import Doubt
    from submeter.traces.trace import PowerTrace
    from submeter.workloads.usage import Capacity, UsageTrace


class LoadShape(NamedTuple):
    """What a model says that the processors drew in all, and of that idle [µJ].

    `low` and `high` are the 95 % interval of the idle part, over its value: how surely the model
    splits an energy, whoever told it. `method` is the model's id and version.
    """

    whole: Cumulative
    idle: Cumulative
    low: float = 1.0
    high: float = 1.0
    method: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen of a machine, ready to be shared out.

    Parameters
    ----------
    traces : sequence of PowerTrace
        What was drawn.
    idle : mapping of str to Cumulative
        By domain, the part that no work caused [µJ], where it is known.
    machine : UsageTrace or None
        What everybody did.
    own : UsageTrace or None
        What the workload did.
    held : mapping of str to Held
        By domain, who held each accelerator.
    capacity : Capacity
        What the machine has to give.
    shape : LoadShape or None
        What part of the processors' energy a model calls idle.
    methods : mapping of str to str
        By sensor, id and version of how it measures.
    asked : frozenset of str
        The sensors that were asked who holds their devices, whether they answered or not.
    turns : mapping of str to Held
        By domain whose holders nobody can tell, the times in which it was in this program's
        custody and in another's.
    disagreements : tuple of str
        Where meters contradict each other, in words.
    computed : mapping of str to Computed
        By domain, what each of several holders of an accelerator computed, where that is told.
    """

    traces: Sequence[PowerTrace]
    idle: Mapping[str, Cumulative]
    machine: UsageTrace | None
    own: UsageTrace | None
    held: Mapping[str, Held]
    capacity: Capacity
    shape: LoadShape | None = None
    methods: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    turns: Mapping[str, Held] = field(default_factory=dict)
    disagreements: tuple[str, ...] = ()
    computed: Mapping[str, Computed] = field(default_factory=dict)


def rule_for(trace: PowerTrace, seen: Evidence) -> Rule:
    """Choose the attribution rule of a domain by what is known of it."""
    component, domain = trace.domain.component, trace.domain.id
    if component == "gpu":
        return _rule_for_device(trace, seen)
    if seen.own is None or seen.machine is None:
        return NobodyKnown()
    if component == "memory":
        return _rule_for_memory(seen.own, seen.machine, seen.capacity)
    own, everyone, threads = seen.own.cpu, seen.machine.cpu, seen.capacity.threads
    if domain in seen.idle:
        return AboveIdle(own, everyone, seen.idle[domain], threads)
    if seen.shape is not None:
        return AboveIdle(own, everyone, seen.shape.idle, threads, seen.shape.whole)
    return CapacityShare(own, everyone, threads * 1_000_000_000, "cpu-time")


def _rule_for_memory(own: UsageTrace, machine: UsageTrace, capacity: Capacity) -> Rule:
    """Share memory by what is held; whatever runs holds some, so that nothing means not seen."""
    if not any(own.memory.totals):
        return NobodyKnown()
    return CapacityShare(own.memory, machine.memory, capacity.memory, "memory-held")


def _rule_for_device(trace: PowerTrace, seen: Evidence) -> Rule:
    """Take a device for the workload's only where nobody can be asked whose it is."""
    domain = trace.domain.id
    if domain in seen.held:
        held = DeviceHeld(*seen.held[domain])
        return DeviceHeldBySm(held, *seen.computed[domain]) if domain in seen.computed else held
    if trace.sensor in seen.asked:
        return NobodyKnown()
    return DeviceInTurns(*seen.turns[domain]) if domain in seen.turns else WholeDevice()


class Seat(NamedTuple):
    """A window [ns] and the others that were open beside it, with an equal claim."""

    window: Span
    companions: Sequence[Span]


def doubts_of(seen: Evidence, span: Span) -> dict[str, Doubt]:
    """Give by domain how far what was drawn within `span` may be misread."""
    return {each.domain.id: each.doubt(span) for each in seen.traces}


def book(
    seen: Evidence,
    span: Span,
    seats: Sequence[Seat] = (),
    doubts: Mapping[str, Doubt] | None = None,
) -> tuple[Booking, ...]:
    """Share out what every domain drew within `span`, to the microjoule.

    Parameters
    ----------
    seen : Evidence
        What was seen.
    span : Span
        The window [ns].
    seats : sequence of Seat
        From the outermost window to this one, those that were not alone: an outer window's share
        is shared out again among the inner ones.
    doubts : mapping of str to Doubt, optional
        What `doubts_of` gives, where that is known already.
    """
    told = doubts_of(seen, span) if doubts is None else doubts
    return tuple(
        _book(trace, seen, seats, span, told[trace.domain.id])
        for trace in seen.traces
        if trace.energy.times
    )


def _book(
    trace: PowerTrace, seen: Evidence, seats: Sequence[Seat], span: Span, doubt: Doubt
) -> Booking:
    rule = rule_for(trace, seen)
    split = seen.shape if isinstance(rule, AboveIdle) else None
    for seat in seats:
        if seat.companions:
            rule = Simultaneous(rule, *seat)
    shares = attribute(trace, span, rule)
    return Booking(
        domain=trace.domain.id,
        component=trace.domain.component,
        device=trace.domain.device,
        sensor=trace.sensor,
        tier=trace.tier.value,
        method=seen.methods.get(trace.sensor, trace.sensor),
        meter=shares.meter,
        workload=shares.shares.workload,
        others=shares.shares.others,
        idle=shares.shares.idle,
        unattributed=shares.shares.unattributed,
        low=trace.accuracy.low,
        high=trace.accuracy.high,
        coverage=trace.seen(span) / span.nanoseconds if span.nanoseconds > 0 else 0.0,
        rule=rule.name,
        share=rule.occupied(span),
        inside=trace.domain.inside,
        below=round(doubt.below),
        above=round(doubt.above),
        idle_method=split.method if split else "",
        idle_low=split.low if split else 1.0,
        idle_high=split.high if split else 1.0,
    )


class _Part(NamedTuple):
    seconds: float
    booking: Booking


def added(stretches: Iterable[tuple[float, Sequence[Booking]]]) -> tuple[Booking, ...]:
    """Add the bookings of several stretches by domain; totals add exactly.

    Parameters
    ----------
    stretches : iterable of (float, sequence of Booking)
        How long each was [s], and its books.

    Notes
    -----
    Intervals are weighted by the energy charged, as if the errors were one: that never narrows
    them. What is misread at edges is added too: a burst amid idle is missed at each of its edges
    alike, so that it need not average out. A domain without books in a stretch was not seen in it.
    """
    found: dict[str, list[_Part]] = {}
    whole = 0.0
    for seconds, bookings in stretches:
        whole += seconds
        for each in bookings:
            found.setdefault(each.domain, []).append(_Part(seconds, each))
    return tuple(_sum(parts, whole) for parts in found.values())


def _sum(timed: Sequence[_Part], seconds: float) -> Booking:
    parts = [part.booking for part in timed]
    if len(parts) == 1 and timed[0].seconds == seconds:
        return parts[0]
    idles = [float(part.idle) for part in parts]
    charges = [part.workload + part.idle * part.share for part in parts]
    weights = charges if any(charges) else [float(part.meter) for part in parts]

    def weighted(name: str, by: Sequence[float]) -> float:
        values = [float(getattr(part, name)) for part in parts]
        whole = sum(by)
        pairs = zip(values, by, strict=True)
        return sum(value * weight for value, weight in pairs) / whole if whole else values[-1]

    covered = sum(part.seconds * part.booking.coverage for part in timed)
    return replace(
        parts[-1],
        meter=sum(part.meter for part in parts),
        workload=sum(part.workload for part in parts),
        others=sum(part.others for part in parts),
        idle=sum(part.idle for part in parts),
        unattributed=sum(part.unattributed for part in parts),
        low=weighted("low", weights),
        high=weighted("high", weights),
        coverage=min(1.0, covered / seconds) if seconds else parts[-1].coverage,
        rule=", ".join(dict.fromkeys(part.rule for part in parts)),
        share=weighted("share", idles),
        idle_low=weighted("idle_low", idles),
        idle_high=weighted("idle_high", idles),
        below=sum(part.below for part in parts),
        above=sum(part.above for part in parts),
    )
