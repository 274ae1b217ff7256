"""Bounds that no sound figure leaves, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.finding import Finding, Severity
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.units import CARBON, COUNT, GRID, POWER, RATIO, TIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity

RULES = {
    "grid-bounds": "a stated grid intensity lies outside 1 to 1,500 g/kWh",
    "pue-bounds": "a PUE lies below 1, or above 3",
    "wue-bounds": "a WUE lies below 0, or above 10 L/kWh",
    "negative": "a quantity is negative that cannot be",
    "share-bounds": "a share lies outside 0 to 100 %",
}


class Bounds(NamedTuple):
    """A range in base units, and why nothing lies outside it."""

    low: float
    high: float
    why: str


GRID_BOUNDS = Bounds(
    1e-3, 1.5,
    "no grid lies outside 1 to 1,500 g/kWh: over its life the cleanest technology, nuclear power, "
    "emits 5.1, the dirtiest, coal, 1,095 (UNECE 2021)",
)  # fmt: skip
"""Grid intensity [kg/kWh]. UNECE 2021, Carbon neutrality in the UNECE region: integrated life-cycle
assessment of electricity sources; a margin is left on either side for what is burnt alone, and for
old plants."""
CLEANEST = Bounds(
    5.1e-3, 1.5,
    "no technology emits so little over its life: the lowest, nuclear power, 5.1 to 6.4 g/kWh "
    "(UNECE 2021, Life cycle assessment of electricity sources)",
)  # fmt: skip
"""The same where the figure is implied and no contract is named."""
PUE_BOUNDS = Bounds(
    1.0, 3.0,
    "a PUE is total energy over IT energy, so 1 at least (ISO/IEC 30134-2); means of surveys lie "
    "between 1.5 and 1.7 (Uptime Institute, 2014 to 2023)",
)  # fmt: skip
"""PUE. That a machine room takes three times its equipment's energy is possible; a judgement."""
WUE_BOUNDS = Bounds(
    0.0, 10.0,
    "evaporating all heat of a kWh takes 1.5 L (latent heat of water, 2.4 MJ/kg), and twice that "
    "with blow-down",
)  # fmt: skip
"""WUE [L/kWh]: 3.6 MJ/kWh over 2.4 MJ/L, doubled for the water that is drained so that salts do
not gather, and the rest left for a facility of high PUE."""
_NEVER = (
    "energy", "idle_energy", "overhead", "power", "idle_power", "hours", "device_hours", "devices",
    "lifetime", "count", "each", "water", "wue", "ewif",
)  # fmt: skip
_SHARES = ("utilisation", "share")


def bounded(claim: Claim) -> Iterator[Finding]:
    """Hold every figure of a claim against what is possible."""
    every = [*claim.inputs, *([claim.claimed] if claim.claimed else [])]
    for each in every:
        yield from _grid(claim, each)
        yield from _facility(claim, each)
        yield from _sign(claim, each)


def _grid(claim: Claim, each: Quantity) -> Iterator[Finding]:
    if each.dimension != GRID or each.role not in {"grid", "market", "other"}:
        return
    low, high, why = GRID_BOUNDS
    if low <= each.value <= high or (each.value == 0 and each.role == "market"):
        return
    text = f"{why}{scale(each.value)}"
    if each.value == 0:
        text += (
            "; by contract it may be 0: call it market-based, and state the grid's own beside it"
        )
    yield finding(claim, each, "grid-bounds", Severity.ERROR, text)


def scale(intensity: float) -> str:
    """Tell by which unit an intensity [kg/kWh] would come into its bounds."""
    low, high, _ = GRID_BOUNDS
    words = {1e-3: "10^3 too high", 1e3: "10^3 too low", 1e-6: "10^6 too high", 1e6: "10^6 too low"}
    for factor, text in words.items():
        if low <= intensity * factor <= high and intensity > 0:
            return f"; a unit may be off by {text}"
    return ""


def _facility(claim: Claim, each: Quantity) -> Iterator[Finding]:
    if each.role == "pue" and each.dimension == RATIO:
        if each.value < PUE_BOUNDS.low:
            yield finding(claim, each, "pue-bounds", Severity.ERROR, PUE_BOUNDS.why)
        elif each.value > PUE_BOUNDS.high:
            yield finding(claim, each, "pue-bounds", Severity.WARNING, PUE_BOUNDS.why)
    if each.role == "wue" and each.value > WUE_BOUNDS.high:
        yield finding(claim, each, "wue-bounds", Severity.WARNING, WUE_BOUNDS.why)


def _sign(claim: Claim, each: Quantity) -> Iterator[Finding]:
    negative = each.value < 0
    physical = each.dimension in {POWER, TIME, COUNT} or each.dimension.energy > 0
    if negative and (each.role in _NEVER or physical):
        yield finding(claim, each, "negative", Severity.ERROR, f"{each.name} is negative")
    elif negative and each.dimension == CARBON:
        text = "emissions are negative: an offset or a credit may have been netted"
        yield finding(claim, each, "negative", Severity.WARNING, text)
    elif each.role in _SHARES and each.dimension == RATIO:
        # A share that is written as 54 for 54 % has no unit; above 100 it can be neither.
        most = 100.0 if each.unit.size == 1.0 else 1.0
        if not 0 <= each.value <= most:
            text = f"{each.name} lies outside 0 to 100 %"
            yield finding(claim, each, "share-bounds", Severity.ERROR, text)


def finding(
    claim: Claim, each: Quantity, rule: str, severity: Severity, text: str, arithmetic: str = ""
) -> Finding:
    """Give a finding of one figure."""
    return Finding(
        rule, severity, claim.id, figure(each), None, text,
        arithmetic or f"{each.name}: {each.text}", claim.document,
    )  # fmt: skip
