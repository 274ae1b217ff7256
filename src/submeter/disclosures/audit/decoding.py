"""What answering takes at least: reading the weights for each token, and computing with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.boards import boards_of
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import Reach, exact, reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.token_energy import joules_of_token
from submeter.disclosures.audit.work import passed, width, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.boards import Boards
    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.reference.factors.registry import Registry

RULES = {
    "decoding-bandwidth": "at batch 1 tokens come faster than the weights can be read",
    "decoding-energy": "at batch 1 a token takes less energy than reading the weights",
    "decoding-compute": "tokens come faster than the devices can compute them",
}
NARROWEST = 0.2
"""Bytes of a parameter where no precision is stated: 1.58 bits (Ma et al. 2024,
arXiv:2402.17764)."""
PER_BIT = 1.95e-12
"""Energy of reading a bit of memory at least [J]: of a design that halves HBM2's 3.92 pJ
(O'Connor et al., Fine-Grained DRAM, MICRO 2017, doi:10.1145/3123939.3124545)."""
GUESSED = 6.5
"""Tokens that one pass gives at most if they are guessed first: the record of speculative decoding
(Li et al., EAGLE-3, arXiv:2503.01840)."""
SERVER = 8
"""Devices that may stand behind a claim which does not say how many."""
_SECONDS, _JOULES = 3600.0, 3.6e6


def decoded(claim: Claim, registry: Registry) -> Iterator[Finding]:
    """Hold the speed and the energy of tokens against memory and arithmetic."""
    work = work_of(claim)
    through = passed(claim, work)
    named = boards_of(claim, registry)
    if through is None or named is None or not named.peaks:
        return
    size, part = through
    if work.rate is not None:
        yield from _computed(claim, work.rate, size, part, named)
    if work.batch is None or work.batch.value != 1:
        return
    weights = reach(size) * exact(part * (width(claim) or NARROWEST), _bytes(claim))
    if work.rate is not None:
        yield from _read(claim, work.rate, weights, named)
    yield from _moved(claim, weights)


def _bytes(claim: Claim) -> str:
    said = width(claim)
    return f"{said:g} B" if said is not None else f"{NARROWEST:g} B (no precision is stated)"


def _devices(claim: Claim) -> Reach:
    stated = claim.one("devices")
    if stated is None:
        return exact(float(SERVER), f"{SERVER} devices at most")
    return reach(stated).called(f"{shown(stated.value)} device{'s' * (stated.value != 1)}")


def _read(claim: Claim, rate: Quantity, weights: Reach, named: Boards) -> Iterator[Finding]:
    widths = [each.bandwidth for each in named.peaks if each.bandwidth]
    if not widths or rate.value <= 0 or weights.value <= 0:
        return
    speed = exact(max(widths) * _SECONDS, f"{max(widths) / 1e9:,.4g} GB/s")
    most = _devices(claim) * speed / weights
    excess = reach(rate) / most
    if not excess.known or excess.low <= 1:
        return
    text = (
        f"{excess.value:.3g} times faster than {named.name} can read its weights once a token; "
        "a batch above 1, or a unit"
    )
    severity = Severity.ERROR
    if excess.low <= GUESSED:
        severity = Severity.WARNING
        text += "; speculative decoding could explain it, and would have to be stated"
    told = Figure(most.value / _SECONDS, "tokens/s at most")
    yield Finding(
        "decoding-bandwidth", severity, claim.id, figure(rate), told, text,
        f"{most.text} = {shown(most.value / _SECONDS)} tokens/s", claim.document,
    )  # fmt: skip


def _moved(claim: Claim, weights: Reach) -> Iterator[Finding]:
    token = joules_of_token(claim)
    if token is None or not token.known or token.value <= 0:
        return
    joules, least = token.times(_JOULES), weights * exact(8 * PER_BIT, "8 bits × 1.95 pJ")
    if joules.high >= least.low:
        return
    text = "less than reading the weights from memory takes; a batch above 1, or a unit"
    severity = Severity.ERROR
    if joules.high * GUESSED >= least.low:
        severity = Severity.WARNING
        text += "; speculative decoding could explain it, and would have to be stated"
    yield Finding(
        "decoding-energy", severity, claim.id, Figure(joules.value, "J/token"),
        Figure(least.value, "J/token at least"), text,
        f"{least.text} = {shown(least.value)} J/token", claim.document,
    )  # fmt: skip


def _computed(
    claim: Claim, rate: Quantity, size: Quantity, part: float, named: Boards
) -> Iterator[Finding]:
    peaks = [each.inference for each in named.peaks if each.inference]
    if not peaks or rate.value <= 0 or size.value <= 0:
        return
    needed = exact(2 * part, f"{2 * part:g}") * reach(size)
    speed = exact(max(peaks) * _SECONDS, f"{max(peaks) / 1e12:,.4g} TOP/s")
    most = _devices(claim) * speed / needed
    if not most.known or reach(rate).low <= most.high:
        return
    text = f"{rate.value / most.value:.3g} times more than {named.name} can compute; a unit"
    yield Finding(
        "decoding-compute", Severity.ERROR, claim.id, figure(rate),
        Figure(most.value / _SECONDS, "tokens/s at most"), text,
        f"{most.text} = {shown(most.value / _SECONDS)} tokens/s", claim.document,
    )  # fmt: skip
