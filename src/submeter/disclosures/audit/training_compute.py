"""Arithmetic of a training against what its devices can do in their hours, or of their energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.boards import boards_of
from submeter.disclosures.audit.drawn import device_hours, drawn
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import Reach, exact, reach
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.work import is_inference, is_training, passed, width, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.boards import Boards
    from submeter.disclosures.audit.claim import Claim
    from submeter.reference.factors.registry import Registry

RULES = {
    "utilisation": "the arithmetic of a training does not fit into its devices' hours",
    "training-energy": "the arithmetic of a training takes more energy than is stated",
    "operations": "the operations that are stated do not follow from parameters and tokens",
}
TRAINED, FORWARD = 6.0, 2.0
"""Operations for each parameter and token: of a training from scratch, forwards and backwards
(Kaplan et al. 2020, arXiv:2001.08361, 2.1), and forwards alone, which is all that is certain of a
fine-tuning (frozen weights take no gradient) or where the stage is not told."""
HIGH = 0.7
"""Utilisation above which one is warned: large trainings report 0.38 to 0.43 (Llama 3,
arXiv:2407.21783), 0.46 (PaLM, arXiv:2204.02311) and at most 0.57 (Megatron, arXiv:2205.05198)."""
LOW = 1e-3
"""Utilisation below which one is warned; a judgement: small trainings of 2018 reached a hundredth,
data that were passed several times and counted once included."""
CAPPED = 2.0
"""How many times more operations a joule than at its peak a board can give when its power is
capped; a judgement, since clocks fall slower than power."""
BEST = 2 * 14e15 / 1100
"""Operations a joule that no board of 2025 exceeds: twice what the most efficient one has at its
peak, 14 PFLOPS of dense FP4 at 1,100 W (NVIDIA B300)."""
_APART = 30.0
"""How many times operations may be those of parameters and tokens; a judgement: data may be passed
tens of times (BERT: 40) and counted once."""
_JOULES, _SECONDS, _TERA = 3.6e6, 3600.0, 1e12


def trained(claim: Claim, registry: Registry) -> Iterator[Finding]:
    """Hold the arithmetic of a training against hours and energy."""
    done = operations(claim)
    yield from _stated(claim)
    if done is None or is_inference(claim):
        return
    named = boards_of(claim, registry)
    hours = device_hours(claim)
    told = False
    if hours is not None and named is not None and named.peaks:
        for each in _within_hours(claim, done, hours, named):
            told = True
            yield each
    if not told:
        yield from _within_energy(claim, done, named)


def operations(claim: Claim) -> Reach | None:
    """Give the operations of a training: stated, or of its parameters and tokens."""
    work = work_of(claim)
    if work.operations is not None:
        return reach(work.operations)
    through = passed(claim, work)
    if through is None or work.tokens is None:
        return None
    size, part = through
    factor = (TRAINED if is_training(claim) else FORWARD) * part
    return exact(factor, f"{factor:g}") * reach(size) * reach(work.tokens)


def _within_hours(claim: Claim, done: Reach, hours: Reach, named: Boards) -> Iterator[Finding]:
    half, most = _peaks(claim, named)
    if not most or hours.value <= 0:
        return
    usual = half or most
    share = done / _of_peak(hours, usual)
    if not share.known or share.value <= 0:
        return
    ratio = usual / most
    if share.low * ratio > 1:
        text = f"more than {named.name} can compute in that time: {_why(claim, share.value)}"
        yield _finding(claim, "utilisation", Severity.ERROR, share, text)
    elif share.low > HIGH:
        also = "" if most == usual else "; in FP8 or FP4 it would be possible, if that is meant"
        text = f"large trainings reach 38 to 57 % of the peak of half precision{also}"
        yield _finding(claim, "utilisation", Severity.WARNING, share, text)
    elif share.high < LOW and is_training(claim):
        text = f"large trainings reach 38 to 57 %: {_why(claim, share.value)}"
        yield _finding(claim, "utilisation", Severity.WARNING, share, text)


def _of_peak(hours: Reach, peak: float) -> Reach:
    return hours * exact(peak * _SECONDS, f"{peak / _TERA:,.4g} TFLOP/s")


def _peaks(claim: Claim, named: Boards) -> tuple[float | None, float | None]:
    """Give the peak of half precision, and the most of what the precision allows [1/s]."""
    said = width(claim)
    halves = [each.half for each in named.peaks if each.half]
    half = max(halves, default=None)
    if said is not None and said >= 2:  # noqa: PLR2004 - bytes of half precision
        return half, half
    every = [each.training for each in named.peaks if each.training]
    return half, max(every, default=None)


def _why(claim: Claim, share: float) -> str:
    """Give the most likely cause of a utilisation that cannot be."""
    for size, word in ((1e3, "10^3"), (1e6, "10^6"), (1e-3, "10^3"), (1e-6, "10^6")):
        if LOW * 100 <= share / size <= HIGH:
            way = "few" if size > 1 else "many"
            return f"hours, tokens or operations are likely off by {word} ({way} hours)"
    if share < LOW:
        return "tokens or operations that are missing, or hours in which the devices were not used"
    if work_of(claim).operations is None:
        return (
            "hours that are missing, wall-clock hours instead of device hours, or a mixture of "
            "experts whose active parameters are not stated"
        )
    return "hours that are missing, or wall-clock hours instead of device hours"


def _within_energy(claim: Claim, done: Reach, named: Boards | None) -> Iterator[Finding]:
    energy = drawn(claim)
    if energy is None or energy.value <= 0:
        return
    best, whose = _per_joule(named)
    each = done / energy.times(_JOULES)
    if not each.known or each.low <= best:
        return
    told = Figure(each.value / _TERA, "TFLOP/J")
    text = (
        f"{whose} {best / _TERA:.2g} TFLOP a joule; a unit, or energy of a part alone"
    )  # fmt: skip
    yield Finding(
        "training-energy", Severity.ERROR, claim.id, _claimed(claim), told, text,
        f"implied: {each.text} = {shown(told.value)} TFLOP/J", claim.document,
    )  # fmt: skip


def _per_joule(named: Boards | None) -> tuple[float, str]:
    """Give the operations that a joule can give, and of what."""
    if named is None or not named.peaks or named.least_limit is None:
        return BEST, _NONE
    pairs = zip(named.variants, named.peaks, strict=True)
    best = max((peak.training or 0.0) / (board.tdp or 1.0) for board, peak in pairs)
    return (CAPPED * best, f"{named.name} gives at most") if best else (BEST, _NONE)


_NONE = "no board of 2025 gives more than"


def _stated(claim: Claim) -> Iterator[Finding]:
    """Hold the stated operations against those of parameters and tokens."""
    work = work_of(claim)
    through = passed(claim, work)
    if work.operations is None or work.tokens is None or through is None or is_inference(claim):
        return
    size, part = through
    least = exact(TRAINED * part, f"{TRAINED * part:g}") * reach(size) * reach(work.tokens)
    ratio = work.operations.value / least.value if least.value else 0.0
    fewest = FORWARD / TRAINED / 2 if is_training(claim) else 1 / _APART
    if fewest <= ratio <= _APART or ratio <= 0:
        return
    yield Finding(
        "operations", Severity.ERROR, claim.id, figure(work.operations),
        Figure(least.value / work.operations.unit.size, _unit(work.operations.text)),
        _off(ratio), f"{least.text} = {least.value:.3g} FLOP (Kaplan et al. 2020)", claim.document,
    )  # fmt: skip


def _off(ratio: float) -> str:
    for power in (3, 6, 9):
        for size, word in ((10.0**power, "too high"), (10.0**-power, "too low")):
            if 1 / 5 < ratio / size < 5:  # noqa: PLR2004 - what epochs and attention explain
                return f"a prefix is off by 10^{power}, {word}"
    return f"{ratio:.3g} times six operations for each parameter and token"


def _unit(text: str) -> str:
    return text.partition(" ")[2]


def _finding(
    claim: Claim, rule: str, severity: Severity, share: Reach, text: str
) -> Finding:  # fmt: skip
    told = Figure(float(f"{share.value * 100:.3g}"), "% of the peak")
    return Finding(
        rule, severity, claim.id, _claimed(claim), told, text,
        f"implied: {share.text} = {share.value:.3g}", claim.document,
    )  # fmt: skip


def _claimed(claim: Claim) -> Figure | None:
    return figure(claim.claimed) if claim.claimed is not None else None
