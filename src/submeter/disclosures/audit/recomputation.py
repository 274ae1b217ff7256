"""The first rule: what follows from a claim's own inputs is what it claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.agreement import agrees, off_by_last_digit, too_fine
from submeter.disclosures.audit.causes import cause, implied, summed, unit_text
from submeter.disclosures.audit.claim import BESIDE, LOOSE
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.grid_of import implied_grid
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.units import RATIO, WATER
from submeter.disclosures.audit.ways import Kind, ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.audit.ways import Way

ROOM = 3.0
"""How many times a figure of a sentence may miss what follows from the others in it: what it holds
(idle energy, making the hardware, a PUE) is seldom said; a judgement."""
RULES = {
    "arithmetic": "what follows from the inputs is not what is claimed",
    "sum": "the parts do not add up to the claimed whole",
    "beyond-inputs": "the claim is printed to more digits than its inputs can give",
    "boundary": "the claim follows, with another boundary than its method's",
    "not-recomputed": "nothing that is stated says how the claim was made",
    "not-understood": "something in the claim could not be read",
}


def recompute(claim: Claim) -> Iterator[Finding]:
    """Hold a claim against what follows from its inputs."""
    if claim.unread:
        yield _note(claim, "not-understood", f"not understood: {', '.join(claim.unread)[:160]}")
    claimed = claim.claimed
    if claimed is None or not claim.inputs:
        return
    found = ways(claim)
    if LOOSE in claim.flags:
        yield from _loosely(claim, claimed, found)
        return
    if not found:
        if implied_grid(claim) is None and _worth_telling(claim, claimed):
            yield _note(
                claim, "not-recomputed", "no formula leads from its inputs to this quantity"
            )
        return
    number = claimed.number
    fitting = [way for way in found if agrees(number, way.reach)]
    fine = [way for way in fitting if not too_fine(number, way.reach, claim.inputs)]
    if fine:
        way = min(fine, key=lambda each: list(Kind).index(each.kind))
        if way.kind is Kind.ALSO:
            yield finding(claim, way, "boundary", Severity.NOTE, f"it follows {way.note}")
    elif fitting:
        text = implied(claim, fitting[0].reach, rounding=True)
        text += ", which rounds to what is printed; from what is printed it does not follow"
        yield finding(claim, fitting[0], "beyond-inputs", Severity.ERROR, text)
    elif not any(off_by_last_digit(number, way.reach) for way in found):
        yield _differs(claim, found)


def _worth_telling(claim: Claim, claimed: Quantity) -> bool:
    """Tell whether a reader would expect that the claim follows: not from a PUE alone."""
    if "market" in claim.flags and claimed.value == 0:
        return False
    alone = _NOT_ALONE if BESIDE in claim.flags else frozenset()
    if alone and claimed.dimension == WATER and not claim.of("wue", "ewif", "water", "count"):
        return False
    return any(each.role not in alone and each.dimension != RATIO for each in claim.inputs)


_NOT_ALONE = frozenset({"hours", "device_hours", "devices", "grid", "market", "wue", "ewif"})
"""What may stand in a table beside a figure that is made from none of it by itself."""


def _loosely(claim: Claim, claimed: Quantity, found: tuple[Way, ...]) -> Iterator[Finding]:
    """Hold what a sentence says against what follows, with room for what it leaves unsaid."""
    sure = [way for way in found if way.kind is not Kind.GUESSED and way.reach.value > 0]
    rated = any("tdp" in each.name.lower() for each in claim.inputs)
    if not sure or claimed.value <= 0 or (rated and not claim.of("grid")):
        return
    number = claimed.number
    if any(
        way.reach.low / ROOM <= number.high and number.low <= way.reach.high * ROOM for way in sure
    ):
        return
    yield _differs(claim, tuple(sure))


def _differs(claim: Claim, found: tuple[Way, ...]) -> Finding:
    first = found[0]
    if first.kind is Kind.GUESSED:
        return _note(claim, "not-recomputed", "its inputs do not say how it was made")
    rule = "sum" if len(summed(claim)) > 1 else "arithmetic"
    return finding(claim, first, rule, Severity.ERROR, cause(claim, first.reach))


def finding(claim: Claim, way: Way, rule: str, severity: Severity, text: str) -> Finding:
    """Give a finding of a claim beside what follows from its inputs."""
    claimed = claim.claimed
    if claimed is None:  # pragma: no cover - there is nothing to compare
        return _note(claim, rule, text)
    unit = unit_text(claimed)
    value = way.reach.value / claimed.unit.size
    arithmetic = f"{way.reach.text} = {shown(value)} {unit}".strip()
    return Finding(
        rule, severity, claim.id, figure(claimed), Figure(value, unit), text, arithmetic,
        claim.document,
    )  # fmt: skip


def figure(given: Quantity) -> Figure:
    """Give a quantity as a figure in its own unit."""
    return Figure(given.value / given.unit.size, unit_text(given))


def _note(claim: Claim, rule: str, text: str) -> Finding:
    claimed = figure(claim.claimed) if claim.claimed else None
    return Finding(rule, Severity.NOTE, claim.id, claimed, None, text, "", claim.document)
