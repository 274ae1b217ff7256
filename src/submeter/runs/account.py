"""From an entry of the ledger to its statement: factors are looked up, the method applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.draws import Draws
from submeter.accounting.energy_items import EnergyItem, IdleItem, metered
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.method import find
from submeter.accounting.statement import state
from submeter.accounting.surroundings import Facility, Grid
from submeter.quantities.digits import phrase
from submeter.quantities.energy import to_kwh
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.factors import devices
from submeter.runs import hardware, place
from submeter.runs.charges import meter_ratios, unseen
from submeter.runs.methods import all_methods
from submeter.runs.overhead import WITHIN
from submeter.workloads.activity import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.accounting.statement import Statement
    from submeter.reference.factors.registry import Registry
    from submeter.workloads.activity import Activity, Booking, Device

_ESTIMATORS = {
    "cpu-load-curve": "SPECpower_ssj2008 results, see docs/reference/models/cpu-load-curve.md",
    "memory-per-byte": "published power per gigabyte, see docs/reference/models/memory-per-byte.md",
}


UNITS = {
    "requests": "request", "images": "image", "tokens_out": "output token",
    "training_tokens": "training token", "flops": "FLOP", "parameters": "parameter",
    "samples": "sample",
}  # fmt: skip
"""What may be counted, and what one of it is called: a use of a model before the making of one."""


def account(activity: Activity, method: str, stated: Mapping[str, str] | None = None) -> Statement:
    """Account for an entry.

    Parameters
    ----------
    activity : Activity
        The entry; it is not changed.
    method : str
        Id of the accounting method.
    stated : mapping of str to str, optional
        ``region``, ``grid``, ``pue``, ``wue``, ``price``, ``lifetime`` and ``utilisation`` to
        account for instead of what was recorded; a region replaces the whole recorded place.

    Raises
    ------
    MethodError, RegionError, QuantityError
        If the method or the place is not known, or a stated quantity cannot be.
    """
    rules = find(method, all_methods())
    return state(inventory_of(activity, stated), rules, Draws())


def wanted(
    activity: Activity, asked: Mapping[str, str], configured: Mapping[str, str]
) -> dict[str, str]:
    """Give what an entry is accounted by instead of what it recorded.

    Parameters
    ----------
    activity : Activity
        The entry.
    asked : mapping of str to str
        What is asked for, as in `account`; empty where it is not.
    configured : mapping of str to str
        What holds where an entry recorded nothing and nothing is asked for.
    """
    found = {name: text for name, text in asked.items() if text}
    if not activity.place and not any(name in found for name in place.NAMES):
        found |= {name: configured[name] for name in place.NAMES if name in configured}
    for name in hardware.NAMES:
        if name not in activity.host and name in configured:
            found.setdefault(name, configured[name])
    found.setdefault(place.FILES, configured.get(place.FILES, ""))
    return found


def inventory_of(activity: Activity, stated: Mapping[str, str] | None = None) -> Inventory:
    """Make the inventory of an entry: its energy, its hardware, its place."""
    told = {name: text for name, text in (stated or {}).items() if text}
    files = {place.FILES: told.pop(place.FILES, "")}
    asked = {name: text for name, text in told.items() if name not in hardware.NAMES}
    recorded = {} if "region" in asked else dict(activity.place)
    where = {**recorded, **asked, **({"from": "asked for"} if asked else {})}
    found = place.of_record({**where, **files}, place.year_of(activity.start, activity.end))
    registry = place.known_by(files[place.FILES])
    hardware_items, unknown = _embodied(activity, _use(activity, told, registry), registry)
    return Inventory(
        id=activity.id,
        name=activity.name,
        stage=activity.stage,
        unit=unit_of(activity),
        items=tuple(_items(activity.bookings)),
        idle=tuple(_idle(activity.bookings)),
        embodied=tuple(hardware_items),
        facility=Facility(found.pue, found.wue),
        grid=Grid(found.grid, found.ewif, found.adpe, found.primary, found.price),
        missing=(
            *_not_over(activity),
            *activity.missing,
            *_unattributed(activity.bookings),
            *unknown,
            *found.notes,
        ),
        overhead=_overhead(activity),
        place={
            "region": found.code,
            "name": found.name,
            "from": where.get("from", "nobody stated it"),
        },
    )


def _not_over(activity: Activity) -> tuple[str, ...]:
    if activity.state is State.FINAL:
        return ()
    told = (
        f"entry: the work was not over: what was seen of it in {activity.seconds:.1f} s is here; "
        "its meter was killed since, or it still runs"
    )
    return (told,)


def unit_of(activity: Activity) -> FunctionalUnit:
    """Take the work that was counted as the unit: the first of `UNITS`, else the run."""
    for name, singular in UNITS.items():
        if activity.counts.get(name):
            return FunctionalUnit(singular, activity.counts[name])
    counted = [(name, amount) for name, amount in activity.counts.items() if amount]
    return FunctionalUnit(*counted[0]) if len(counted) == 1 else FunctionalUnit()


def _energy(booking: Booking, microjoules: int) -> Factor:
    """Give a booked energy with the unknown of the meter or model that told it."""
    tier = Tier(booking.tier)
    model = booking.method.partition("/")[0]
    citation = _ESTIMATORS.get(
        model, f"{booking.device or booking.domain}, read by {booking.sensor}"
    )
    key = booking.method if tier is Tier.MODELLED else f"{booking.method}:{booking.domain}"
    source = Source(booking.method, citation, "not applicable")
    if not booking.meter and booking.above:
        # A meter that told nothing may have missed something: no ratio can say how much.
        most = to_kwh(booking.above)
        return Factor(key, 0.0, 0.0, most, "kWh", Spread.UNIFORM, tier, source)
    return metered(key, to_kwh(microjoules), meter_ratios(booking), tier, source)


def _items(bookings: Sequence[Booking]) -> list[EnergyItem]:
    return [
        EnergyItem(each.component, _energy(each, each.workload), min(1.0, each.coverage),
                   each.domain, each.inside, _idle_part(each))
        for each in bookings if each.coverage > 0 and not _nobody_knows(each)
    ]  # fmt: skip


_WORTH_TELLING = 0.01
"""Part of a domain's energy that is told when nobody knows whose it is."""


