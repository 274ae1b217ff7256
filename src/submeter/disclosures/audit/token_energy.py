"""The energy of a token, against the arithmetic that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.boards import boards_of
from submeter.disclosures.audit.drawn import drawn
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import exact, reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.training_compute import BEST, CAPPED
from submeter.disclosures.audit.units import COUNT, ENERGY
from submeter.disclosures.audit.work import passed, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.boards import Boards
    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.reach import Reach
    from submeter.reference.factors.registry import Registry

RULES = {"tokens-per-joule": "a token takes less energy than its arithmetic"}
SMALLEST = 0.1e9
"""Parameters of the smallest language models that are served; a judgement."""
_JOULES = 3.6e6


def token_energy(claim: Claim, registry: Registry) -> Iterator[Finding]:
    """Hold the energy of a token against its arithmetic."""
    found = joules_of_token(claim)
    if found is None or not found.known or found.value <= 0:
        return
    best, whose = _per_joule(boards_of(claim, registry))
    through = passed(claim, work_of(claim))
    size = through[0].number.low * through[1] if through is not None else SMALLEST
    least, joules = 2 * size / best, found.times(_JOULES)
    if joules.high < least:
        text = (
            f"the arithmetic of a token alone takes {least:.2g} J: two operations for each of "
            f"{size / 1e9:.3g} billion parameters, {best:.2g} a joule {whose}; a unit, or tokens "
            "that were not made"
        )
        told = Figure(joules.value, "J/token")
        claimed = figure(claim.claimed) if claim.claimed else None
        yield Finding(
            "tokens-per-joule", Severity.ERROR, claim.id, claimed, told, text,
            _told(found.text, told.value), claim.document,
        )  # fmt: skip


def _told(text: str, joules: float) -> str:
    """Tell how the energy of a token came about, where it was not stated itself."""
    return f"implied: {text} = {shown(joules)} J/token" if " / " in text else f"stated: {text}"


def _per_joule(named: Boards | None) -> tuple[float, str]:
    """Give the operations that a joule can give at most, and of what."""
    if named is not None and named.peaks and named.least_limit is not None:
        pairs = zip(named.variants, named.peaks, strict=True)
        best = max((peak.inference or 0.0) / (board.tdp or 1.0) for board, peak in pairs)
        if best:
            return CAPPED * best, f"of {named.name} with capped power"
    return BEST, "of the best board of 2025 (NVIDIA B300, dense FP4) with capped power"


def joules_of_token(claim: Claim) -> Reach | None:
    """Give the energy of a token that is stated or follows [kWh]."""
    every = [*claim.inputs, *([claim.claimed] if claim.claimed else [])]
    for each in every:
        if each.unit.noun != "token":
            continue
        if each.dimension == ENERGY.times(COUNT, -1):
            return reach(each)
        if each.dimension == COUNT.times(ENERGY, -1) and each.value > 0:
            return exact(1.0, "1") / reach(each)
    tokens = [each for each in every if "token" in each.name.lower() and each.dimension == COUNT]
    if len(tokens) != 1 or tokens[0].value <= 0 or "train" in claim.texts.get("stage", ""):
        return None
    energy = drawn(claim)
    return energy / reach(tokens[0], "tokens") if energy is not None else None
