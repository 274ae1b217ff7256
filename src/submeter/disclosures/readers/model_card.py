"""Model cards: the front matter of Hugging Face, tables, and the paragraph of ML CO2 Impact."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from submeter.disclosures.audit.boards import boards
from submeter.disclosures.audit.claim import Claim, Document
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, quantity
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.units import CARBON
from submeter.disclosures.readers import documentation_forms
from submeter.disclosures.readers.markup import plain, tables
from submeter.disclosures.readers.prose import claims_of_prose
from submeter.disclosures.readers.tables import claims_of_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.quantity import Quantity
    from submeter.reference.factors.registry import Registry

RULES = {
    "card-grams": "the front matter is in grams, and its number looks like another unit",
    "card-twice": "the front matter and the text of a card state different emissions",
    "card-unread": "the front matter could not be read",
}
LEAST_PRETRAINING = 1.0
"""Emissions that training a model from scratch surely exceeds [g]: an hour of a 70 W board on the
cleanest grid; a judgement."""
_FRONT = re.compile(r"\A﻿?---\s*\n(.*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.DOTALL)
_LINE = r"^[ \t>*\-+]*{}(?:\s*\([^)\n]*\))?\s*[*_]*\s*:[\s*_]*(.+)$"
_FIELDS = {
    "device": "Hardware Type", "hours": "Hours used", "provider": "Cloud Provider",
    "region": "Compute Region", "carbon": "Carbon Emitted",
}  # fmt: skip
_LABELS = tuple(label.lower() for label in _FIELDS.values())
_LONGEST_FRONT = 100_000


def card(text: str, name: str, registry: Registry | None = None) -> Document:
    """Read a model card; power that it does not state is that of the devices in `registry`."""
    front = _FRONT.match(text)
    body = text[front.end() :] if front else text
    claims: list[Claim] = []
    findings: list[Finding] = []
    stated: Claim | None = None
    if front:
        content = _yaml(front[1][:_LONGEST_FRONT])
        if content is None:
            told = "it is no YAML that can be read; nothing of it was audited"
            findings.append(Finding("card-unread", Severity.NOTE, "front matter", None, None, told))
        stated = _front(content, name)
        claims += [stated] if stated else []
    pairs = documentation_forms.pairs_of_text(body)
    claims += documentation_forms.claims_of_form(pairs, name)
    findings += documentation_forms.findings_of_form(pairs, name)
    block = _block(body, name, registry)
    claims += [block] if block else []
    for number, table in enumerate(tables(body), 1):
        if pairs and len(table.heading) == 2:  # noqa: PLR2004 - fields of the form
            continue
        where = f"table {number}:"
        claims += claims_of_table(table.heading, table.rows, name, where)
    told, before = _unlabelled(body), text.count("\n", 0, len(text) - len(body))
    said = tuple(claims_of_prose(told, name, before, registry))
    claims += said
    findings += _grams(stated)
    findings += _twice(stated, block)
    findings += _prefixes(stated, block, said)
    return Document(name, "model card", tuple(claims), tuple(findings))


def front_claim(content: object, name: str) -> Claim | None:
    """Read ``co2_eq_emissions`` of a mapping."""
    return _front(content, name)


def _yaml(text: str) -> Any:  # noqa: ANN401 - whatever it holds
    if re.search(r"(?m)^[^#\n]*:\s*[&*]\w", text):
        return None  # anchors: a short text could stand for gigabytes
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _front(content: object, name: str) -> Claim | None:
    told = content.get("co2_eq_emissions") if isinstance(content, dict) else None
    if told is None:
        return None
    record = told if isinstance(told, dict) else {"emissions": told}
    raw = record.get("emissions")
    claimed = quantity(CLAIMED, raw, "gCO2e") if raw is not None else None
    texts = {
        "stage": record.get("training_type"), "region": record.get("geographical_location"),
        "device": record.get("hardware_used"), "source": record.get("source"),
    }  # fmt: skip
    unread = () if claimed is not None else (f"emissions {str(raw)[:40]!r}",)
    return Claim(
        "co2_eq_emissions", claimed, (), "",
        MappingProxyType({key: str(value)[:200] for key, value in texts.items() if value}),
        frozenset(), name, unread,
    )  # fmt: skip


def _block(body: str, name: str, registry: Registry | None) -> Claim | None:
    """Read the paragraph that the calculator of ML CO2 Impact asks for."""
    found: dict[str, str] = {}
    for key, label in _FIELDS.items():
        match = re.search(_LINE.format(label), body, re.IGNORECASE | re.MULTILINE)
        if match and "more information" not in match[1].lower():
            found[key] = plain(match[1])[:200]
    carbon = quantity(CLAIMED, found.get("carbon", ""), "kgCO2e")
    if carbon is None:
        return None
    inputs = []
    hours = quantity("device_hours", found.get("hours", ""), "h")
    if hours is not None:
        inputs.append(hours)
    power = _rated(found.get("device", ""), registry)
    inputs += [power] if power is not None and hours is not None else []
    texts = {key: text for key, text in found.items() if key not in {"hours", "carbon"}}
    return Claim(
        "Carbon Emitted", carbon, tuple(inputs) if len(inputs) > 1 else (), "",
        MappingProxyType(texts), frozenset(), name,
    )  # fmt: skip


def _rated(text: str, registry: Registry | None) -> Quantity | None:
    """Give the power of the device that is named: of a family from the least to the most.

    With a number before it, as in ``8 x H100``, the hours may be of one device or of all.
    """
    named = boards(text, registry) if text else None
    limit, least = (named.limit, named.least_limit) if named is not None else (None, None)
    power = quantity("tdp", f"{limit * 1e3:g} W") if limit is not None else None
    if power is None or limit is None or least is None:
        return None
    times = re.match(r"\s*(\d{1,5})\s*[x×*]?\s*(?=[A-Za-z])", text)
    most = limit * max(1, int(times[1])) if times else limit
    return replace(power, number=power.number._replace(low=least, high=most))


def _unlabelled(body: str) -> str:
    """Give the text without lines of the calculator and the form, which are read by themselves."""
    return "\n".join("" if _is_field(line[:300]) else line for line in body.split("\n"))


def _is_field(line: str) -> bool:
    label, sign, _ = line.lstrip(" \t>*-+").partition(":")
    low = label.lower()
    return bool(sign) and ("used for training" in low or low.startswith(_LABELS))


def _grams(stated: Claim | None) -> Iterator[Finding]:
    if stated is None or stated.claimed is None:
        return
    grams = stated.claimed.value * 1e3
    early = stated.texts.get("stage", "").lower().replace("_", "-")
    if "pre-train" in early and 0 < grams < LEAST_PRETRAINING:
        text = "a training from scratch on less than a gram: kilograms or tonnes were likely meant"
        yield Finding("card-grams", Severity.WARNING, stated.id, Figure(grams, "gCO2e"), None, text)


def _twice(stated: Claim | None, block: Claim | None) -> Iterator[Finding]:
    """Hold the front matter against the text of the same card."""
    if stated is None or block is None or stated.claimed is None or block.claimed is None:
        return
    one, other = stated.claimed.number, block.claimed.number
    if one.low <= other.high and other.low <= one.high:
        return
    cause = "two figures for the same work"
    for power, words in ((3, "kilograms in a field of grams"), (6, "tonnes in a field of grams")):
        size = 10.0**power
        if one.low * size <= other.high and other.low <= one.high * size:
            cause = f"the front matter is off by 10^{power}: {words}"
    grams = Figure(stated.claimed.value * 1e3, "gCO2e")
    yield Finding(
        "card-twice", Severity.ERROR, stated.id, grams, Figure(other.value * 1e3, "gCO2e"), cause,
        f"Carbon Emitted: {block.claimed.text}",
    )  # fmt: skip


def _prefixes(
    stated: Claim | None, block: Claim | None, said: Sequence[Claim]
) -> Iterator[Finding]:
    """Find the same digits with another prefix: one figure, told in two units."""
    every = [each for each in (stated, block, *said) if each is not None and each.claimed]
    known = [each for each in every if each.claimed and each.claimed.dimension == CARBON]
    for one, other in combinations(known[:MOST_ALIKE], 2):
        if one is stated and other is block:
            continue
        a, b = (each.claimed for each in (one, other))
        if a is None or b is None or min(a.value, b.value) <= 0:
            continue
        telling = _TELLING + (one in said and other in said)
        if min(a.number.digits, b.number.digits) < telling:
            continue
        for power in (3, 6):
            if abs(max(a.value, b.value) / min(a.value, b.value) / 10.0**power - 1) < _SAME:
                yield Finding(
                    "card-twice", Severity.ERROR, other.id, figure(b), figure(a),
                    f"{one.id} states the same digits, off by 10^{power}: a prefix",
                    f"{a.text} and {b.text}",
                )  # fmt: skip


_TELLING = 2
"""Digits from which on the same ones are no chance; one more in sentences, which tell of parts."""
_SAME = 1e-3
MOST_ALIKE = 50
"""Claims of a card that are compared, each with each."""
