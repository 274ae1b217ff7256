"""Finding published values: by a text, by a place and a year, and all that stands beside one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from submeter.errors import RegionError
from submeter.reference.catalogue.factors import as_published
from submeter.reference.factors import electricity, facilities, gazetteer
from submeter.reference.factors.history import history
from submeter.reference.factors.places import place
from submeter.reference.factors.registry import year_of

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

_YEAR = re.compile(r"(?:19|20)\d\d")
_FACILITY = ("pue", "wue")
_OF_PLACE = ("grid", *_FACILITY, "ewif", "adpe", "primary", "price")
"""What an account takes of a place, as `Place` and the ids of factors call it."""


def published(text: str, registry: Registry, *, every: bool = False) -> tuple[Factor, ...]:
    """Give every published value of the grids that a text names, of its year or of every year.

    Parameters
    ----------
    text : str
        Words of a place's name or code, and a year: ``France 2023``.
    registry : Registry
        Where today's values and the user's own come from.
    every : bool
        Whether to give every year where the text names none.

    Returns
    -------
    tuple of Factor
        The user's own first, then by place, newest year first, in the order in which they would be
        taken; empty where the text names no place, or neither a year nor all are asked for.
    """
    rest, years = years_in(text)
    if not years and not every:
        return ()
    codes = [spot.code for spot in gazetteer.named(rest)]
    found = [each for code in codes for each in registry.own_grids(code)]
    for code in codes:
        rows = history().of(code)
        order = {row.id: place for place, row in enumerate(rows)}
        found += sorted(rows, key=lambda row: (-year_of(row), order[row.id]))
    return tuple(each for each in found if not years or year_of(each) in years)


def years_in(text: str) -> tuple[str, list[int]]:
    """Split a text into its words and its years: ``France 2023``."""
    words = text.split()
    years = [int(word) for word in words if _YEAR.fullmatch(word)]
    return " ".join(word for word in words if not _YEAR.fullmatch(word)), years


def taken(text: str, registry: Registry, year: int | None = None) -> tuple[Factor, ...]:
    """Give what an account takes of the places that bear a name, such as ``SE3``.

    Parameters
    ----------
    text : str
        The name.
    registry : Registry
        Where factors come from.
    year : int, optional
        The year of the work; by default the tables of today.

    Returns
    -------
    tuple of Factor
        The grid of each, then what else is published of the place itself or of its country.
    """
    found = []
    for spot in gazetteer.called(text):
        here = place(spot.code, registry, year)
        rest = (getattr(here, kind) for kind in _OF_PLACE[1:])
        found += [here.grid, *(each for each in rest if each and not _is_anywhere(each))]
    return tuple(dict.fromkeys(found))


def _is_anywhere(factor: Factor) -> bool:
    return factor.id.endswith(("/unknown", "/world"))


def as_taken(factor: Factor, registry: Registry, year: int) -> Factor:
    """Give what an account of work of a year takes for what a factor describes, else itself."""
    return _of_place(factor.id, registry, year) or factor


def _of_place(factor_id: str, registry: Registry, year: int) -> Factor | None:
    kind, _, code = factor_id.partition("/")
    if kind not in _OF_PLACE:
        return None
    try:
        found: Factor | None = getattr(place(code, registry, year), kind)
    except RegionError:  # a fleet, a survey, or a row of one year
        found = facilities.of_year(factor_id, registry, year)
    return found if found is not None and found.id == factor_id else None


def any_factor(factor_id: str, registry: Registry, year: int | None = None) -> Factor:
    """Give the factor of an id: a row's, or a place's as an account of a year takes it.

    Parameters
    ----------
    factor_id : str
        The id.
    registry : Registry
        Where factors come from.
    year : int, optional
        The year of the work; by default the tables of today.

    Raises
    ------
    UsageError
        If there is none, with the nearest ids.
    """
    known = _of_place(factor_id, registry, year) if year is not None else None
    if known is not None:
        return known
    kind, _, rest = factor_id.partition("/")
    known = registry.get(factor_id)
    if known is None and kind == "grid":
        region = "/".join(rest.split("/")[:-2])
        known = next((each for each in history().of(region) if each.id == factor_id), None)
    if known is None and kind in electricity.KINDS:
        known = next((each for each in _by_mix(kind, rest, registry) if each.id == factor_id), None)
    if known is None and kind.startswith("embodied"):
        made = as_published(factor_id.rpartition("/")[0])
        known = next((each for each in made if each.id == factor_id), None)
    if known is None and kind in _FACILITY:
        known = facilities.of_year(factor_id, registry, None)
    return known if known is not None else registry.factor(factor_id)


def _by_mix(kind: str, rest: str, registry: Registry) -> list[Factor]:
    """Give what a kWh takes in each earlier year of a country, where it is made of its mix."""
    region = rest.partition("/")[0]
    newest, each = registry.get(f"{kind}/{region}"), registry.technologies(kind)
    if newest is None or not each:
        return []
    years = (int(mix.period) for mix in electricity.mixes_of(region))
    return [electricity.of_year(newest, year, each) for year in years]


def beside(factor: Factor, registry: Registry) -> tuple[Factor, ...]:
    """Give what else is published of what a factor describes, newest first."""
    kind, _, rest = factor.id.partition("/")
    if kind == "grid":
        region = region_of(factor)
        rows = [*registry.own_grids(region), *history().of(region)]
    else:
        stem = rest.rpartition("/")[0] or rest
        rows = [each for key, each in registry.factors.items() if key.startswith(f"{kind}/{stem}/")]
        rows += _by_mix(kind, rest, registry) if kind in electricity.KINDS else []
        rows += as_published(factor.id)
    same = (factor.period, factor.source.id)
    others = [
        each for each in rows if each.id != factor.id and (each.period, each.source.id) != same
    ]
    return tuple(sorted(others, key=lambda each: -year_of(each)))


def region_of(factor: Factor) -> str:
    """Give the code of the place that a grid's factor is of, whether of today or of a year."""
    rest = factor.id.partition("/")[2]
    parts = rest.split("/")
    is_of_year = len(parts) > 2 and parts[-2] == factor.period  # noqa: PLR2004 - place, year, who
    return "/".join(parts[:-2]) if is_of_year else rest


def users(factor: Factor) -> tuple[str, ...]:
    """Give the cloud regions whose account takes a grid when no year is asked for."""
    code = factor.id.partition("/")[2]
    if not factor.id.startswith("grid/"):
        return ()
    return tuple(row["id"] for row in gazetteer.cloud_regions() if row["grid"] == code)


def age(factor: Factor, year: int) -> int | None:
    """Give how many years before `year` the time lies that a factor describes; None if undated."""
    known = year_of(factor)
    return year - known if known else None
