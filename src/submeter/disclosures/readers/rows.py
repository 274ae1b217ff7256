"""Rows of ``{id, inputs, method, claimed: {value, unit}}``, the plainest form of a claim."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.quantity import CLAIMED, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from submeter.disclosures.audit.quantity import Quantity

MOST_ROWS = 100_000
"""Rows that are read; a longer table is no publication."""
_DEEP = 6
"""Levels of nesting that inputs are followed into."""
_CLAIMED = ("claimed", "claim", "reported", "published", "expected", "result")
_NAMES = ("id", "name", "case", "row", "where")
_META = frozenset((
    *_CLAIMED, *_NAMES, "inputs", "method", "source", "note", "topic", "citation", "model",
    "subject", "paper", "stage", "comment", "status", "formula", "computed", "document",
))  # fmt: skip
_TEXTS = frozenset(
    [
        "device",
        "hardware",
        "gpu",
        "accelerator",
        "model",
        "subject",
        "paper",
        "source",
        "stage",
        "region",
        "place",
        "cloud",
        "basis",
        "statistic",
        "contract",
        "tier",
        "license",
        "licence",
        "component",
        "label",
        "task",
        "dataset",
        "column",
        "provider",
        "precision",
        "weight_precision",
        "dtype",
        "quantization",
        "quantisation",
        "architecture",
    ]
)
DERIVED = ("implied", "computed", "recomputed")
"""Beginnings of names of what a reader of the document worked out: no input of its authors'."""
_UNIT_OF_METHOD = {"energy": "kWh", "water": "L", "carbon": "kgCO2e"}
_TRUE = frozenset({"true", "yes", "1"})


def claims_of_rows(rows: Sequence[object], document: str) -> tuple[Claim, ...]:
    """Read rows; what is no mapping is left out."""
    found: list[Claim] = []
    for number, row in enumerate(rows[:MOST_ROWS], 1):
        if isinstance(row, dict):
            found.extend(claims_of_row(row, document, number))
    return tuple(found)


def claims_of_row(row: Mapping[str, Any], document: str, number: int = 1) -> Iterator[Claim]:
    """Read one row; it has as many claims as it claims quantities."""
    where = next((str(row[key]) for key in _NAMES if row.get(key) not in (None, "")), "")
    where = where or f"row {number}"
    raw = row.get("inputs")
    if isinstance(raw, str):
        raw = _parsed(raw)
    if not isinstance(raw, (dict, list)):
        raw = {key: value for key, value in row.items() if _is_input(str(key))}
    reading = Inputs()
    reading.take(raw)
    for key in (*_TEXTS, "citation"):
        if isinstance(row.get(key), str):
            reading.texts.setdefault(key, row[key])
    method = str(row.get("method") or "").strip()
    for name, value in _claimed(row, method):
        claimed = quantity(CLAIMED, value)
        claimed = replace(claimed, name=name) if claimed is not None else None
        unread = list(reading.unread)
        if claimed is None:
            unread.append(f"the claim {_short(value)}")
        yield Claim(
            where, claimed, tuple(with_unit(reading.quantities, claimed)), method,
            MappingProxyType(dict(reading.texts)), frozenset(reading.flags), document,
            tuple(unread),
        )  # fmt: skip


def _is_input(key: str) -> bool:
    return key not in _META and not key.startswith("claimed")


def _claimed(row: Mapping[str, Any], method: str) -> Iterator[tuple[str, object]]:
    """Give each claimed quantity as a name and a text with its unit."""
    content = next((row[key] for key in _CLAIMED if row.get(key) is not None), None)
    if isinstance(content, str) and content.lstrip().startswith("{"):
        content = _parsed(content)
    unit = _first(row, "claimed_unit", "claimed.unit", "claimed unit", "unit")
    value = _first(row, "claimed_value", "claimed.value", "claimed value")
    if content is None and value is not None:
        content = {"value": value, "unit": unit or ""}
    if isinstance(content, dict) and "value" not in content:
        for name, each in content.items():
            yield str(name), _with_unit(each, "", _UNIT_OF_METHOD.get(str(name), ""))
        return
    if isinstance(content, list):
        for each in content[:MOST_ROWS]:
            yield "claimed", _with_unit(each, str(unit or ""), _UNIT_OF_METHOD.get(method, ""))
        return
    if content is None:
        yield from ()
        return
    yield "claimed", _with_unit(content, str(unit or ""), _UNIT_OF_METHOD.get(method, ""))


