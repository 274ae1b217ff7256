"""Devices that several entries claim at once: found by device and time, and charged once.

A meter that cannot see who else uses a device books all of it to its own work. Where several
ranks do that with one device, the same joules stand in several entries; an account over them must
not add them up.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.attribution.apportion import apportion
from submeter.quantities.digits import phrase
from submeter.runs.parts import machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.workloads.activity import Activity, Booking, Device

SLACK = 20
"""A span that lies within others but for one part in this many counts as within them: ranks of a
job start and end milliseconds apart. A judgement."""

NOISE = 100
"""Claims that exceed what was drawn by less than one part in this many are told of only in the
amount: two meters that read one device differ by as much. A judgement."""

_UNIQUE = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
"""A UUID names one device in the world; any other id, one of its machine."""


class Claim(NamedTuple):
    """What an entry booked of a device."""

    entry: Activity
    booking: Booking

    @property
    def drawn(self) -> int:
        """What all work together drew of it while the entry lasted [µJ]."""
        return self.booking.workload + self.booking.others

    @property
    def whole(self) -> bool:
        """Whether nothing that the device drew was told apart from the entry's own work."""
        return self.booking.others == self.booking.idle == 0


@dataclass(frozen=True, slots=True)
class Overlap:
    """A device that entries claim more of, over overlapping times, than was drawn.

    Parameters
    ----------
    domain, host : str
        The device's domain, and the machine's name.
    entries : tuple of str
        Ids of the entries, by start.
    claimed : int
        The sum of what they booked as their own work's [µJ].
    drawn : int
        What the device drew for work in all their time [µJ].
    """

    domain: str
    host: str
    entries: tuple[str, ...]
    claimed: int
    drawn: int

    @property
    def beyond(self) -> int:
        """What is claimed beyond what was drawn [µJ]."""
        return self.claimed - self.drawn

    @property
    def telling(self) -> bool:
        """Whether it is more than two meters of one device may differ by."""
        return self.beyond * NOISE > self.drawn

    def line(self) -> str:
        """Say it in one line, in joules."""
        where = f" of {self.host}" if self.host else ""
        claimed, drawn, beyond = (
            phrase(joules, joules, joules, "J")[0]
            for joules in (each / 1e6 for each in (self.claimed, self.drawn, self.beyond))
        )
        return (
            f"{len(self.entries)} entries claim {claimed} of {self.domain}{where}, which drew "
            f"{drawn} for work in that time: {beyond} beyond it"
        )


def overlaps(activities: Iterable[Activity]) -> list[Overlap]:
    """Find the devices that entries claim more of than was drawn.

    Parameters
    ----------
    activities : iterable of Activity
        Entries, none of them a part of another.
    """
    return [_overlap(*each) for each in _overclaimed(activities)]


def charged_once(activities: Sequence[Activity]) -> tuple[list[Activity], list[Overlap]]:
    """Scale claims down, so that their sum is what the device drew.

    Parameters
    ----------
    activities : sequence of Activity
        Entries, none of them a part of another.

    Returns
    -------
    list of Activity
        The same, each with its part of what it shares with others: by the largest remainder, in
        proportion to the claims. What one loses is booked to others; books stay balanced.
    list of Overlap
        What was found.
    """
    found: list[Overlap] = []
    parts: dict[tuple[str, str], int] = {}
    for group, drawn in _overclaimed(activities):
        overlap = _overlap(group, drawn)
        found.append(overlap)
        scaled = apportion(overlap.drawn, [each.booking.workload for each in group])
        for claim, part in zip(group, scaled, strict=True):
            parts[claim.entry.id, claim.booking.domain] = part
    return [_scaled(each, parts) for each in activities], found


