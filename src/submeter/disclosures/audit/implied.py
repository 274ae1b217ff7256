"""What a claim implies and does not say: a grid's intensity, a device's power."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.boards import boards_of
from submeter.disclosures.audit.bounds import CLEANEST, GRID_BOUNDS, finding, scale
from submeter.disclosures.audit.drawn import counted, device_hours, drawn
from submeter.disclosures.audit.energy_ways import device_time
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.grid_of import implied_grid
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.roles import words
from submeter.disclosures.audit.token_energy import joules_of_token
from submeter.disclosures.audit.units import CARBON, ENERGY, POWER
from submeter.disclosures.audit.work import work_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.reference.factors.registry import Registry

RULES = {
    "implied-grid": "carbon over energy is no grid's intensity",
    "implied-power": "energy over hours is more than the devices can draw",
    "zero": "zero stands where something was drawn, or nothing was measured",
}
HOST = 2.1
"""Power of a server over that of its accelerators at most: a DGX A100 takes 6.5 kW for eight boards
of 400 W, 2.03 times as much, a DGX H100 10.2 kW for eight of 700 W (NVIDIA, data sheets)."""
BESIDE = 0.5
"""What a server takes beside each board at most, where that is more [kW]: two processors of 200 W
and their memory for a board of 70 W; a judgement."""
ALONE = 1.25
"""The same for energy that is told of the accelerators alone: their power may pass its limit for
moments."""
IDLE = 0.05
"""Part of its limit that an accelerator draws at least: an H100 idles near 70 W of 700, a tenth; a
judgement."""


def implied(claim: Claim, registry: Registry) -> Iterator[Finding]:
    """Hold what a claim implies against what is possible."""
    if claim.claimed is not None:
        yield from _zero(claim, claim.claimed)
    yield from _grid(claim)
    yield from _power(claim, registry)


def _grid(claim: Claim) -> Iterator[Finding]:
    found = implied_grid(claim)
    if found is None or not found.known or claim.claimed is None:
        return
    if "market" in claim.flags:
        return
    low, high, why = GRID_BOUNDS
    if found.high < CLEANEST.low and not found.high < low:
        why = CLEANEST.why
    elif not (found.high < low or found.low > high):
        return
    told = Figure(found.value * 1e3, "g/kWh")
    yield _of(claim, "implied-grid", told, f"{why}{scale(found.value)}", found.text)


def _power(claim: Claim, registry: Registry) -> Iterator[Finding]:
    limit, least, name = _limit(claim, registry)
    if limit is None or least is None:
        return
    yield from _of_tokens(claim, limit, name)
    stated = [each for each in claim.of("power") if "tdp" not in each.name.lower()]
    number = counted(claim)
    alone = number is not None and (not claim.of("devices") or claim.of("device_hours"))
    for each in stated if alone else ():
        if each.value > _most(claim, limit) * (number or 1) and len(claim.of("power")) == 1:
            text = _why(claim, limit, name)
            yield finding(claim, each, "implied-power", Severity.ERROR, text)
    known = boards_of(claim, registry)  # a stated power may be that of all devices
    hours = device_hours(claim) if known is not None and known.limit else device_time(claim)
    energy = drawn(claim)
    if hours is None or energy is None or min(hours.value, energy.value) <= 0:
        return
    mean = energy / hours
    if not mean.known:
        return
    if mean.low > _most(claim, limit):
        text = f"{_why(claim, limit, name)}; a unit, or devices that are not counted"
        yield _of(claim, "implied-power", Figure(mean.value * 1e3, "W"), text, mean.text)
    elif mean.high < IDLE * least:
        text = f"{name} draws more when it idles; a unit, or hours in which it was not used"
        found = _of(claim, "implied-power", Figure(mean.value * 1e3, "W"), text, mean.text)
        yield replace(found, severity=Severity.WARNING)


def _most(claim: Claim, limit: float) -> float:
    """Give the most that a device may draw with its part of a server [kW]."""
    return ALONE * limit if _boards_alone(claim) else max(HOST * limit, limit + BESIDE)


def _boards_alone(claim: Claim) -> bool:
    told = [each for each in claim.inputs if each.dimension.energy > 0 and not each.dimension.time]
    return bool(told) and all("gpu" in words(each.name) for each in told)


def _why(claim: Claim, limit: float, name: str) -> str:
    if _boards_alone(claim):
        return f"{name} takes {limit * 1e3:g} W alone"
    most = _most(claim, limit) * 1e3
    return f"{name} takes {limit * 1e3:g} W, with its part of a server {most:,.0f} W at most"


def _of_tokens(claim: Claim, limit: float, name: str) -> Iterator[Finding]:
    """Hold the power that a speed and the energy of a token make against the devices."""
    rate, token, devices = work_of(claim).rate, joules_of_token(claim), claim.one("devices")
    if rate is None or token is None or devices is None or not token.known:
        return
    mean = reach(rate) * token / reach(devices, "devices")
    if mean.known and mean.low > _most(claim, limit):
        text = _why(claim, limit, name)
        told = Figure(mean.value * 1e3, "W")
        yield _of(claim, "implied-power", told, f"{text}; a unit, or more devices", mean.text)


def _limit(claim: Claim, registry: Registry) -> tuple[float | None, float | None, str]:
    """Give the power limit of the device that is named, and of its smallest variant [kW]."""
    named = boards_of(claim, registry)
    if named is not None and named.limit is not None:
        return named.limit, named.least_limit, named.name
    beside = claim.of("energy") or (claim.claimed and claim.claimed.dimension != ENERGY)
    rated = [each for each in claim.of("power") if beside or "tdp" in each.name.lower()]
    if len(rated) != 1:
        return None, None, ""
    return rated[0].value, rated[0].value, f"a device of {rated[0].text}"


def _zero(claim: Claim, claimed: Quantity) -> Iterator[Finding]:
    if claimed.value != 0 or "market" in claim.flags:
        return
    if claimed.dimension.uncounted() not in {ENERGY, CARBON, POWER} and claimed.role != "water":
        return
    worked = [each for each in claim.inputs if each.value > 0 and each.role != "pue"]
    if claim.of("market") or claim.method == "ghg-market":
        return
    if any(each.value == 0 for each in claim.of("grid")):
        return  # it follows, and the grid is told of
    severity = Severity.ERROR if worked else Severity.WARNING
    text = "zero for what was not measured? Leave it out, or say not measured"
    if worked:
        text = f"zero, although {worked[0].text} is stated; {text}"
    yield finding(claim, claimed, "zero", severity, text)


def _of(claim: Claim, rule: str, found: Figure, text: str, arithmetic: str) -> Finding:
    claimed = figure(claim.claimed) if claim.claimed else None
    told = f"implied: {arithmetic} = {shown(found.value)} {found.unit}"
    return Finding(rule, Severity.ERROR, claim.id, claimed, found, text, told, claim.document)
