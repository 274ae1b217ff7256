"""A paper's table: what each row claims, from its own columns, and what its totals add up to."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.disclosures.audit.claim import BESIDE, Claim
from submeter.disclosures.audit.energy_ways import HELD
from submeter.disclosures.audit.quantity import CLAIMED, quantity, renamed
from submeter.disclosures.audit.units import RATIO, singular
from submeter.disclosures.readers.columns import LABELS, Column, column
from submeter.disclosures.readers.row_totals import claims_of_hours, claims_of_totals
from submeter.disclosures.readers.scopes import of_energy, readings
from submeter.disclosures.readers.work_columns import work_of_row

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
_OF_PIECES = frozenset({
    "energy", "idle_energy", "power", "hours", "device_hours", "carbon", "water",
})  # fmt: skip
"""Quantities that are of some number of pieces, as an intensity or a PUE is not."""
_TOTAL = re.compile(r"^\W*(?:grand\s+|sub)?(total|sum|all|overall)\b", re.IGNORECASE)
_TEXTS = (
    "device", "hardware", "gpu", "accelerator", "region", "country", "location", "provider",
    "stage", "precision", "paper", "contract",
)  # fmt: skip
_NAMES = {
    "gpu type": "gpu", "gpu model": "gpu", "hardware type": "hardware", "dtype": "precision",
    "compute region": "region", "cloud region": "region", "cloud provider": "provider",
}  # fmt: skip
"""Other headings of the same."""

_MARKS = re.compile(
    r"(?:\s*(?:\[\^?\w{1,3}\]|[*†‡§¶]{1,3}|(?<!10)(?<![A-Za-z])\^\w{1,2}\^?"
    r"|(?<=\d)(?<!10)[¹²³⁴-⁹]))+$"
)
"""Marks of footnotes behind a figure."""

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
    heading, rows = upright(heading, rows)
    columns = [column(each) for each in heading[:MOST_COLUMNS]]
    trained = any("train" in str(each).lower() for each in heading[:MOST_COLUMNS])
    found: list[Claim] = []
    above: list[tuple[str, Cells]] = []
    every: list[tuple[str, Cells]] = []
    for number, row in enumerate(rows, 1):
        cells, texts = _cells(columns, row)
        if trained:
            texts.setdefault("stage", "training")
        label = _label(columns, row) or f"row {number}"
        name = f"{where} {label}".strip()
        if _TOTAL.match(label) and above:
            found.extend(_sums(name, cells, above, document))
            above = []
            continue
        found.extend(_claims(name, cells, texts, document))
        found.extend(_physical(name, cells, work_of_row(heading, row), texts, document))
        above.append((label, cells))
        every.append((name, cells))
    found.extend((*claims_of_totals(every, document), *claims_of_hours(every, document)))
    return tuple(found)


def upright(
    heading: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Turn a table whose quantities stand in its first column, and its models in its heading.

    Examples
    --------
    >>> upright(["Metric", "A", "B"], [["GPU hours", "3", "4"], ["Power (W)", "400", "700"]])
    (['Metric', 'GPU hours', 'Power (W)'], [['A', '3', '400'], ['B', '4', '700']])
    """
    across = any(column(each).role for each in heading[1:])
    down = [row[0] for row in rows if row and column(str(row[0])).role]
    wide = len(heading)
    if across or len(down) < 2 or 2 * len(down) < len(rows) or wide < 2:  # noqa: PLR2004
        return heading, rows
    named = [row for row in rows if len(row) == wide]
    turned = [[str(row[at]) for row in named] for at in range(wide)]
    return (
        [str(heading[0]), *turned[0]],
        [[str(heading[at]), *turned[at]] for at in range(1, wide)],
    )


