"""The place of a piece of work: what was stated, on top of what is published for its region."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from submeter.quantities.energy import JOULES_PER_KWH
from submeter.quantities.parsing import parse
from submeter.quantities.price import parse_price
from submeter.reference.factors.own import with_own
from submeter.reference.factors.places import place
from submeter.runs.stated import PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.reference.factors.places import Place
    from submeter.reference.factors.registry import Registry

NAMES = PLACE
"""The settings that state a place."""

FILES = "factors"
"""The setting that names files of factors of the user's own. It is no part of a place: an entry
does not record it, and is accounted for by the files of whoever reads it."""

_STATED = ": stated ("


def known_by(files: str) -> Registry:
    """Give what is published, with the files of the user's own that the setting names.

    Raises
    ------
    FactorTableError
        If one cannot be read, or a row is not a factor.
    """
    return with_own(tuple(name for name in files.split(os.pathsep) if name))


def year_of(start: int, end: int) -> int:
    """Give the year, in UTC, of a piece of work [ns UTC]: that of its middle.

    Examples
    --------
    >>> year_of(1_767_225_000_000_000_000, 1_767_226_600_000_000_000)  # around New Year's midnight
    2026
    """
    return datetime.fromtimestamp((start + end) / 2e9, UTC).year


def of_record(recorded: Mapping[str, str], year: int | None = None) -> Place:
    """Resolve the ``place`` of an entry; what was not stated is the world's spread.

    Parameters
    ----------
    recorded : mapping of str to str
        What was stated.
    year : int, optional
        The year of the work, whose grid it takes; the table of today's grids where it is not known.

    Raises
    ------
    RegionError
        If no table knows the region.
    QuantityError
        If a stated quantity has another dimension, or cannot be.
    FactorTableError
        If a file of factors cannot be used.
    """
    found = _published(recorded.get("region") or "", recorded.get(FILES, ""), year)
    where = recorded.get("from", "stated")
    grid, pue, wue, price = (recorded.get(name, "") for name in NAMES[1:])
    told = found.with_stated(
        where,
        grid=parse(grid, "carbon intensity", "grid") * 1e3 * JOULES_PER_KWH if grid else None,
        pue=parse(pue, "ratio", "pue") if pue else None,
        wue=parse(wue, "water intensity", "wue") * JOULES_PER_KWH if wue else None,
        price=parse_price(price, "price") if price else None,
    )
    # What was stated is neither left out nor fallen back on.
    return replace(told, notes=tuple(each for each in told.notes if _STATED not in each))


@lru_cache(maxsize=1024)
def _published(region: str, files: str, year: int | None) -> Place:
    """Give what is published of a region; the entries of a job ask for the same again and again."""
    return place(region or None, known_by(files), year)
