"""Energy: stated, in parts, or hours times power; with the facility where that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.reach import Reach, exact, reach, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.audit.rules_of import Rules

HELD = "held"
"""Flag of a claimed energy that is told to hold the facility."""
_WHOLE = frozenset(["total", "whole", "all", "overall", "sum", "facility"])


def device_time(claim: Claim) -> Reach | None:
    """Give the hours of use, added up over the devices."""
    stated = claim.one("device_hours")
    if stated is not None:
        return reach(stated)
    hours = claim.one("hours")
    if hours is None:
        return None
    devices = [reach(each, "") for each in claim.of("devices")]
    found = reach(hours)
    for each in devices:
        found = each.called(f"{each.text} devices" if each.text.isdigit() else each.text) * found
    return found


def equipment(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    """Give the energy of the equipment, without what the facility adds."""
    idle = claim.of("idle_energy")
    found = list(_active(claim, rules))
    if not found and idle:
        yield total(idle), ""
        return
    for one, note in found:
        if not idle:
            yield one, note
            continue
        with_idle = (one + total(idle)).called(f"({one.text} + {total(idle).text})")
        yield (with_idle if rules.idle else one), note
        yield (one if rules.idle else with_idle), "idle energy is counted the other way"


def _active(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    parts = tuple(each for each in claim.of("energy") if rules.counts(each.name))
    grouped = [
        product for each in claim.groups() if not each.of("each") and each.of("power")
        for product, note in _by_power(each) if not note
    ]  # fmt: skip
    stated = _stated(parts)
    if grouped and claim.groups():
        whole = grouped[0]
        for each in grouped[1:]:
            whole = whole + each
        yield (whole + stated if stated is not None else whole), ""
    elif stated is not None:
        yield stated, ""
    else:
        yield from _by_power(claim)


def _stated(parts: tuple[Quantity, ...]) -> Reach | None:
    if not parts:
        return None
    wholes = [each for each in parts if set(each.name.lower().split("_")) & _WHOLE]
    if len(parts) > 1 and len(wholes) == 1:
        return reach(wholes[0])
    return total(parts) if len(parts) > 1 else reach(parts[0])


def _by_power(claim: Claim) -> Iterator[tuple[Reach, str]]:
    powers, hours = claim.of("power"), device_time(claim)
    if not powers and claim.of("idle_power"):
        powers = claim.of("idle_power")
    if not powers or hours is None:
        return
    watts = reach(powers[0]) if len(powers) == 1 else total(powers)
    loads = [reach(each, "utilisation") for each in claim.of("utilisation")]
    found = watts * hours
    lifetime = claim.of("lifetime")  # a utilisation beside a lifetime is that of the hardware
    if len(loads) == 1 and not lifetime:
        yield found * loads[0], ""
    else:
        yield found, ""
    stated, devices = claim.one("device_hours"), claim.one("devices")
    if stated is not None and devices is not None:
        # The power of a whole installation, over the hours that it ran.
        alone = "" if claim.of("idle_power") else "the power is that of all devices together"
        yield watts * reach(stated) / reach(devices), alone


def facility(claim: Claim, rules: Rules) -> Reach | None:
    """Give the PUE that is to be applied; None where none is.

    Energy that is stated beside hours, power and a PUE holds the facility if it is their product
    with it, and not the one without.
    """
    stated = claim.one("pue")
    if not rules.facility:
        return None
    if stated is not None:
        return None if inside(claim, stated) else reach(stated, "PUE")
    assumed = None if claim.of("energy") else rules.assumed("pue")  # a stated one has it inside
    return exact(assumed, f"PUE {assumed:g} of the method") if assumed is not None else None


def inside(claim: Claim, pue: Quantity) -> bool:
    """Tell whether a stated energy is hours times power times the PUE, and not without it."""
    energy, made = claim.one("energy"), next((one for one, _ in _by_power(claim)), None)
    if energy is None or made is None:
        return False
    return agrees(energy.number, made * reach(pue)) and not agrees(energy.number, made)


def energy(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    """Give the ways to an energy.

    One that is told to hold the facility follows from that of the equipment by a PUE alone.
    """
    pue, stated = facility(claim, rules), claim.one("pue")
    if HELD in claim.flags:
        if stated is None:
            return
        pue = reach(stated, "PUE")
    for one, note in equipment(claim, rules):
        if pue is not None:
            yield one * pue, note
            if stated is None:
                yield one, "without the PUE that the method assumes"
        else:
            yield one, note
            if stated is not None:
                yield one * reach(stated, "PUE"), "with the PUE, which the method leaves out"
        if stated is not None and "overhead" in claim.id.lower():
            share = reach(stated) - exact(1.0, "1")
            yield one * share, ""
        yield from _beside(claim, one, rules)
    carbon, grid = claim.of("carbon"), claim.one("grid")
    if not claim.of("energy", "power") and carbon and grid is not None:
        yield total(carbon) / reach(grid), ""


def _beside(claim: Claim, one: Reach, rules: Rules) -> Iterator[tuple[Reach, str]]:
    over, times = claim.of("overhead"), claim.of("hours")
    if over and rules.facility:
        yield one + total(over), "" if not claim.of("pue") else "with the overhead that is stated"
    if len(times) == 2 and claim.of("energy") and not claim.of("power"):  # noqa: PLR2004
        long, short = sorted(times, key=lambda each: -each.value)
        yield one * reach(long) / reach(short), ""


def overhead_free(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    """Give the energy of the equipment where a stated overhead may be inside it."""
    over = claim.of("overhead")
    for one, note in equipment(claim, rules):
        if over:
            yield one - total(over), note
            yield one, "the overhead stands beside the energy"
        else:
            yield one, note