def _nobody_knows(booking: Booking) -> bool:
    """Tell whether a domain drew energy and none of it could be given to anyone."""
    return booking.meter > 0 and booking.unattributed == booking.meter


def _unattributed(bookings: Sequence[Booking]) -> list[str]:
    told = [
        f"{each.component}: {_written(each, each.unattributed)} of {each.domain} was drawn by "
        "nobody knows whom" for each in bookings if each.unattributed > each.meter * _WORTH_TELLING
    ]  # fmt: skip
    return told + unseen(bookings)


def _written(booking: Booking, microjoules: int) -> str:
    kwh = to_kwh(microjoules)
    low, high = meter_ratios(booking)
    return phrase(kwh, kwh * low, kwh * high, "kWh")[0]


def _idle(bookings: Sequence[Booking]) -> list[IdleItem]:
    return [
        IdleItem(each.component, _energy(each, each.idle), each.share,
                 coverage=min(1.0, each.coverage), domain=each.domain, inside=each.inside,
                 idle_part=_idle_part(each))
        for each in bookings if each.idle
    ]  # fmt: skip


def _idle_part(booking: Booking) -> Factor | None:
    """Give what part of a domain's energy was idle, where a model told it."""
    above = booking.workload + booking.others
    if not booking.idle_method or not booking.idle or not above:
        return None
    part = booking.idle / (booking.idle + above)
    low, high = part * booking.idle_low, min(1.0, part * booking.idle_high)
    if low == high or part == 1.0:
        return None
    citation = _ESTIMATORS.get(booking.idle_method.partition("/")[0], booking.idle_method)
    source = Source(booking.idle_method, citation, "not applicable")
    key = f"{booking.idle_method}:idle"
    return Factor(key, part, low, high, "", Spread.LOGNORMAL, Tier.MODELLED, source)


def _use(activity: Activity, told: Mapping[str, str], registry: Registry) -> hardware.Use:
    """Give how the hardware is used: as asked for, else as recorded, else as is published."""
    asked = {name: told[name] for name in hardware.NAMES if name in told}
    source = {hardware.FROM: "asked for"} if asked else {}
    return hardware.of_record({**activity.host, **asked, **source}, registry)


def _embodied(
    activity: Activity, use: hardware.Use, registry: Registry
) -> tuple[list[EmbodiedItem], list[str]]:
    """Give the hardware with what making it cost, and what is not known of it."""
    items: list[EmbodiedItem] = []
    unknown: list[str] = []
    hours = activity.seconds / 3600
    for device in activity.devices:
        if device.kind == "cpu":
            thread = registry.factor("embodied/cpu-thread")
            items.append(_item(device, use, thread, hours * device.count))
        elif device.kind == "gpu" and device.reserved:
            card = devices.known(device.name, registry)
            if card is None or card.reason:
                told = card.reason if card else f"no figure for a device named {device.name}"
                unknown.append(f"embodied: {told}")
            if card is not None:
                host = registry.factor("embodied/accelerator-host")
                items.append(_item(device, use, card.made, hours, card.mined))
                items.append(_item(device, use, host, hours))
    return items, unknown


def _item(
    device: Device,
    use: hardware.Use,
    each: Factor | None,
    hours: float,
    minerals: Factor | None = None,
) -> EmbodiedItem:
    return EmbodiedItem(
        device.kind, device.name or device.kind, each, hours, min(1.0, device.reserved),
        use.lifetime, use.utilisation, minerals,
    )  # fmt: skip


def _overhead(activity: Activity) -> Factor | None:
    """Give what metering drew beside the account: not what is in it already."""
    energy = activity.overhead.get("energy")
    models = [each for each in activity.bookings if each.component in ("cpu", "machine")]
    if energy is None or not models:
        return None
    return _energy(models[0], energy - activity.overhead.get(WITHIN, 0))
