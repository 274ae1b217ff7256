"""What a claim says of the model and the work: parameters, tokens, operations, speed, batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.roles import words
from submeter.disclosures.audit.units import COUNT, RATIO, TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity

RATE = COUNT.times(TIME, -1)
"""So many an hour."""
_PARAMETERS = frozenset({"parameter", "parameters", "param", "params"})
_ACTIVE = frozenset({"active", "activated"})
_BATCH = frozenset({"batch", "seqs", "concurrency"})
_FORMATS = ("precision", "weight_precision", "dtype", "quantization", "quantisation")
_SPARSE = re.compile(
    r"\bmoe\b|mixture|experts?\b|\d+x\d+(?:\.\d+)?b\b|-a\d+(?:\.\d+)?b\b|switch|gpt-oss|sparse",
    re.IGNORECASE,
)
"""Words of models of which a token passes a part alone."""
_HALVED = re.compile(
    r"encoder.?decoder|seq2seq|\b(?:m|flan-?|by|code)?t5\b|\bbart\b|\bul2\b", re.IGNORECASE
)
"""Words of models of which a token passes one half or the other."""


class Work(NamedTuple):
    """What is said; None where nothing is.

    Parameters
    ----------
    parameters, active : Quantity or None
        All of them, and those that a token passes.
    tokens : Quantity or None
        How many were trained on, or made.
    operations : Quantity or None
        Floating-point operations of all the work.
    rate : Quantity or None
        Tokens an hour.
    batch : Quantity or None
        Sequences at once.
    """

    parameters: Quantity | None
    active: Quantity | None
    tokens: Quantity | None
    operations: Quantity | None
    rate: Quantity | None
    batch: Quantity | None


def work_of(claim: Claim) -> Work:
    """Give what a claim says of its work."""
    every = [*claim.inputs, *([claim.claimed] if claim.claimed is not None else [])]
    sized = [each for each in every if _named(each, _PARAMETERS) and each.dimension == COUNT]
    return Work(
        _one([each for each in sized if not _named(each, _ACTIVE)]),
        _one([each for each in sized if _named(each, _ACTIVE)]),
        _one([each for each in every if each.dimension == COUNT and _named(each, _TOKENS)]),
        _one([each for each in every if each.dimension == COUNT and each.unit.noun == "flop"]),
        _one([each for each in every if each.dimension == RATE and each.unit.noun == "token"]),
        _one([each for each in every if each.dimension in {COUNT, RATIO} and _named(each, _BATCH)]),
    )


_TOKENS = frozenset({"token", "tokens"})


def passed(claim: Claim, work: Work) -> tuple[Quantity, float] | None:
    """Give the parameters that a token passes, and the part of them that it does.

    None where they are not stated, or where the model is sparse and only all of them are.
    """
    if work.active is not None:
        return work.active, 1.0
    said = " ".join([claim.id, *claim.texts.values()])
    if work.parameters is None or _SPARSE.search(said):
        return None
    return work.parameters, 0.5 if _HALVED.search(said) else 1.0


def width(claim: Claim) -> float | None:
    """Give the bytes that a parameter takes; None where it is not said.

    Examples
    --------
    >>> from types import SimpleNamespace as Said
    >>> width(Said(texts={"precision": "bfloat16"}, inputs=()))
    2.0
    >>> width(Said(texts={"dtype": "nvfp4"}, inputs=())), width(Said(texts={}, inputs=()))
    (0.5, None)
    """
    text = next((claim.texts[name] for name in _FORMATS if claim.texts.get(name)), "")
    named = [each for each in claim.inputs if each.name.lower() in _FORMATS]
    bits = named[0].value if named else next(map(float, re.findall(_BITS, text.lower())), None)
    if bits is None and re.search(r"\bhalf\b|mixed", text.lower()):
        bits = 16.0
    return bits / 8 if bits is not None and 1 <= bits <= 64 else None  # noqa: PLR2004 - a format


_BITS = r"(?:float|fp|bf|int|tf|q|w|^|[^a-z0-9.])(64|32|16|8|6|5|4|3|2|1\.58)(?![0-9])"


def is_training(claim: Claim) -> bool:
    """Tell whether the claim is of a training from scratch."""
    stage = claim.texts.get("stage", "").lower()
    return "train" in stage and "fine" not in stage and "tun" not in stage


def is_inference(claim: Claim) -> bool:
    """Tell whether the claim is of answering."""
    return bool(
        re.search(
            r"inference|serving|decode|decoding|generation", claim.texts.get("stage", "").lower()
        )
    )


def _named(each: Quantity, wanted: frozenset[str]) -> bool:
    return bool(({each.unit.noun} | set(words(each.name))) & wanted)


def _one(found: Sequence[Quantity]) -> Quantity | None:
    return found[0] if len({each.value for each in found}) == 1 else None
