"""Totals in a column: where most rows add up to them, the others should."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.quantity import CLAIMED, renamed
from submeter.disclosures.audit.reach import total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.readers.columns import Column

_WHOLE = re.compile(r"\b(?:total|sum|overall|combined)\b", re.IGNORECASE)
_KINDS = ("energy", "carbon", "water")
LEAST = 2
"""Rows that must add up for a column to be taken for their total; half of all, too."""


def claims_of_totals(
    rows: Sequence[tuple[str, Sequence[tuple[Column, Quantity]]]], document: str
) -> Iterator[Claim]:
    """Give the totals of rows with their parts, where a column is the total of others.

    Parameters
    ----------
    rows : sequence of pair
        The name of each row, and its cells.
    document : str
        The file.
    """
    for kind in _KINDS:
        made = [(where, *found) for where, cells in rows if (found := _split(cells, kind))]
        fits = [agrees(whole.number, total(parts)) for _, whole, parts in made]
        if sum(fits) < LEAST or 2 * sum(fits) < len(made):
            continue
        for where, whole, parts in made:
            claimed = renamed(whole, CLAIMED, kind)
            yield Claim(f"{where}: {whole.name}", claimed, parts, document=document)


def _split(
    cells: Sequence[tuple[Column, Quantity]], kind: str
) -> tuple[Quantity, tuple[Quantity, ...]] | None:
    """Split the cells of a kind into a total and its parts."""
    found = [(column, value) for column, value in cells if column.role == kind]
    found = [each for each in found if not each[0].flags and each[1].dimension.pieces == 0]
    wholes = [value for column, value in found if _WHOLE.search(_words(column.heading))]
    parts = [value for column, value in found if not _WHOLE.search(_words(column.heading))]
    if len(wholes) != 1 or len(parts) < 2:  # noqa: PLR2004 - a sum
        return None
    return wholes[0], tuple(parts)


def _words(heading: str) -> str:
    return re.sub(r"[_\W]+", " ", heading)
