"""Totals in a column, of others or of devices and hours: if most rows fit, the others should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.quantity import CLAIMED, renamed
from submeter.disclosures.audit.reach import reach, total
from submeter.disclosures.readers.scopes import wholes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.readers.columns import Column

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
    found: dict[str, list[tuple[str, Quantity, tuple[Quantity, ...]]]] = {}
    for where, cells in rows:
        for kind in _KINDS:
            for (column, one), cells_of in wholes(
                [each for each in cells if _is_amount(each, kind)]
            ):
                row = (where, one, tuple(value for _, value in cells_of))
                found.setdefault(column.heading, []).append(row)
    for made in found.values():
        fits = sum(agrees(whole.number, total(parts)) for _, whole, parts in made)
        if fits < LEAST or 2 * fits < len(made):
            continue
        for where, one, parts in made:
            claimed = renamed(one, CLAIMED, one.role)
            yield Claim(f"{where}: {one.name}", claimed, parts, document=document)


def claims_of_hours(
    rows: Sequence[tuple[str, Sequence[tuple[Column, Quantity]]]], document: str
) -> Iterator[Claim]:
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
            made.append((where, named[0], (devices[0], hours[0])))
    fits = sum(agrees(used.number, reach(one) * reach(two)) for _, used, (one, two) in made)
    for where, used, inputs in made if fits >= LEAST and 2 * fits >= len(made) else ():
        claimed = renamed(used, CLAIMED, used.role)
        yield Claim(f"{where}: {used.name}", claimed, inputs, document=document)


def _is_amount(cell: tuple[Column, Quantity], kind: str) -> bool:
    column, value = cell
    return column.role == kind and not column.flags and value.dimension.pieces == 0
