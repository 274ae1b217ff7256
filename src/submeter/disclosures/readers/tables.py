"""A paper's table: what each row claims, from its own columns, and what its totals add up to."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.quantity import CLAIMED, quantity, renamed
from submeter.disclosures.readers.columns import LABELS, Column, column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from submeter.disclosures.audit.quantity import Quantity

MOST_COLUMNS = 200
_CLAIMS = ("carbon", "water", "energy")
_FROM = {
    "carbon": frozenset({
        "energy", "power", "hours", "device_hours", "devices", "grid", "market", "pue",
        "utilisation", "idle_energy",
    }),
    "water": frozenset({
        "energy", "power", "hours", "device_hours", "devices", "wue", "ewif", "pue", "utilisation",
    }),
    "energy": frozenset({"power", "hours", "device_hours", "devices", "pue", "utilisation"}),
}  # fmt: skip
"""What a quantity is made from."""
_EXTENSIVE = frozenset({"carbon", "water", "energy", "device_hours", "idle_energy", "count"})
_TOTAL = re.compile(r"^\W*(?:grand\s+|sub)?(total|sum|all|overall)\b", re.IGNORECASE)
_TEXTS = ("device", "hardware", "gpu", "accelerator", "region", "stage", "paper", "contract")

Cells = tuple[tuple[Column, "Quantity"], ...]


def claims_of_table(
    heading: Sequence[str], rows: Sequence[Sequence[str]], document: str, where: str = ""
) -> tuple[Claim, ...]:
    """Read a table.

    Parameters
    ----------
    heading : sequence of str
        Its headings.
    rows : sequence of sequence of str
        Its cells.
    document, where : str
        The file, and the table in it.
    """
    columns = [column(each) for each in heading[:MOST_COLUMNS]]
    found: list[Claim] = []
    above: list[Cells] = []
    for number, row in enumerate(rows, 1):
        cells, texts = _cells(columns, row)
        label = _label(columns, row) or f"row {number}"
        name = f"{where} {label}".strip()
        if _TOTAL.match(label) and above:
            found.extend(_sums(name, cells, above, document))
            above = []
            continue
        found.extend(_claims(name, cells, texts, document))
        above.append(cells)
    return tuple(found)


def _cells(columns: Sequence[Column], row: Sequence[str]) -> tuple[Cells, dict[str, str]]:
    cells: list[tuple[Column, Quantity]] = []
    texts: dict[str, str] = {}
    for each, raw in zip(columns, row, strict=False):
        text = str(raw).strip()
        low = each.name.lower()
        if not each.role or low in _TEXTS:
            if text and (low in _TEXTS or low == "model"):
                texts[low] = text[:200]
            if not each.role:
                continue
        key = re.sub(r"[\s-]+", "_", each.name) or each.role
        made = quantity(key, text, each.unit)
        if made is not None:
            cells.append((each, renamed(made, each.heading, each.role)))
    return tuple(cells), texts


def _label(columns: Sequence[Column], row: Sequence[str]) -> str:
    for wanted in LABELS:
        for each, raw in zip(columns, row, strict=False):
            if each.name.lower() == wanted and str(raw).strip():
                return str(raw).strip()[:80]
    first = str(row[0]).strip() if row else ""
    return first[:80] if columns and not columns[0].role else ""


def _claims(where: str, cells: Cells, texts: Mapping[str, str], document: str) -> Iterator[Claim]:
    for role in _CLAIMS:
        made = [(each, value) for each, value in cells if each.role == role]
        inputs = tuple(value for each, value in cells if each.role in _FROM[role])
        for each, value in made:
            suffix = f": {each.heading}" if len(made) > 1 or role != made[0][0].role else ""
            flags = each.flags
            if role == "energy" and len(made) > 1:
                continue  # parts beside one another: which of them is the whole is not said
            yield Claim(
                f"{where}{suffix}", renamed(value, CLAIMED, value.role), inputs, "",
                MappingProxyType(dict(texts)), flags, document,
            )  # fmt: skip


def _sums(where: str, cells: Cells, above: Sequence[Cells], document: str) -> Iterator[Claim]:
    for each, value in cells:
        if each.role not in _EXTENSIVE:
            continue
        parts = tuple(part for row in above for other, part in row if other.heading == each.heading)
        if len(parts) > 1 and len(parts) == len(above):
            listed = tuple(renamed(part, "", part.role) for part in parts)
            yield Claim(
                f"{where}: {each.heading}", renamed(value, CLAIMED, value.role), listed,
                flags=each.flags, document=document,
            )  # fmt: skip
