"""What books charge to a piece of work, and how surely; what they saw nothing of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.workloads.activity import Booking


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
    energy = sum(_charge(each) for each in outer)
    ratios = [_charge_ratios(each) for each in outer]
    low, high = (
        sum(_charge(each) * ends[i] for each, ends in zip(outer, ratios, strict=True))
        for i in (0, 1)
    )
    # Of a meter that told nothing no ratio can say what it may have missed.
    high += sum(each.above for each in outer if not each.meter)
    return energy, low, high, min(each.coverage for each in outer)


def unseen(bookings: Iterable[Booking]) -> list[str]:
    """Tell in words of each domain of which nothing was seen: it is in no sum."""
    return [
        f"{each.component}: {each.domain} was not seen at any time"
        for each in bookings
        if not each.coverage
    ]


def _charge(booked: Booking) -> int:
    return booked.workload + round(booked.idle * booked.share)


def _charge_ratios(booked: Booking) -> tuple[float, float]:
    """Give the 95 % interval of what is charged, as ratios.

    Notes
    -----
    With an idle part `r` times as large, the workload's share of what is above idle shrinks and the
    idle energy of the capacity that it occupied grows; a machine that is all the workload's own is
    sure of its energy whatever was idle. That and the meter's error are two unknowns: their
    logarithms add in squares.
    """
    charge, above = _charge(booked), booked.workload + booked.others
    meter = meter_ratios(booked)
    if not charge or not above:
        return meter
    found = [1.0]
    for ratio in (booked.idle_low, booked.idle_high):
        idle = min(booked.idle * ratio, booked.idle + above)
        left = (booked.idle + above - idle) / above
        found.append((booked.workload * left + idle * booked.share) / charge)
    return _joint(meter[0], min(found)), _joint(meter[1], max(found))


def meter_ratios(booked: Booking) -> tuple[float, float]:
    """Give the 95 % interval of what a domain's meter or model told, as ratios.

    Notes
    -----
    Its gain and the misreading at the window's edges have nothing to do with each other: their
    logarithms add in squares.
    """
    if not booked.meter:
        return booked.low, booked.high
    below = max(0.0, 1 - booked.below / booked.meter)
    above = 1 + booked.above / booked.meter
    return _joint(booked.low, below), _joint(booked.high, above)


def _joint(meter: float, split: float) -> float:
    """Give the end of an interval from two ends on the same side of 1."""
    if meter <= 0 or split <= 0:
        return 0.0
    size = math.hypot(math.log(meter), math.log(split))
    return math.exp(size if meter > 1 or split > 1 else -size)