def _cells(columns: Sequence[Column], row: Sequence[str]) -> tuple[Cells, dict[str, str]]:
    cells: list[tuple[Column, Quantity]] = []
    texts: dict[str, str] = {}
    for each, raw in zip(columns, row, strict=False):
        text = _MARKS.sub("", str(raw).strip()).strip()
        low = _NAMES.get(each.name.lower(), each.name.lower())
        if not each.role or low in _TEXTS:
            if text and (low in _TEXTS or low == "model"):
                texts[low] = text[:200]
            if not each.role:
                continue
        key = re.sub(r"[\s-]+", "_", each.name) or each.role
        made = quantity(key, text, each.unit)
        if made is None or _unsaid(each, made):
            continue
        if not each.unit and not made.bare and made.role in _OF_PIECES:
            each = each._replace(role=made.role)  # noqa: PLW2901 - its unit stands in the cell
        cells.append((each, renamed(made, each.heading, each.role)))
    return tuple(cells), texts


def _unsaid(column: Column, made: Quantity) -> bool:
    """Tell whether a cell is of another thing than its column, or of a time that says no unit."""
    if column.role in _OF_PIECES and made.dimension == RATIO:
        return True  # a change, in per cent
    return made.bare and column.role == "hours" and "hour" not in column.name.lower()


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
        for each, value in made:
            suffix = f": {each.heading}" if len(made) > 1 or role != made[0][0].role else ""
            likely = readings(each, [other for other, _ in made], _inputs(role, value, cells))
            if role == "energy" and len(made) > 1:
                likely = of_energy(each, made, likely)
            if not likely:
                continue  # parts beside one another: which of them is the whole is not said
            held = {"included"} if any(HELD in one.flags for one, _ in likely[0]) else set()
            ways = [tuple(one for _, one in reading) for reading in likely]
            yield Claim(
                f"{where}{suffix}", renamed(value, CLAIMED, value.role), ways[0], "",
                MappingProxyType(dict(texts)), each.flags | held | {BESIDE}, document,
                readings=tuple(ways[1:]),
            )  # fmt: skip


def _physical(
    where: str, cells: Cells, work: tuple[Quantity, ...], texts: Mapping[str, str], document: str
) -> Iterator[Claim]:
    """Give what devices are held against: the work of a row with its time, energy or speed."""
    time = [value for each, value in cells if each.role in {"device_hours", "hours", "devices"}]
    energy = [value for each, value in cells if each.role == "energy"]
    alone = energy if len(energy) == 1 and energy[0].dimension.pieces == 0 else []
    if work and len([*work, *time, *alone]) > 1:
        told = MappingProxyType({**texts, "row": where[-200:]})
        yield Claim(where, None, (*work, *time, *alone), "", told, frozenset(), document)


def _inputs(role: str, claimed: Quantity, cells: Cells) -> list[tuple[Column, Quantity]]:
    """Give what a claim may be made from, of the same pieces as it is for."""
    noun = singular(claimed.unit.noun)
    of_noun = [each for each in cells if each[1].unit.noun and singular(each[1].unit.noun) == noun]
    counts = [each for each in of_noun if each[1].role == "count"]
    pieces = any(value.dimension.pieces < 0 for _, value in of_noun if value.role in _FROM[role])
    whole = claimed.dimension.pieces == 0
    found = []
    for each in cells:
        heading, value = each
        if heading.role not in _FROM[role]:
            continue
        if heading.role not in _OF_PIECES:
            found.append(each)
        elif value.dimension.pieces == 0:
            if whole or (len(counts) == 1 and not pieces):
                found.append(each)
        elif each in of_noun and not whole:
            found.append(each)
    return [*found, *counts] if not whole and not pieces and len(counts) == 1 else found


def _sums(
    where: str, cells: Cells, above: Sequence[tuple[str, Cells]], document: str
) -> Iterator[Claim]:
    for each, value in cells:
        if each.role not in _EXTENSIVE or value.dimension.pieces < 0:
            continue
        parts = tuple(
            renamed(part, label, part.role)
            for label, row in above for other, part in row if other.heading == each.heading
        )  # fmt: skip
        if len(parts) > 1 and len(parts) == len(above):
            yield Claim(
                f"{where}: {each.heading}", renamed(value, CLAIMED, value.role), parts,
                flags=each.flags - {HELD}, document=document,
            )  # fmt: skip
