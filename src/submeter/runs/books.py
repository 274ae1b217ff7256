"""The stages joined: traces and usage in, balanced books out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.attribution.attribution import attribute
from submeter.attribution.rules import (
    AboveIdle,
    CapacityShare,
    DeviceHeld,
    NobodyKnown,
    WholeDevice,
)
from submeter.attribution.simultaneous import Simultaneous
from submeter.workloads.activity import Booking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from submeter.attribution.attribution import Attribution, Rule
    from submeter.quantities.clock import Span
    from submeter.quantities.cumulative import Cumulative
    from submeter.sensing.metering.holders import Held
    from submeter.traces.trace import PowerTrace
    from submeter.workloads.usage import Capacity, UsageTrace


class LoadShape(NamedTuple):
    """What a model says that the processors drew in all, and of that idle [µJ].

    `low` and `high` are the 95 % interval of the idle part, over its value: how surely the model
    splits an energy that a meter told.
    """

    whole: Cumulative
    idle: Cumulative
    low: float = 1.0
    high: float = 1.0


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
        For processors that are metered: what part of their energy a model calls idle.
    methods : mapping of str to str
        By sensor, id and version of how it measures.
    """

    traces: Sequence[PowerTrace]
    idle: Mapping[str, Cumulative]
    machine: UsageTrace | None
    own: UsageTrace | None
    held: Mapping[str, Held]
    capacity: Capacity
    shape: LoadShape | None = None
    methods: Mapping[str, str] = field(default_factory=dict)


def rule_for(trace: PowerTrace, seen: Evidence) -> Rule:
    """Choose the attribution rule of a domain by what is known of it."""
    component, domain = trace.domain.component, trace.domain.id
    if component == "gpu":
        return DeviceHeld(*seen.held[domain]) if domain in seen.held else WholeDevice()
    if seen.own is None or seen.machine is None:
        return NobodyKnown()
    if component == "memory":
        return CapacityShare(
            seen.own.memory, seen.machine.memory, seen.capacity.memory, "memory-held"
        )
    own, everyone, threads = seen.own.cpu, seen.machine.cpu, seen.capacity.threads
    if domain in seen.idle:
        return AboveIdle(own, everyone, seen.idle[domain], threads)
    if seen.shape is not None:
        return AboveIdle(own, everyone, seen.shape.idle, threads, seen.shape.whole)
    return CapacityShare(own, everyone, threads * 1_000_000_000, "cpu-time")


class Seat(NamedTuple):
    """A window [ns] and the others that were open beside it, with an equal claim."""

    window: Span
    companions: Sequence[Span]


def book(seen: Evidence, span: Span, seats: Sequence[Seat] = ()) -> tuple[Booking, ...]:
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
    """
    return tuple(_book(trace, seen, span, seats) for trace in seen.traces if trace.energy.times)


def _book(trace: PowerTrace, seen: Evidence, span: Span, seats: Sequence[Seat]) -> Booking:
    rule = rule_for(trace, seen)
    for seat in seats:
        if seat.companions:
            rule = Simultaneous(rule, *seat)
    shares = attribute(trace, span, rule)
    drawn = trace.drawn(span)
    least, most = _split_ratios(shares, rule, seen.shape)
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
        low=least * (drawn.low / drawn.energy if drawn.energy else 1.0),
        high=most * (drawn.high / drawn.energy if drawn.energy else 1.0),
        coverage=drawn.coverage,
        rule=rule.name,
        share=rule.occupied(span),
        inside=trace.domain.inside,
    )


def _split_ratios(booked: Attribution, rule: Rule, shape: LoadShape | None) -> tuple[float, float]:
    """Give how far what is charged could lie from its value because the idle part is modelled.

    With an idle part `r` times as large, the workload's share of what is above idle shrinks and the
    idle energy of the capacity that it occupied grows; a machine that is all the workload's own is
    sure of its energy whatever was idle.
    """
    shares = booked.shares
    above = shares.workload + shares.others
    charged = shares.workload + shares.idle * booked.occupied
    if shape is None or not rule.name.startswith("cpu-time-above-modelled-idle") or not charged:
        return 1.0, 1.0
    found = [1.0]
    for ratio in (shape.low, shape.high):
        idle = min(shares.idle * ratio, shares.idle + above)
        left = (shares.idle + above - idle) / above if above else 0.0
        found.append((shares.workload * left + idle * booked.occupied) / charged)
    return min(found), max(found)


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
    them. A domain without books in a stretch was not seen in it.
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
    idle = sum(part.idle for part in parts)
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
        idle=idle,
        unattributed=sum(part.unattributed for part in parts),
        low=weighted("low", weights),
        high=weighted("high", weights),
        coverage=min(1.0, covered / seconds) if seconds else parts[-1].coverage,
        share=weighted("share", [float(part.idle) for part in parts]),
    )


def charged(bookings: Iterable[Booking]) -> tuple[int, float, float, float] | None:
    """Give the energy that the work is charged with, before any facility.

    Its own share, and the idle energy of the capacity that it occupied, of the domains that no
    other contains.

    Returns
    -------
    tuple of (int, float, float, float) or None
        Energy [µJ], its 95 % interval [µJ], and the least coverage of what was seen at all; None
        if nothing was. A domain that was not seen adds nothing, and is named elsewhere as missing.
    """
    seen = [each for each in bookings if each.coverage > 0]
    domains = {each.domain for each in seen}
    outer = [each for each in seen if each.inside not in domains]
    if not outer:
        return None
    parts = [(each.workload + round(each.idle * each.share), each) for each in outer]
    return (
        sum(energy for energy, _ in parts),
        sum(energy * each.low for energy, each in parts),
        sum(energy * each.high for energy, each in parts),
        min(each.coverage for each in outer),
    )
