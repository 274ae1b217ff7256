"""What a claim implies and does not say: a grid's intensity, a device's power, a token's energy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.bounds import CLEANEST, GRID_BOUNDS, finding, scale
from submeter.disclosures.audit.energy_ways import device_time, equipment
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.grid_of import implied_grid
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import exact, reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.rules_of import Rules
from submeter.disclosures.audit.units import CARBON, COUNT, ENERGY, POWER
from submeter.reference.catalogue.accelerators import match_accelerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.audit.reach import Reach

RULES = {
    "implied-grid": "carbon over energy is no grid's intensity",
    "implied-power": "energy over hours is more than the devices can draw",
    "tokens-per-joule": "a token takes less energy than its arithmetic",
    "zero": "zero stands where something was drawn, or nothing was measured",
}
HOST = 2.0
"""Power of a server over that of its accelerators at most: a DGX H100 takes 10.2 kW for eight
boards of 700 W, 1.82 times as much (NVIDIA, DGX H100 data sheet)."""
IDLE = 0.05
"""Part of its limit that an accelerator draws at least: an H100 idles near 70 W of 700, a tenth; a
judgement."""
OPERATIONS = 1e13
"""Operations a joule of the most efficient board of 2025: 10 PFLOPS of dense FP4 at 1,000 W
(NVIDIA B200)."""
FLOOR = 2 * 0.1e9 / OPERATIONS
"""Energy that the arithmetic of one token takes at least [J]: two operations for each of 0.1
billion parameters, the smallest language models that are served."""
PER_PARAMETER = 2 / OPERATIONS
"""The same for each parameter that a token passes [J]."""
_JOULES = 3.6e6


def implied(claim: Claim) -> Iterator[Finding]:
    """Hold what a claim implies against what is possible."""
    if claim.claimed is not None:
        yield from _zero(claim, claim.claimed)
    yield from _grid(claim)
    yield from _power(claim)
    yield from _tokens(claim)


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


def _power(claim: Claim) -> Iterator[Finding]:
    limit, name = _limit(claim)
    if limit is None:
        return
    stated = [each for each in claim.of("power") if "tdp" not in each.name.lower()]
    for each in stated if not claim.of("devices") or claim.of("device_hours") else ():
        if each.value > HOST * limit and len(claim.of("power")) == 1:
            text = f"{name} takes {limit * 1e3:g} W, with its part of a server twice that at most"
            yield finding(claim, each, "implied-power", Severity.ERROR, text)
    hours, drawn = device_time(claim), _drawn(claim)
    if hours is None or drawn is None or min(hours.value, drawn.value) <= 0:
        return
    mean = drawn / hours
    if not mean.known:
        return
    if mean.low > HOST * limit:
        text = (
            f"the devices cannot draw it: {name} takes {limit * 1e3:g} W, with its part of a server"
            " twice that at most (DGX H100: 1.8); a unit, or devices that are not counted"
        )
        yield _of(claim, "implied-power", Figure(mean.value * 1e3, "W"), text, mean.text)
    elif mean.high < IDLE * limit:
        text = f"{name} draws more when it idles; a unit, or hours in which it was not used"
        found = _of(claim, "implied-power", Figure(mean.value * 1e3, "W"), text, mean.text)
        yield replace(found, severity=Severity.WARNING)


def _limit(claim: Claim) -> tuple[float | None, str]:
    """Give the power limit of the device that is named [kW]."""
    for name in ("device", "hardware", "gpu", "accelerator"):
        known = match_accelerator(claim.texts.get(name, "")) if claim.texts.get(name) else None
        if known is not None and known.tdp is not None:
            return known.tdp / 1e3, known.name
    beside = claim.of("energy") or (claim.claimed and claim.claimed.dimension != ENERGY)
    rated = [each for each in claim.of("power") if beside or "tdp" in each.name.lower()]
    return (rated[0].value, f"a device of {rated[0].text}") if len(rated) == 1 else (None, "")


def _drawn(claim: Claim) -> Reach | None:
    """Give the energy that is stated or claimed, without the facility's part."""
    if claim.claimed is not None and claim.claimed.dimension == ENERGY:
        found = reach(claim.claimed)
    elif claim.of("energy"):
        return next((one for one, _ in equipment(claim, Rules.of(claim))), None)
    else:
        return None
    pue = claim.one("pue")
    return found / reach(pue, "PUE") if pue is not None and pue.value > 0 else found


def _tokens(claim: Claim) -> Iterator[Finding]:
    found = _joules_of_token(claim)
    if found is None or not found.known or found.value <= 0:
        return
    size = next((each for each in claim.of("count") if "param" in each.name + each.unit.noun), None)
    least = max(FLOOR, PER_PARAMETER * size.value) if size is not None else FLOOR
    joules = found.times(_JOULES)
    if joules.high < least:
        text = (
            f"the arithmetic of a token alone takes {least:.2g} J (two operations a parameter at "
            "1e13 operations a joule, dense FP4 of NVIDIA's B200); a unit, or tokens that were "
            "not made"
        )
        told = Figure(joules.value, "J/token")
        yield _of(claim, "tokens-per-joule", told, text, found.text)


def _joules_of_token(claim: Claim) -> Reach | None:
    """Give the energy of a token [kWh]."""
    every = [*claim.inputs, *([claim.claimed] if claim.claimed else [])]
    for each in every:
        if each.unit.noun != "token":
            continue
        if each.dimension == ENERGY.times(COUNT, -1):
            return reach(each)
        if each.dimension == COUNT.times(ENERGY, -1) and each.value > 0:
            return exact(1.0, "1") / reach(each)
    tokens = [each for each in every if "token" in each.name.lower() and each.dimension == COUNT]
    if len(tokens) != 1 or tokens[0].value <= 0 or claim.texts.get("stage") == "training":
        return None
    drawn = _drawn(claim)
    return drawn / reach(tokens[0], "tokens") if drawn is not None else None


def _zero(claim: Claim, claimed: Quantity) -> Iterator[Finding]:
    if claimed.value != 0 or "market" in claim.flags:
        return
    if claimed.dimension.uncounted() not in {ENERGY, CARBON, POWER} and claimed.role != "water":
        return
    worked = [each for each in claim.inputs if each.value > 0 and each.role != "pue"]
    if claim.of("market") or claim.method == "ghg-market":
        return
    severity = Severity.ERROR if worked else Severity.WARNING
    text = "zero for what was not measured? Leave it out, or say not measured"
    if worked:
        text = f"zero, although {worked[0].text} is stated; {text}"
    yield finding(claim, claimed, "zero", severity, text)


def _of(claim: Claim, rule: str, found: Figure, text: str, arithmetic: str) -> Finding:
    claimed = figure(claim.claimed) if claim.claimed else None
    told = f"implied: {arithmetic} = {shown(found.value)} {found.unit}"
    return Finding(rule, Severity.ERROR, claim.id, claimed, found, text, told, claim.document)
