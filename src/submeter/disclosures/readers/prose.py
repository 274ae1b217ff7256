"""Claims in the sentences of a card: read only where it is plain what belongs together."""

from __future__ import annotations

import re
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.boards import boards
from submeter.disclosures.audit.claim import LOOSE, Claim
from submeter.disclosures.audit.quantity import CLAIMED, quantity, renamed
from submeter.disclosures.readers.mentions import Mention, device_of, mentions
from submeter.disclosures.readers.sentences import Sentence, paragraphs
from submeter.reference.factors.gazetteer import called

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.quantity import Quantity
    from submeter.reference.factors.registry import Registry

_EMITTED = re.compile(r"\bemit|\bemission|carbon|CO\s?[2₂]|greenhouse|footprint", re.IGNORECASE)
_SCOPE = re.compile(
    r"\b(?:total(?! number)\w*|cumulative\w*|all|overall|together|combined|aggregate\w*|"
    r"entire|whole|altogether|project|famil(?:y|ies)|both)\b",
    re.IGNORECASE,
)
"""Words that say that a figure is of more than one run; two figures are of one thing only if both
are, or neither is."""
_OTHER = re.compile(
    r"\b(?:respectively|previous\w*|earlier|competitors?|other (?:models|work)|base model|"
    r"original model|teacher|predecessor)\b",
    re.IGNORECASE,
)
"""Words of sentences whose figures may be of something else."""
_PIECE = re.compile(
    r"\b(?:an?|the|per|each|one|every|single|median|average|typical)\s+(?:\w+\s+)?"
    r"(?:prompt|query|request|response|answer|inference|image|message|token|conversation)\b",
    re.IGNORECASE,
)
"""Words of sentences that tell of one piece of work."""
_MARKET = re.compile(
    r"market[-\s]based|renewable|hydro|carbon[-\s]neutral|certificate|\bRECs?\b|\bPPAs?\b",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\b(?:in|from|at)\s+(?:the\s+)?([A-Z][\w-]+(?:,?\s+[A-Z][\w-]+){0,2})")
_REGION = re.compile(r"\b[a-z]{2,12}-[a-z]{4,12}-?\d\b")
_SITE = re.compile(
    r"\btrain|\brun\b|\bran\b|data\s?cent|cluster|hosted|grid|electricity|region|supercomputer",
    re.IGNORECASE,
)
_SHOWN = 60
"""Characters of a sentence that name the place of a claim."""


class Said(NamedTuple):
    """A sentence with its figures."""

    sentence: Sentence
    figures: tuple[Mention, ...]

    def of(self, *kinds: str) -> tuple[Mention, ...]:
        """Give the figures of some kinds."""
        return tuple(each for each in self.figures if each.kind in kinds)


def claims_of_prose(
    body: str, document: str, offset: int = 0, registry: Registry | None = None
) -> Iterator[Claim]:
    """Read the sentences of a text.

    Parameters
    ----------
    body : str
        The text.
    document : str
        The file.
    offset : int
        Lines of the file before it.
    registry : Registry, optional
        What is known of devices; by default what comes with the package.
    """
    for paragraph in paragraphs(body):
        said = [
            Said(each, () if _of_something_else(each.text) else mentions(each.text))
            for each in paragraph
        ]
        together = _alike(said)
        if together is not None and _one_of_each(together) is not None:
            yield from _made(together, document, offset, registry)
        else:
            for each in said:
                yield from _made([each], document, offset, registry)


def _of_something_else(text: str) -> bool:
    return _OTHER.search(text) is not None or _PIECE.search(text) is not None


def _alike(said: Sequence[Said]) -> Sequence[Said] | None:
    """Give the sentences with figures if all are of one thing: neighbours, of one scope."""
    told = [each for each in said if each.figures]
    scopes = {bool(_SCOPE.search(each.sentence.text)) for each in told}
    at = [said.index(each) for each in told]
    near = all(b - a <= 1 for a, b in pairwise(at))
    return told if len(told) > 1 and len(scopes) == 1 and near else None


def _joined(said: Sequence[Said]) -> str:
    return " ".join(each.sentence.text for each in said)


_KINDS = (
    "carbon", "energy", "device_hours", "hours", "devices", "power", "grid", "pue", "tokens",
    "flops",
)  # fmt: skip


def _one_of_each(group: Sequence[Said]) -> dict[str, Quantity] | None:
    """Give the figures by what they are of; None where one kind has several."""
    figures, text = [each for one in group for each in one.figures], _joined(group)
    made: dict[str, Quantity] = {}
    for kind in (*_KINDS, "parameters", "active_parameters"):
        found = [each.quantity for each in figures if _kind(each, text) == kind]
        if len({each.value for each in found}) > 1:
            return None
        if found:
            made[kind] = found[0]
    return made


def _kind(each: Mention, text: str) -> str:
    """Give what a figure is of; a mass is carbon where emissions are spoken of."""
    if each.kind == "mass":
        return "carbon" if _EMITTED.search(text) else ""
    return each.quantity.name if each.kind in {"parameters", "active"} else each.kind


def _made(
    group: Sequence[Said], document: str, offset: int, registry: Registry | None
) -> Iterator[Claim]:
    made, text = _one_of_each(group), _joined(group)
    if not made:
        return
    line, shown = group[0].sentence.line + offset, group[0].sentence.text
    place = f"line {line}: {shown[:_SHOWN].rstrip()}{'…' * (len(shown) > _SHOWN)}"
    texts = _texts(text)
    flags = {LOOSE, *(["market"] if _MARKET.search(text) else [])}
    time = _time(made)
    inputs = [made[kind] for kind in ("grid", "pue") if kind in made]
    drawn = [made["energy"]] if "energy" in made else [*time, *_rated(made, texts, time, registry)]
    if "carbon" in made:
        yield Claim(
            place, renamed(made["carbon"], CLAIMED, "carbon"), (*drawn, *inputs) if drawn else (),
            "", texts, frozenset(flags), document,
        )  # fmt: skip
    elif "energy" in made:
        claimed = renamed(made["energy"], CLAIMED, "energy")
        yield Claim(place, claimed, (), "", texts, frozenset(flags), document)
    physical = _physical(group, made, time)
    if len(physical) > 1:
        yield Claim(place, None, physical, "", texts, frozenset(flags), document)


def _physical(
    group: Sequence[Said], made: dict[str, Quantity], time: Sequence[Quantity]
) -> tuple[Quantity, ...]:
    """Give what is held against what devices can do.

    The work counts only where one sentence of a training tells it with its hours: a card tells its
    base model's tokens too.
    """
    kinds = ["energy"]
    held = [each for each in group if each.of("tokens", "flops")]
    with_time = held and (held[0].of("device_hours", "hours") or not time)
    if with_time and _stage(_joined(group)) == "training":
        kinds += ["tokens", "flops", "parameters", "active_parameters"]
    return (*(made[kind] for kind in kinds if kind in made), *time)


def _time(made: dict[str, Quantity]) -> list[Quantity]:
    """Give the time of all devices; wall-clock time alone says nothing of it."""
    if "device_hours" in made:
        return [made["device_hours"]]
    if "hours" in made and "devices" in made:
        return [made["devices"], made["hours"]]
    return []


def _rated(
    made: dict[str, Quantity],
    texts: MappingProxyType[str, str],
    time: Sequence[Quantity],
    registry: Registry | None,
) -> list[Quantity]:
    """Give the power of a device: stated, else its maker's."""
    if not time:
        return []
    if "power" in made:
        return [made["power"]]
    named = boards(texts.get("device", ""), registry)
    limit = named.limit if named is not None else None
    power = quantity("tdp", f"{limit * 1e3:g} W") if limit is not None else None
    return [power] if power is not None else []


def _texts(text: str) -> MappingProxyType[str, str]:
    found = {
        "device": device_of(text), "region": _place(text), "stage": _stage(text),
        "said": text[:2000],
    }  # fmt: skip
    return MappingProxyType({key: value for key, value in found.items() if value})


def _stage(text: str) -> str:
    tuned = re.search(r"fine[-\s]?tun|adapt|LoRA|distill|align|RLHF|\bDPO\b|post-train", text)
    trained = re.search(r"train", text, re.IGNORECASE)
    served = re.search(r"inference|quer(?:y|ies)|prompts?\b|serving|request", text, re.IGNORECASE)
    if tuned or (served and trained):
        return "fine-tuning" if tuned else ""
    return "training" if trained else "inference" if served else ""


def _place(text: str) -> str:
    """Give the one place that is named where something ran."""
    if not _SITE.search(text):
        return ""
    named = [*_WHERE.findall(text), *_REGION.findall(text)]
    parts = [part.strip(" .") for each in named for part in (each, *each.split(","))]
    codes = {spot[0].country: part for part in parts if len(spot := called(part)) == 1}
    return next(iter(codes.values())) if len(codes) == 1 else ""
