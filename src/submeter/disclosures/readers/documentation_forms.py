"""The Model Documentation Form of the EU's code of practice for general-purpose AI (annex XI)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, quantity
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.audit.units import COUNT, ENERGY
from submeter.disclosures.readers.content import leaves
from submeter.disclosures.readers.markup import plain, tables
from submeter.disclosures.readers.mentions import device_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from submeter.disclosures.audit.quantity import Quantity

RULES = {
    "form-digits": "a form that asks for two significant figures has one",
    "form-unit": "a field of the form holds another quantity than it asks for",
}
Pair = tuple[str, object]
_SAID = re.compile(
    r"method|descri|expla|recommend|precision|evidence|contact|range|\baio\b|\bncas?\b|\bdps?\b",
    re.IGNORECASE,
)
"""Words of fields that say how, or for whom."""
_LEFT_OUT = re.compile(r"^\W*(?:n/?a|not available|unknown|none|-)\W*$", re.IGNORECASE)
_DAYS = re.compile(
    r"(\d[\d.,]*(?:\s*[x×*·]\s*10\s?\^?\s?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|e\+?\d{1,2})?)\s*([\w\s-]{0,40}?)\s*days?\b",
    re.IGNORECASE,
)


def is_form(content: object) -> bool:
    """Tell whether a document is such a form, by its fields for training."""
    fields = {_field(" ".join(path)) for path, _ in leaves(content)}
    return "energy" in fields and bool(fields & {"operations", "hardware_days", "parameters"})


def pairs_of(content: object) -> list[Pair]:
    """Give the fields of a document and what they hold."""
    return [(" ".join(path), each) for path, each in leaves(content)]


def pairs_of_text(body: str) -> list[Pair]:
    """Give the fields of a form in a text: ``label: value``, and tables of two columns."""
    if "used for training" not in body.lower():
        return []
    found: list[Pair] = []
    for line in body.split("\n")[:_LINES]:
        label, sign, value = plain(line[:_WIDE]).partition(":")
        if sign and value.strip():
            found.append((label.strip(" -*>|"), value.strip()))
    for table in tables(body):
        every = [table.heading, *table.rows]
        found += [(row[0], row[1]) for row in every if len(row) == 2]  # noqa: PLR2004 - a label
    return found


_LINES, _WIDE = 10_000, 500


def _field(name: str) -> str:
    """Give which field of the form a name is of.

    Examples
    --------
    >>> _field("EnergyConsumption TrainingEnergy value"), _field("hardwareDays")
    ('energy', 'hardware_days')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    low = re.sub(r"[_\W]+", " ", apart).lower()
    if _SAID.search(low):
        return ""
    training = "train" in low and "infer" not in low
    if "hardware day" in low:
        return "hardware_days"
    if training and "energy" in low and "computation" not in low.rpartition("energy")[2]:
        return "energy"
    if training and re.search(r"computation|compute\b|flops?\b", low):
        return "operations" if "time" not in low else ""
    return (
        "parameters"
        if re.search(r"number of parameters|parameters? (?:count|total|value)", low)
        else ""
    )


def _read(pairs: Iterable[Pair]) -> tuple[dict[str, Quantity], str]:
    """Give the figures of the form, and the devices that its hardware days name."""
    found: dict[str, Quantity] = {}
    device = ""
    for name, content in pairs:
        field = _field(name)
        if not field or field in found or _LEFT_OUT.match(str(content)):
            continue
        if field == "hardware_days":
            made, device = _hardware_days(str(content))
        else:
            made = quantity(_NAMES[field], content, _UNITS[field])
        if made is not None:
            found[field] = made
    return found, device


_NAMES = {"energy": "energy", "operations": "flops", "parameters": "parameters"}
_UNITS = {"energy": "MWh", "operations": "FLOP", "parameters": "parameters"}


def _hardware_days(text: str) -> tuple[Quantity | None, str]:
    """Read ``4x10^5 Nvidia A100 days and 2x10^5 Nvidia H100 days``, or a bare number of days."""
    stretches = [(quantity("days", f"{each[1]} days"), each[2]) for each in _DAYS.finditer(text)]
    days = [made.value for made, _ in stretches if made is not None]
    if not days:
        return quantity("device_hours", f"{text} days"), ""
    names = " and ".join(name for _, name in stretches)
    device = device_of(names) if len(days) == 1 else names
    return quantity("device_hours", f"{sum(days):,.0f} h"), device


def claims_of_form(pairs: Iterable[Pair], document: str) -> Iterator[Claim]:
    """Read the energy of the training, and what it is held against."""
    found, device = _read(pairs)
    texts = MappingProxyType({"stage": "training", "device": device})
    energy = found.get("energy")
    if energy is not None:
        claimed = quantity(CLAIMED, energy.text)
        yield Claim("energy used for training", claimed or energy, (), "energy", texts,
                    frozenset(), document)  # fmt: skip
    known = tuple(found.values())
    if len(known) > 1:
        yield Claim("energy used for training", None, known, "", texts, frozenset(), document)


def findings_of_form(pairs: Iterable[Pair], document: str) -> Iterator[Finding]:
    """Tell of what the form asks for and does not get."""
    found, _ = _read(pairs)
    wanted = {"energy": (ENERGY, "an amount of energy in MWh"),
              "operations": (COUNT, "a number of operations, and no rate")}  # fmt: skip
    for field, (dimension, text) in wanted.items():
        made = found.get(field)
        if made is None:
            continue
        place = _PLACES[field]
        if made.dimension != dimension:
            yield Finding("form-unit", Severity.ERROR, place, figure(made), None,
                          f"the form asks for {text}", made.text, document)  # fmt: skip
        elif made.number.digits == 1 and field == "energy" and made.value:
            yield Finding("form-digits", Severity.WARNING, place, figure(made), None,
                          "the form asks for two significant figures", made.text,
                          document)  # fmt: skip


_PLACES: Mapping[str, str] = {
    "energy": "energy used for training", "operations": "computation used for training",
}  # fmt: skip
