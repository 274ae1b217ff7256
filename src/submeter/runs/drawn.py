"""What bookings charge to a piece of work, as estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.quantities.estimate import Estimate, Tier, joint_tier
from submeter.runs.charges import charged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.workloads.activity import Booking


def energy_of(bookings: Sequence[Booking]) -> Estimate | None:
    """Give the energy [J] that bookings charge to the work; None if nothing was seen."""
    sums = charged(bookings)
    if sums is None:
        return None
    energy, low, high, coverage = (number for number in sums)
    told = [each for each in bookings if each.meter] or bookings
    tiers = {Tier(each.tier) for each in told}
    tiers |= {Tier.MODELLED for each in told if each.idle_low < each.idle_high}
    joules = [number / 1e6 for number in (energy, low, high)]
    return Estimate(joules[0], min(joules), max(joules), "J", joint_tier(tiers), min(1.0, coverage))


def over(energy: Estimate, amount: float, unit: str) -> Estimate:
    """Divide an energy [J] by an amount; `unit` names the quotient's unit."""
    parts = (energy.value / amount, energy.low / amount, energy.high / amount)
    return Estimate(*parts, unit, energy.tier, energy.coverage)
