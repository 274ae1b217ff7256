"""Data that a row points at: a CSV beside the audited file, by column and by what its rows say."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.quantity import Quantity, quantity

if TYPE_CHECKING:
    from pathlib import Path

    from submeter.disclosures.audit.claim import Claim

LARGEST = 64 << 20
"""Bytes of a data file that are read."""
_MOST = 1_000_000


def with_data(claim: Claim, folder: Path) -> Claim:
    """Give a claim with the values that its ``csv`` and ``column`` point at.

    The file must lie in the folder of the audited one: a document names no path of its own. Other
    texts of the inputs select rows, where they are columns of the file. A stated number ``n`` of
    rows must be met, else the selection is another than the publication's.
    """
    name, column = claim.texts.get("csv", ""), claim.texts.get("column", "")
    if not name or not column or claim.claimed is None:
        return claim
    path = folder / name.replace("\\", "/").rpartition("/")[2]
    values = _values(path, column, claim)
    stated = [each for each in claim.inputs if each.name == "n"]
    if not values or (stated and stated[0].value != len(values)):
        return replace(claim, inputs=())
    return replace(claim, inputs=tuple(values))


def _values(path: Path, column: str, claim: Claim) -> list[Quantity]:
    try:
        if path.is_symlink() or path.stat().st_size > LARGEST:
            return []
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return []
    reader = csv.DictReader(io.StringIO(text))
    if column not in (reader.fieldnames or ()):
        return []
    wanted = {
        key: value for key, value in claim.texts.items()
        if key in (reader.fieldnames or ()) and key != column
    }  # fmt: skip
    unit = claim.claimed.text.partition(" ")[2] if claim.claimed else ""
    found = []
    for row, _ in zip(reader, range(_MOST), strict=False):
        if all(row.get(key) == value for key, value in wanted.items()):
            made = quantity("value", row.get(column) or "", unit, column)
            found += [made] if made is not None else []
    return found
