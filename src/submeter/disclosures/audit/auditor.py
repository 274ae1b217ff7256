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
from submeter.disclosures.audit.finding import ORDER, Severity
from submeter.reference.factors.registry import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.disclosures.audit.claim import Claim, Document
    from submeter.disclosures.audit.finding import Finding
    from submeter.reference.factors.registry import Registry

RULES = {
    **recomputation.RULES, **bounds.RULES, **implied.RULES, **token_energy.RULES,
    **training_compute.RULES, **decoding.RULES, **place_grid.RULES, **siblings.RULES,
    **one_factor.RULES,
}  # fmt: skip
"""Every rule that holds for claims of any format, with what it finds."""


def audit(documents: Sequence[Document], registry: Registry | None = None) -> tuple[Finding, ...]:
    """Audit documents, each by itself and against one another.

    Parameters
    ----------
    documents : sequence of Document
        What was read.
    registry : Registry, optional
        What is known of devices and places; by default what comes with the package.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings, then notes; within these by document and place.
    """
    known = shipped() if registry is None else registry
    found: list[Finding] = []
    for document in documents:
        found.extend(_named(document.findings, document.name))
        settled = [_settled(claim, known) for claim in document.claims]
        claims = tuple(claim for claim, _ in settled)
        own = [each for _, findings in settled for each in findings]
        found.extend(one_factor.softened(claims, own))
        found.extend(siblings.beside(claims))
    found.extend(siblings.across([document.claims for document in documents]))
    return tuple(sorted(_once(found), key=lambda each: ORDER.index(each.severity)))


def _once(found: Iterable[Finding]) -> list[Finding]:
    """Leave out what was found twice by the same arithmetic, of a figure and of its row."""
    told: dict[object, Finding] = {}
    for each in found:
        same = (each.rule, each.where, each.document, each.arithmetic)
        told.setdefault(same if each.arithmetic else each, each)
    return list(told.values())


def _settled(claim: Claim, registry: Registry) -> tuple[Claim, list[Finding]]:
    """Give a claim by that reading of its inputs which raises no alarm, and what is found."""
    first = None
    for inputs in (claim.inputs, *claim.readings):
        read = replace(claim, inputs=inputs, readings=())
        found = of_claim(read, registry)
        if all(each.severity is Severity.NOTE for each in found):
            return read, found
        first = first or (read, found)
    return first or (claim, [])


def of_claim(claim: Claim, registry: Registry) -> list[Finding]:
    """Audit one claim by itself."""
    found = [
        *recomputation.recompute(claim), *bounds.bounded(claim), *implied.implied(claim, registry),
        *token_energy.token_energy(claim, registry), *training_compute.trained(claim, registry),
        *decoding.decoded(claim, registry), *place_grid.placed(claim, registry),
    ]  # fmt: skip
    if any(each.rule == "zero" for each in found):
        # That zero does not follow from the inputs is the same, said twice.
        found = [each for each in found if each.rule not in {"arithmetic", "sum", "implied-grid"}]
    supposed = _supposed(claim)
    return [_softer(each, supposed) for each in found] if supposed else found


_BETWEEN = frozenset({"arithmetic", "implied-grid", "implied-power"})
"""Rules that hold an amount against another one, and hang on both units."""
_UNITS = {"energy": "kWh", "carbon": "kg", "water": "L"}


def _supposed(claim: Claim) -> str:
    """Tell of which amounts no unit is stated, and which was supposed."""
    amounts = [*claim.inputs, *([claim.claimed] if claim.claimed else [])]
    bare = [each.role for each in amounts if each.bare and each.role in _UNITS]
    return " and ".join(f"{each} in {_UNITS[each]}" for each in dict.fromkeys(bare))


def _softer(given: Finding, supposed: str) -> Finding:
    if given.rule not in _BETWEEN or given.severity is not Severity.ERROR:
        return given
    text = f"{given.cause}; no unit is stated, taken as {supposed}"
    return replace(given, severity=Severity.WARNING, cause=text)


def _named(findings: Iterable[Finding], name: str) -> list[Finding]:
    return [each if each.document else replace(each, document=name) for each in findings]
