"""Data that a row points at: a CSV beside the audited file, by column and by what its rows say."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.quantity import quantity
from submeter.disclosures.audit.units import GRID
from submeter.literature import power_hungry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity

LARGEST = 64 << 20
"""Bytes of a data file that are read."""
_MOST = 1_000_000


def with_data(claim: Claim, folder: Path) -> Claim:
    """Give a claim with the values that its ``csv`` and ``column`` point at.

    The file must lie in the folder of the audited one: a document names no path of its own. Other
    texts of the inputs select rows, where they are columns of the file. A stated number ``n`` of
    rows must be met, else the selection is another than the publication's. A grid that is claimed
    of CodeCarbon's columns is their emissions over their energy. A grid that is quoted from the
    paper whose runs come with Submeter, and made from nothing that is stated, is held against them.
    """
    claimed = claim.claimed
    name = claim.texts.get("csv", "") or (SHIPPED if _is_of_paper(claim) else "")
    if not name or claimed is None:
        return claim
    name = name.replace("\\", "/").rpartition("/")[2]
    rows = _chosen(_rows(folder / name) or _shipped(name), claim)
    stated = [each for each in claim.inputs if each.name == "n"]
    if not rows or (stated and stated[0].value != len(rows)):
        return replace(claim, inputs=())
    column = claim.texts.get("column", "")
    if not column and claimed.dimension == GRID:
        return replace(claim, inputs=tuple(_sums(rows)))
    unit = claimed.text.partition(" ")[2]
    values = (quantity("value", row.get(column) or "", unit, column) for row in rows)
    return replace(claim, inputs=tuple(each for each in values if each is not None))


def _is_of_paper(claim: Claim) -> bool:
    cited = PAPER in f"{claim.texts.get('source', '')} {claim.texts.get('citation', '')}"
    is_grid = claim.claimed is not None and claim.claimed.dimension == GRID
    return cited and is_grid and not claim.of("energy", "carbon")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.is_symlink() or path.stat().st_size > LARGEST:
            return []
        text = path.read_text(encoding="utf-8-sig")
        return [
            row for row, _ in zip(csv.DictReader(io.StringIO(text)), range(_MOST), strict=False)
        ]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def _shipped(name: str) -> list[dict[str, str]]:
    """Give the runs behind "Power Hungry Processing", which come with Submeter."""
    if name != SHIPPED:
        return []
    return [
        {
            "task": run.task, "dataset": run.dataset, "model": run.model,
            "query_energy_consumed": repr(run.energy), "query_emissions": repr(run.emissions),
        }
        for run in power_hungry.runs()
    ]  # fmt: skip


def _chosen(rows: list[dict[str, str]], claim: Claim) -> list[dict[str, str]]:
    names = set(rows[0]) if rows else set()
    wanted = {key: value for key, value in claim.texts.items() if key in names}
    return [row for row in rows if all(row.get(key) == wanted[key] for key in wanted)]


def _sums(rows: list[dict[str, str]]) -> Iterator[Quantity]:
    for role, columns, unit in _OF_GRID:
        column = next((each for each in columns if each in rows[0]), "")
        values = (quantity(role, row.get(column) or "", unit) for row in rows)
        total = math.fsum(each.value for each in values if each is not None)
        made = quantity(role, f"{total!r} {unit}")
        if made is not None and total > 0:
            yield made


_OF_GRID = (
    ("carbon", ("query_emissions", "emissions"), "kgCO2e"),
    ("energy", ("query_energy_consumed", "energy_consumed"), "kWh"),
)
"""Columns of CodeCarbon that make a grid's intensity, and their units."""
SHIPPED = "power_hungry_query_runs.csv"
"""Name under which the shipped runs are pointed at."""
PAPER = "2311.16863"
"""Its number on arXiv: all its runs drew from one grid."""
