"""What is published of a facility, PUE and WUE: of a site, else of its fleet, by year."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.quantities.factor import Z95
from submeter.reference.factors.registry import year_of

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor
    from submeter.reference.factors.gazetteer import Spot
    from submeter.reference.factors.registry import Registry

SITE_DRIFT = 0.147
"""Standard deviation of ln(PUE - 1) of a site from one year to the next [1]: ``site_drift_sigma``
in the sidecar of the table."""

HELD_UNTIL = 2026
"""The year until which the interval of a site's PUE holds that drift, from the row's year on."""


def of_spot(spot: Spot, key: str, registry: Registry, notes: list[str], year: int | None) -> Factor:
    """Give what is known of the facility of a spot.

    Parameters
    ----------
    spot : Spot
        Where the work ran.
    key : str
        ``pue`` or ``wue``.
    registry : Registry
        Where factors come from.
    notes : list of str
        Each fallback taken is added.
    year : int or None
        The year of the work; by default the newest value.

    Returns
    -------
    Factor
        The user's own of the place, else the site's, else its fleet's: that of the year, where none
        was published the newest before it, else the oldest after it; else that of an unknown
        facility. Its id is that of the place, for its years are one unknown.
    """
    stem = f"{key}/{spot.code}"
    own, site = registry.get(stem), of_year(stem, registry, year)
    if own is not None and (site is None or year_of(site) != year):
        return own
    if site is not None:
        if year not in {None, year_of(site)}:
            notes.append(f"{key}: {spot.code} has none of {year}, so it is that of {site.period}")
        return site
    fleet = of_year(f"{key}/{spot.fleet}", registry, year) if spot.fleet else None
    if fleet is not None:
        note = f"{key}: the fleet of {spot.fleet} in {fleet.period}, for a site in it"
        is_other = year not in {None, year_of(fleet)}
        notes.append(f"{note}; none is known of {year}" if is_other else note)
        return fleet
    notes.append(f"{key}: the facility is not known")
    return registry.factor(f"{key}/unknown")


def of_year(stem: str, registry: Registry, year: int | None) -> Factor | None:
    """Give the value of a site or fleet for a year; None if there is none of any.

    Parameters
    ----------
    stem : str
        ``pue/aws/us-east-2``, ``wue/gcp``: the id of the result, for its years are one unknown.
    registry : Registry
        Where factors come from.
    year : int or None
        That year's; where there is none, the newest before it, else the oldest after it. By default
        the newest.

    Examples
    --------
    >>> from submeter.reference.factors.registry import shipped
    >>> [of_year("pue/gcp", shipped(), year).period for year in (2022, 2005, None)]
    ['2021', '2008', '2024']
    """
    rows = registry.years(f"{stem}/")
    if not rows:
        return None
    if year is None:
        found = max(rows, key=year_of)
    else:
        found = min(rows, key=lambda each: (year_of(each) > year, abs(year_of(each) - year)))
        is_pue_of_site = stem.startswith("pue/") and stem.count("/") > 1
        found = _drifted(found, year) if is_pue_of_site else found
    return replace(found, id=stem, period=found.period or str(year_of(found)))


def _drifted(pue: Factor, year: int) -> Factor:
    """Widen a site's PUE where the year lies farther away than its own interval holds.

    Notes
    -----
    In logarithms of the overhead ``PUE - 1`` each end moves to
    ``sqrt(d^2 + more (1.96 SITE_DRIFT)^2)`` from the value, with ``d`` its own distance and
    ``more`` the years beyond those that the row holds.
    """
    away = abs(year_of(pue) - year)
    more = away - (HELD_UNTIL - year_of(pue))
    if more <= 0 or not 1 < pue.low < pue.value < pue.high:
        return pue
    overhead = pue.value - 1

    def farther(end: float) -> float:
        return math.exp(math.hypot(math.log((end - 1) / overhead), Z95 * SITE_DRIFT * more**0.5))

    return replace(pue, low=1 + overhead / farther(pue.low), high=1 + overhead * farther(pue.high))