def _overclaimed(activities: Iterable[Activity]) -> list[tuple[list[Claim], int]]:
    """Give, for each device, the claims of one time whose sum is above what was drawn [µJ]."""
    by_device: dict[tuple[str, str], list[Claim]] = {}
    for entry in activities:
        for booking in entry.bookings:
            key = _device(entry, booking.domain)
            if key and booking.workload > 0 and entry.end > entry.start:
                by_device.setdefault(key, []).append(Claim(entry, booking))
    groups = (group for claims in by_device.values() for group in _at_once(claims))
    judged = ((group, _drawn(group)) for group in groups if len(group) > 1)
    return [
        (group, drawn)
        for group, drawn in judged
        if sum(each.booking.workload for each in group) > drawn
    ]


def _device(entry: Activity, domain: str) -> tuple[str, str] | None:
    """Name a physical device; None where it cannot be told from others."""
    if _UNIQUE.search(domain):
        return "", domain
    return (machine(entry), domain) if machine(entry) else None


def _at_once(claims: list[Claim]) -> list[list[Claim]]:
    """Group claims whose times overlap, directly or through others."""
    groups: list[list[Claim]] = []
    until = 0
    for claim in sorted(claims, key=lambda each: (each.entry.start, each.entry.id)):
        if not groups or claim.entry.start >= until:
            groups.append([])
            until = claim.entry.end
        groups[-1].append(claim)
        until = max(until, claim.entry.end)
    return groups


def _drawn(group: Sequence[Claim]) -> int:
    """Give what the device drew for work in all the time of a group [µJ].

    Notes
    -----
    An entry that lasted as long as all others together saw all of it. Where one begins before or
    ends after the longer ones, its energy is taken as spread evenly over its time if every entry
    claims the whole device; where use was told apart, energy need not follow time, and all of it
    is added, so that only what is claimed twice for certain is scaled down. Where two disagree,
    what one of them saw was drawn.
    """
    evenly = all(each.whole for each in group)
    order = sorted(group, key=lambda each: (_length(each), each.drawn, each.entry.id), reverse=True)
    seen = _Times()
    drawn = 0
    for claim in order:
        length, new = _length(claim), seen.add(claim.entry.start, claim.entry.end)
        if evenly or new * SLACK <= length:
            drawn += claim.drawn * new // length
        else:
            drawn += claim.drawn
    return max(drawn, *(each.drawn for each in group))


def _length(claim: Claim) -> int:
    return claim.entry.end - claim.entry.start


class _Times:
    """Stretches of time, kept apart and in order."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> int:
        """Add a stretch; gives how much of it [ns] lay in none of those before."""
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        known = list(zip(self._starts[first:last], self._ends[first:last], strict=True))
        self._starts[first:last] = [min([start, *(each for each, _ in known)])]
        self._ends[first:last] = [max([end, *(each for _, each in known)])]
        return end - start - sum(min(end, until) - max(start, since) for since, until in known)


def _overlap(group: Sequence[Claim], drawn: int) -> Overlap:
    first = group[0]
    return Overlap(
        first.booking.domain,
        first.entry.host.get("name", ""),
        tuple(each.entry.id for each in group),
        sum(each.booking.workload for each in group),
        drawn,
    )


def _scaled(entry: Activity, parts: dict[tuple[str, str], int]) -> Activity:
    """Give an entry with its parts of what it shares; the hardware's in the same proportion."""
    bookings = tuple(_with(each, parts.get((entry.id, each.domain))) for each in entry.bookings)
    if bookings == entry.bookings:
        return entry
    devices = tuple(_reserved(each, entry.bookings, bookings) for each in entry.devices)
    return replace(entry, bookings=bookings, devices=devices)


def _with(booking: Booking, workload: int | None) -> Booking:
    if workload is None:
        return booking
    lost = booking.workload - workload
    share = booking.share * workload / booking.workload
    return replace(booking, workload=workload, others=booking.others + lost, share=share)


def _reserved(device: Device, before: Sequence[Booking], after: Sequence[Booking]) -> Device:
    def energy(bookings: Sequence[Booking]) -> int:
        return sum(
            each.workload
            for each in bookings
            if each.component == device.kind
            and (not device.id or each.domain.partition(":")[2] == device.id)
        )

    whole = energy(before)
    return replace(device, reserved=device.reserved * energy(after) / whole) if whole else device
