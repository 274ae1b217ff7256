"""Rows that all lie above their inputs by one factor: a PUE that only the caption tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.units import CARBON, ENERGY, NAMES
from submeter.disclosures.audit.ways import ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.finding import Finding

RULES = {"one-factor": "rows follow from their inputs by one factor that is not stated: a PUE?"}
LEAST, MOST = 1.02, 2.0
"""What a PUE may be that is left to a caption: the best sites lie near the one, and hardly any that
computes on a large scale above the other (Uptime Institute, mean of 2023: 1.58)."""
_ROWS = 3
"""Rows that must agree; of two, each factor may be a slip of its own."""


def softened(claims: Sequence[Claim], found: Sequence[Finding]) -> list[Finding]:
    """Turn errors of rows that agree on one factor into warnings that name it.

    Parameters
    ----------
    claims : sequence of Claim
        Of one document.
    found : sequence of Finding
        What was found of them.
    """
    told = _facility_held(claims, found)
    for dimension in (ENERGY, CARBON):
        rows = {
            claim.id: range_of
            for claim in claims
            if claim.claimed is not None
            and claim.claimed.dimension == dimension
            and not claim.of("pue")
            and _is_error(claim, told)
            and (range_of := _factor(claim)) is not None
        }
        low = max((each[0] for each in rows.values()), default=0.0)
        high = min((each[1] for each in rows.values()), default=0.0)
        if len(rows) < _ROWS or not LEAST <= low <= high <= MOST:
            continue
        factor = shown(float(f"{(low + high) / 2:.3g}"))
        text = (
            f"all {len(rows)} rows follow with a factor of {factor} on their "
            f"{NAMES[dimension]}: a PUE that the table does not state?"
        )
        told = [
            replace(each, rule="one-factor", severity=Severity.WARNING, cause=text)
            if each.rule == "arithmetic" and each.where in rows else each for each in told
        ]  # fmt: skip
    return told


def _facility_held(claims: Sequence[Claim], found: Sequence[Finding]) -> list[Finding]:
    """Turn errors into warnings where no row applies the PUE that stands beside it."""
    rows = [
        claim for claim in claims
        if claim.claimed is not None and claim.claimed.dimension == CARBON and claim.of("pue")
    ]  # fmt: skip
    left_out = {
        claim.id for claim in rows
        if (pue := claim.one("pue")) is not None and (range_of := _factor(claim)) is not None
        and pue.value > 1 and range_of[0] <= 1 / pue.value <= range_of[1]
        and _is_error(claim, found)
    }  # fmt: skip
    if len(left_out) < _ROWS or len(left_out) < len(rows):
        return list(found)
    text = f"none of {len(rows)} rows applies its PUE: their energy likely holds it already"
    return [
        replace(each, rule="one-factor", severity=Severity.WARNING, cause=text)
        if each.rule == "arithmetic" and each.where in left_out else each for each in found
    ]  # fmt: skip


def _is_error(claim: Claim, found: Sequence[Finding]) -> bool:
    return any(each.rule == "arithmetic" and each.where == claim.id for each in found)


def _factor(claim: Claim) -> tuple[float, float] | None:
    """Give the range of the factor that brings what follows from the inputs to the claim."""
    first = next(iter(ways(claim)), None)
    if first is None or claim.claimed is None or first.reach.low <= 0:
        return None
    number = claim.claimed.number
    return number.low / first.reach.high, number.high / first.reach.low
