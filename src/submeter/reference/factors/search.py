"""Finding published values: by a text, by a place and a year, and all that stands beside one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from submeter.reference.factors import electricity, gazetteer
from submeter.reference.factors.history import history

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

_YEAR = re.compile(r"(?:19|20)\d\d")


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
    words = text.split()
    years = [int(word) for word in words if _YEAR.fullmatch(word)]
    if not years and not every:
        return ()
    rest = " ".join(word for word in words if not _YEAR.fullmatch(word))
    codes = [spot.code for spot in gazetteer.named(rest)]
    found = [each for code in codes for each in registry.own_grids(code)]
    for code in codes:
        rows = history().of(code)
        order = {row.id: place for place, row in enumerate(rows)}
        found += sorted(rows, key=lambda row: (-_year(row), order[row.id]))
    return tuple(each for each in found if not years or _year(each) in years)


def today(text: str, registry: Registry) -> tuple[Factor, ...]:
    """Give today's grid of the places that bear a name, such as ``aws/ca-central-1`` or ``SE3``."""
    found = []
    for spot in gazetteer.called(text):
        codes = (spot.code, spot.grid, spot.country)
        grids = (registry.get(f"grid/{code}") for code in codes)
        found += [next(each for each in (*grids, registry.get("grid/world")) if each)]
    return tuple(dict.fromkeys(found))


def any_factor(factor_id: str, registry: Registry) -> Factor:
    """Give the factor of an id, of today or of a year.

    Raises
    ------
    UsageError
        If there is none, with the nearest ids.
    """
    kind, _, rest = factor_id.partition("/")
    known = registry.get(factor_id)
    if known is None and kind == "grid":
        region = "/".join(rest.split("/")[:-2])
        known = next((each for each in history().of(region) if each.id == factor_id), None)
    if known is None and kind in electricity.KINDS:
        known = next((each for each in _by_mix(kind, rest, registry) if each.id == factor_id), None)
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
    same = (factor.period, factor.source.id)
    others = [
        each for each in rows if each.id != factor.id and (each.period, each.source.id) != same
    ]
    return tuple(sorted(others, key=lambda each: -_year(each)))


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


def _year(factor: Factor) -> int:
    found = _YEAR.findall(factor.period)
    return int(found[-1]) if found else 0


def age(factor: Factor, year: int) -> int | None:
    """Give how many years before `year` the time lies that a factor describes; None if undated."""
    known = _year(factor)
    return year - known if known else None
