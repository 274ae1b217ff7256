"""Totals in a column, of others or of devices and hours: if most rows fit, the others should."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.quantity import CLAIMED, renamed
from submeter.disclosures.audit.reach import reach, total
from submeter.disclosures.readers.scopes import wholes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.audit.reach import Reach
    from submeter.disclosures.readers.columns import Column

    Cell = tuple[Column, Quantity]

_KINDS = ("energy", "carbon", "water")
LEAST = 2
"""Rows that must add up for a column to be taken for their total; half of all, too."""


def claims_of_totals(rows: Sequence[tuple[str, Sequence[Cell]]], document: str) -> Iterator[Claim]:
    """Give the totals of rows with their parts, where a column is the total of others.

    Parameters
    ----------
    rows : sequence of pair
        The name of each row, and its cells.
    document : str
        The file.
    """
    found: dict[str, list[_Made]] = {}
    for where, cells in rows:
        for kind in _KINDS:
            amounts = [each for each in cells if _is_amount(each, kind)]
            for (column, one), others in wholes(amounts):
                parts = tuple(value for _, value in others)
                found.setdefault(column.heading, []).append(_Made(where, one, parts, total(parts)))
    for made in found.values():
        yield from _where_most_fit(made, document)


def claims_of_hours(rows: Sequence[tuple[str, Sequence[Cell]]], document: str) -> Iterator[Claim]:
    """Give hours of devices with the devices and the hours that they ran.

    Parameters
    ----------
    rows : sequence of pair
        The name of each row, and its cells.
    document : str
        The file.
    """
    made = []
    for where, cells in rows:
        named, devices, hours = (
            [value for each, value in cells if each.role == role]
            for role in ("device_hours", "devices", "hours")
        )
        if len(named) == len(devices) == len(hours) == 1:
            parts = (devices[0], hours[0])
            made.append(_Made(where, named[0], parts, reach(parts[0]) * reach(parts[1])))
    yield from _where_most_fit(made, document)


class _Made(NamedTuple):
    """A figure of a row, what it may be made from, and what that comes to."""

    where: str
    whole: Quantity
    parts: tuple[Quantity, ...]
    reach: Reach


def _where_most_fit(made: Sequence[_Made], document: str) -> Iterator[Claim]:
    fits = sum(agrees(each.whole.number, each.reach) for each in made)
    if fits < LEAST or 2 * fits < len(made):
        return
    for where, whole, parts, _ in made:
        claimed = renamed(whole, CLAIMED, whole.role)
        yield Claim(f"{where}: {whole.name}", claimed, parts, document=document)


def _is_amount(cell: Cell, kind: str) -> bool:
    column, value = cell
    return column.role == kind and not column.flags and value.dimension.pieces == 0
