"""The grid that a claim of carbon implies, where it states none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.energy_ways import energy
from submeter.disclosures.audit.reach import reach
from submeter.disclosures.audit.rules_of import Rules
from submeter.disclosures.audit.units import CARBON

if TYPE_CHECKING:
    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.reach import Reach


def implied_grid(claim: Claim) -> Reach | None:
    """Give the intensity that a claim of carbon implies [kg/kWh], where it states none."""
    claimed = claim.claimed
    if claimed is None or claimed.dimension.uncounted() != CARBON or claimed.value <= 0:
        return None
    pieces = claimed.dimension.pieces
    if pieces and any(each.dimension.pieces != pieces for each in claim.of("energy")):
        return None
    if pieces and not claim.of("energy"):
        return None
    if claim.of("grid", "market", "embodied", "each") or claim.of("carbon"):
        return None
    found = next((one for one, _ in energy(claim, Rules.of(claim)) if one.known), None)
    if found is None or found.value <= 0:
        return None
    return reach(claimed) / found.called(found.text)