def _with_unit(content: object, unit: str, otherwise: str) -> object:
    if isinstance(content, dict):
        given = content.get("unit", unit)
        unit = str(given if given is not None else "")
        content = content.get("value")
    if isinstance(content, bool) or not isinstance(content, (str, int, float)):
        return None
    if isinstance(content, str):
        bare = re.fullmatch(r"[\s\d.,+\-−eE_]+", content) is not None
        return f"{content} {unit or otherwise}" if bare else content
    text = f"{content:.0f}" if _whole(content) else repr(content)
    return f"{text} {unit or otherwise}".strip()


def _whole(number: float) -> bool:
    return abs(number) < 1e15 and float(number).is_integer()  # noqa: PLR2004


class Inputs:
    """What is read of a row's inputs, however they are nested."""

    def __init__(self) -> None:
        self.quantities: list[Quantity] = []
        self.texts: dict[str, str] = {}
        self.flags: set[str] = set()
        self.unread: list[str] = []
        self._groups = 0
        self._group = 0

    def take(self, content: object, name: str = "", depth: int = 0) -> None:
        """Take all that is below `content`."""
        if depth > _DEEP or content is None or content == "":
            return
        if isinstance(content, dict):
            self._mapping(content, name, depth)
        elif isinstance(content, list):
            self._list(content, name, depth)
        else:
            self._one(content, name)

    def _mapping(self, content: Mapping[str, Any], name: str, depth: int) -> None:
        if "value" in content and isinstance(content["value"], (int, float, str)):
            self._one(_with_unit(content, "", ""), name)
            return
        component = str(content.get("component") or "")
        for key, value in content.items():
            inner = f"{name}_{key}" if name and str(key) in {"total", "value"} else str(key)
            if inner == "energy" and (name == "idle" or component):
                inner = f"{component or 'idle'}_energy"
            self.take(value, inner, depth + 1)

    def _list(self, content: Sequence[object], name: str, depth: int) -> None:
        for number, each in enumerate(content[:MOST_ROWS], 1):
            if isinstance(each, (dict, list)):
                self._groups += 1
                before, self._group = self._group, self._groups
                self.take(each, name, depth + 1)
                self._group = before
                continue
            part = quantity(name, each, part_of=name or "rows")
            if part is None:
                self.unread.append(f"{name}[{number}]")
            else:
                self.quantities.append(part)

    def _one(self, content: object, name: str) -> None:
        key = name.lower()
        if key.startswith(DERIVED):
            return
        if isinstance(content, bool) or (key in _FLAGS and str(content).lower() in _TRUE):
            if str(content).lower() in _TRUE:
                self.flags.add(_FLAGS.get(key, key))
            return
        found = quantity(name, content)
        if key in _TEXTS and isinstance(content, str) and (found is None or not _physical(found)):
            found = None
        if found is not None:
            self.quantities.append(replace(found, group=self._group))
        elif isinstance(content, str):
            self.texts[key] = content[:200]
            if key not in _TEXTS and content[:1].isdigit():
                self.unread.append(f'{name} "{content[:40]}"')


def _physical(found: Quantity) -> bool:
    return any(found.dimension.uncounted())


_FLAGS = {
    "included": "included", "pue_included": "included", "includes_pue": "included",
    "facility_included": "included", "custom": "custom", "intensity_is_custom": "custom",
    "market_based": "market",
}  # fmt: skip


def with_unit(inputs: Sequence[Quantity], claimed: Quantity | None) -> Iterator[Quantity]:
    """Give bare numbers the claim's unit, where they can only be parts of it.

    That is so for lists, and where several numbers stand alone and none has a unit.
    """
    alone = len(inputs) > 1 and all(each.bare and each.role in _UNSAID for each in inputs)
    for each in inputs:
        listed = each.part_of and (
            each.bare or claimed is None or (each.text.partition(" ")[2] not in each.name
            and each.dimension != claimed.dimension)
        )  # fmt: skip
        if claimed is None or not (alone or listed):
            yield each
            continue
        unit = claimed.text.partition(" ")[2]
        unit = unit if any(claimed.dimension) or "%" in unit else ""
        printed = each.text.partition(" ")[0]
        made = quantity("part" if alone else each.name, f"{printed} {unit}", unit, each.part_of)
        yield replace(made, name=each.name) if made is not None else each


_UNSAID = frozenset({
    "other", "devices", "count", "embodied", "share", "idle_energy", "overhead", "energy", "carbon",
    "water", "each", "utilisation",
})  # fmt: skip


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever it holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _first(row: Mapping[str, Any], *names: str) -> object:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _short(value: object) -> str:
    return f'"{str(value)[:60]}"'
