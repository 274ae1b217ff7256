"""The audit: every rule over every claim, and the findings in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit import (
    bounds,
    decoding,
    implied,
    one_factor,
    place_grid,
    recomputation,
    siblings,
    token_energy,
    training_compute,
)
from submeter.disclosures.audit.finding import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.disclosures.audit.claim import Claim, Document
    from submeter.disclosures.audit.finding import Finding

RULES = {
    **recomputation.RULES, **bounds.RULES, **implied.RULES, **token_energy.RULES,
    **training_compute.RULES, **decoding.RULES, **place_grid.RULES, **siblings.RULES,
    **one_factor.RULES,
}  # fmt: skip
"""Every rule that holds for claims of any format, with what it finds."""


def audit(documents: Sequence[Document]) -> tuple[Finding, ...]:
    """Audit documents, each by itself and against one another.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings, then notes; within these by document and place.
    """
    found: list[Finding] = []
    for document in documents:
        found.extend(_named(document.findings, document.name))
        own = [each for claim in document.claims for each in of_claim(claim)]
        found.extend(one_factor.softened(document.claims, own))
        found.extend(siblings.beside(document.claims))
    found.extend(siblings.across([document.claims for document in documents]))
    unique = list(dict.fromkeys(found))
    return tuple(sorted(unique, key=lambda each: ORDER.index(each.severity)))


def of_claim(claim: Claim) -> list[Finding]:
    """Audit one claim by itself."""
    found = [
        *recomputation.recompute(claim), *bounds.bounded(claim), *implied.implied(claim),
        *token_energy.token_energy(claim), *training_compute.trained(claim),
        *decoding.decoded(claim), *place_grid.placed(claim),
    ]  # fmt: skip
    if any(each.rule == "zero" for each in found):
        # That zero does not follow from the inputs is the same, said twice.
        found = [each for each in found if each.rule not in {"arithmetic", "sum", "implied-grid"}]
    return found


def _named(findings: Iterable[Finding], name: str) -> list[Finding]:
    return [each if each.document else replace(each, document=name) for each in findings]
