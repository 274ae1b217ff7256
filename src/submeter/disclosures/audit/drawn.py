"""The energy of a claim's equipment, stated or claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.energy_ways import equipment
from submeter.disclosures.audit.reach import reach
from submeter.disclosures.audit.rules_of import Rules
from submeter.disclosures.audit.units import ENERGY

if TYPE_CHECKING:
    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.reach import Reach


def drawn(claim: Claim) -> Reach | None:
    """Give the energy that is stated or claimed [kWh], without the facility's part."""
    if claim.claimed is not None and claim.claimed.dimension == ENERGY:
        found = reach(claim.claimed)
    elif claim.of("energy"):
        return next((one for one, _ in equipment(claim, Rules.of(claim))), None)
    else:
        return None
    pue = claim.one("pue")
    return found / reach(pue, "PUE") if pue is not None and pue.value > 0 else found
