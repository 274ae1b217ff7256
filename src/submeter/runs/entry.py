"""Making the ledger's entry of a piece of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from submeter.ledger.identity import is_id
from submeter.runs import stated
from submeter.runs.books import added
from submeter.runs.lineage import Origin
from submeter.runs.settings import PARENT
from submeter.workloads.activity import Activity, Phase, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from submeter.runs.rig import Rig
    from submeter.runs.settings import Settings
    from submeter.runs.tally import Sum
    from submeter.workloads.activity import Device

_NOWHERE = Origin({}, {})


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of a piece of work besides its energy.

    Parameters
    ----------
    id, name : str
        Its id and what the user calls it.
    start, end : int
        UTC [ns].
    seconds : float
        Its duration [s].
    revision : int
        Which revision of its entry this is.
    state : State
        Open or final.
    counts : mapping of str to float
        Work done.
    model : mapping of str to str
        The model at work, where it was stated.
    exit_code : int or None
        Of a command.
    """

    id: str
    name: str
    start: int
    end: int
    seconds: float
    revision: int = 0
    state: State = State.FINAL
    counts: Mapping[str, float] = field(default_factory=dict)
    model: Mapping[str, str] = field(default_factory=dict)
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of it: its sum, its parts, what is missing, and what metering it cost."""

    whole: Sum | None
    phases: tuple[Phase, ...] = ()
    missing: tuple[str, ...] = ()
    overhead: Mapping[str, int] = field(default_factory=dict)


def make(
    work: Work, seen: Seen, rig: Rig | None, settings: Settings, origin: Origin = _NOWHERE
) -> Activity:
    """Make the entry."""
    parent = settings.environ.get(PARENT, "")
    devices: tuple[Device, ...] = ()
    if rig is not None and seen.whole is not None:
        devices = rig.devices(seen.whole)
    return Activity(
        id=work.id,
        name=work.name,
        start=work.start,
        end=work.end,
        seconds=work.seconds,
        revision=work.revision,
        state=work.state,
        stage=settings["stage"],
        purpose=settings["purpose"],
        counts=work.counts,
        bookings=seen.whole.bookings if seen.whole is not None else (),
        phases=seen.phases,
        devices=devices,
        host={
            **(rig.host.record() if rig is not None else {}),
            **origin.host,
            **_stated(settings, stated.HARDWARE, stated.FROM),
        },
        model={**_named(settings, name="model"), **work.model},
        place=_stated(settings, stated.PLACE, "from"),
        tenant=settings["tenant"],
        contract=settings["contract"],
        lineage={
            **origin.lineage,
            **({"parent": parent} if is_id(parent) else {}),
            **_named(settings, base="base", teacher="teacher"),
        },
        overhead=seen.overhead,
        missing=seen.missing,
        exit_code=work.exit_code,
    )


def _named(settings: Settings, **names: str) -> dict[str, str]:
    """Give settings that were stated under the names of an entry's fields."""
    return {field: settings[name] for field, name in names.items() if settings[name]}


def _stated(settings: Settings, names: Iterable[str], source: str) -> dict[str, str]:
    """Give the settings of these names that were stated, and below `source` where."""
    found = {name: settings[name] for name in names if settings[name]}
    origins = sorted({settings.origin(name) for name in found})
    return {**found, source: ", ".join(origins)} if found else {}


def merged(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    """Add phases of one name: a thousand queries are one line.

    In the order in which they began, so that a part comes before those within it.
    """
    groups: dict[str, list[Phase]] = {}
    for phase in phases:
        groups.setdefault(phase.name, []).append(phase)
    found = (_merge(name, group) for name, group in groups.items())
    return tuple(sorted(found, key=lambda each: (each.start, each.name)))


def _merge(name: str, group: list[Phase]) -> Phase:
    counts: dict[str, float] = {}
    for phase in group:
        for unit, amount in phase.counts.items():
            counts[unit] = counts.get(unit, 0.0) + amount
    seconds = sum(phase.seconds for phase in group)
    bookings = added((phase.seconds, phase.bookings) for phase in group)
    return Phase(name, min(phase.start for phase in group), seconds, bookings, counts)
