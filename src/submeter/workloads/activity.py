"""`Activity`: the ledger's entry. Who, what, where, when, on what, how much work, which joules.

There is no carbon in it: that is worked out when asked, by a named method. Everything here is
what a meter, a probe or the user said at the time. Energies are whole microjoules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "submeter.activity/1"

STAGES = (
    "data-preparation",
    "training",
    "fine-tuning",
    "distillation",
    "evaluation",
    "inference",
    "other",
)
"""Stages of a model's life that an entry can belong to."""


class State(StrEnum):
    """How far an entry has come."""

    OPEN = "open"
    """The work goes on, or its meter died; what is here is what had been seen by then."""
    FINAL = "final"
    """The work is over and its books are closed."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One domain's energy during the work, booked exactly once.

    ``workload + others + idle + unattributed == meter``, to the microjoule.

    Parameters
    ----------
    domain, component, device, sensor : str
        What drew, what it is called, the product, and what read it.
    tier : str
        A `Tier`'s value.
    method : str
        Id and version of the sensor's method or model, such as ``cpu-load-curve/1``.
    meter, workload, others, idle, unattributed : int
        Energy [µJ]: all of it; this work's; other work's; nobody's; not known whose.
    low, high : float
        95 % interval of the truth over the reading, as ratios: what the meter or model errs by all
        the time, such as its gain.
    coverage : float
        The share of the time that was seen, 0 to 1.
    rule : str
        The attribution rule that made the shares.
    share : float
        The part of the domain's capacity that the work occupied, 0 to 1: by it a method may
        charge idle energy.
    inside : str
        Id of the domain that contains this one, or empty: never add the two.
    below, above : int
        By how much `meter` may be misread besides [µJ]: at the edges of the window, where the
        meter's value is as old as its last refresh, and between the looks of a meter that doesn't
        look all the time.
    idle_method : str
        Id and version of the model that told which part of the energy was idle; empty where none
        did.
    idle_low, idle_high : float
        95 % interval of that part over its value, as ratios. What idle gains, the work and others
        lose: the domain's energy stays what was read.
    """

    domain: str
    component: str
    device: str
    sensor: str
    tier: str
    method: str
    meter: int
    workload: int
    others: int
    idle: int
    unattributed: int
    low: float
    high: float
    coverage: float
    rule: str
    share: float
    inside: str = ""
    below: int = 0
    above: int = 0
    idle_method: str = ""
    idle_low: float = 1.0
    idle_high: float = 1.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A named part of the work, such as ``load`` or ``query``: its time and its bookings."""

    name: str
    start: int
    seconds: float
    bookings: tuple[Booking, ...]
    counts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Device:
    """A piece of hardware that took part.

    Parameters
    ----------
    kind : str
        ``gpu``, ``cpu``, ``memory``, ``machine``.
    name : str
        The product's name, as its driver or the kernel tells it.
    id : str
        Serial or UUID, or empty.
    count : float
        How many (of a processor: hardware threads; of memory: bytes).
    reserved : float
        The part of it that was this work's for the time, 0 to 1.
    driver : str
        Driver's version, or empty.
    """

    kind: str
    name: str
    id: str = ""
    count: float = 1.0
    reserved: float = 1.0
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of the ledger.

    Parameters
    ----------
    id : str
        Unique and sortable by time. Two entries with one id are revisions of one piece of work.
    revision : int
        Later revisions supersede earlier ones.
    state : State
        Open or final.
    name, stage, purpose : str
        What the user calls it; one of `STAGES`; what the work was for.
    start, end : int
        UTC [ns].
    seconds : float
        Duration by the monotonic clock [s].
    counts : mapping of str to float
        Work done: ``requests``, ``tokens_in``, ``tokens_out``, ``tokens_cached``,
        ``tokens_reasoning``, ``images``, ``audio_seconds``, and names of the user's own.
    bookings : tuple of Booking
        The energy by domain.
    phases : tuple of Phase
        Named parts; their energy is part of `bookings`, not beside it.
    devices : tuple of Device
        The hardware.
    host : mapping of str to str
        ``name``, ``boot``, ``pid``, ``machine`` (``bare`` or ``virtual``), ``system``, ``pod``,
        ``container``, ``unit``.
    model : mapping of str to str
        ``name``, ``revision``, ``parameters``, ``precision``; empty where unknown.
    place : mapping of str to str
        ``region`` and where it was stated (``from``), ``pue``, ``wue``, ``grid``, ``price`` if
        stated; empty where unknown.
    tenant, contract : str
        Whose work; under which supply. Empty where unknown.
    lineage : mapping of str to str
        ``job``, ``run``, ``step``, ``rank`` and the like, ``covers``, ``parent``, ``trace``,
        ``teacher``, ``base``: what this work hangs on.
    overhead : mapping of str to int
        The meter's own ``cpu`` [ns] and ``energy`` [µJ].
    missing : tuple of str
        What was not seen, in words, each with its remedy.
    exit_code : int or None
        Of a command; None where there is none or it still runs.
    """

    id: str
    name: str
    start: int
    end: int
    seconds: float
    revision: int = 0
    state: State = State.FINAL
    stage: str = "other"
    purpose: str = ""
    counts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    bookings: tuple[Booking, ...] = ()
    phases: tuple[Phase, ...] = ()
    devices: tuple[Device, ...] = ()
    host: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    model: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    place: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tenant: str = ""
    contract: str = ""
    lineage: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    overhead: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()
    exit_code: int | None = None
