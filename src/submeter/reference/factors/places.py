"""Places: where a workload runs, and what is known of that place's electricity and facility.

Nothing is assumed in silence: a place that is not stated is the world's spread, and each fallback
taken on the way is one of the place's notes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from submeter.errors import QuantityError, RegionError
from submeter.quantities.factor import stated
from submeter.reference.factors.registry import DATA, shipped
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

_OTHER_NAMES = {"amazon": "aws", "google": "gcp", "microsoft": "azure"}
_WORLD = {"world", "unknown"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a workload runs.

    Parameters
    ----------
    code : str
        Such as ``FR``, ``US-CA``, ``gcp/us-central1``, or ``world``.
    name, country : str
        Its name, and the ISO 3166 alpha-2 code of its country (empty for the world).
    grid : Factor
        Carbon intensity of its electricity [gCO2e/kWh].
    provider : str
        ``aws``, ``azure``, ``gcp``, or empty.
    pue : Factor
        Energy of the facility over that of its IT equipment [1].
    wue : Factor
        Water used on site for each kWh of IT equipment [L/kWh].
    ewif : Factor
        Water consumed in making each kWh of electricity [L/kWh].
    adpe, primary : Factor or None
        Mineral resources [kgSb_eq/kWh] and primary energy [MJ/kWh]; None where no row is known.
    notes : tuple of str
        Each fallback taken.
    """

    code: str
    name: str
    country: str
    grid: Factor
    provider: str
    pue: Factor
    wue: Factor
    ewif: Factor
    adpe: Factor | None = None
    primary: Factor | None = None
    notes: tuple[str, ...] = ()

    def with_stated(
        self,
        where: str,
        *,
        grid: float | None = None,
        pue: float | None = None,
        wue: float | None = None,
        ewif: float | None = None,
    ) -> Place:
        """Give this place with what the user stated instead of what was found.

        Parameters
        ----------
        where : str
            The flag or file that it was stated in.
        grid, pue, wue, ewif : float, optional
            In gCO2e/kWh, as a ratio, in L/kWh and in L/kWh.

        Raises
        ------
        QuantityError
            If one cannot be: a PUE below 1, anything else below 0.
        """
        given = {"grid": grid, "pue": pue, "wue": wue, "ewif": ewif}
        changed, notes = {}, list(self.notes)
        for key, value in given.items():
            if value is None:
                continue
            least = 1.0 if key == "pue" else 0.0
            if not math.isfinite(value) or value < least:
                raise QuantityError(f"a {key} of {value:g} is below {least:g}", where)
            old: Factor = getattr(self, key)
            changed[key] = stated(f"{key}/stated", value, old.unit, where)
            notes = [note for note in notes if not note.startswith(f"{key}:")]
            notes.append(f"{key}: stated ({where})")
        return replace(
            self,
            grid=changed.get("grid", self.grid),
            pue=changed.get("pue", self.pue),
            wue=changed.get("wue", self.wue),
            ewif=changed.get("ewif", self.ewif),
            notes=tuple(notes),
        )


@dataclass(frozen=True, slots=True)
class _Spot:
    code: str
    name: str
    country: str
    grid: str
    provider: str = ""
    fleet: str = ""


def place(text: str | None, registry: Registry | None = None) -> Place:
    """Resolve a place.

    Parameters
    ----------
    text : str or None
        ``FR``, ``FRA``, ``France``, ``US-CA``, ``California``, ``gcp/us-central1``, in any case;
        None, ``world`` or ``unknown`` for the unknown place.
    registry : Registry, optional
        Where factors come from; by default what comes with the package.

    Raises
    ------
    RegionError
        If no table knows it, or two places bear the name.

    Examples
    --------
    >>> place("france").code, place("California").code
    ('FR', 'US-CA')
    >>> place(None).grid.id
    'grid/world'
    """
    known = shipped() if registry is None else registry
    if text is None or text.strip().lower() in _WORLD:
        said = "no place was stated" if text is None else f"the place was stated as {text.strip()}"
        spot = _Spot("world", "the world: place unknown", "", "world")
        return _build(spot, known, [f"grid: {said}, so it is the world's spread"])
    return _build(_resolve(text.strip()), known, [])


def _resolve(text: str) -> _Spot:
    key = text.lower()
    head, slash, tail = key.partition("/")
    key = f"{_OTHER_NAMES.get(head, head)}{slash}{tail}"
    index = _index()
    spots = index.get(key, ())
    if len(spots) == 1:
        return spots[0]
    if spots:
        choices = " or ".join(f"{spot.code} ({spot.name})" for spot in spots)
        raise RegionError(f'"{text}" is the name of two places', fix=f"write {choices}")
    near = [f"{prefix}/{key}" for prefix in ("aws", "azure", "gcp") if f"{prefix}/{key}" in index]
    near += [f"us-{key}"] if f"us-{key}" in index and not near else []
    near = near or get_close_matches(key, index, 3, 0.6)
    spots = tuple(dict.fromkeys(spot for match in near for spot in index[match]))
    codes = [spot.code if "/" in spot.code else f"{spot.code} ({spot.name})" for spot in spots]
    fix = f"did you mean {', '.join(codes)}?" if codes else "see: submeter factors find TEXT"
    raise RegionError(f'"{text}" is not a place that any table knows', fix=fix)


@lru_cache(maxsize=1)
def _index() -> Mapping[str, tuple[_Spot, ...]]:
    index: dict[str, tuple[_Spot, ...]] = {}

    def enter(spot: _Spot, *keys: str) -> None:
        for key in {key.lower() for key in keys if key}:
            index[key] = (*index.get(key, ()), spot)

    for row in read_sealed(DATA / "countries.csv").rows:
        spot = _Spot(row["code"], row["name"], row["code"], row["code"])
        enter(spot, row["code"], row["alpha3"], row["name"], *row["aliases"].split(";"))
    for row in read_sealed(DATA / "grid_us_state.csv").rows:
        spot = _Spot(row["region"], row["name"], "US", row["region"])
        enter(spot, row["region"], row["name"])
    for row in read_sealed(DATA / "cloud_regions.csv").rows:
        country, grid, provider = row["country"], row["grid"], row["provider"]
        spot = _Spot(row["id"], row["name"], country, grid, provider, row["fleet"])
        enter(spot, row["id"])
    return index


def _build(spot: _Spot, registry: Registry, notes: list[str]) -> Place:
    grid = _grid(spot, registry, notes)
    pue = _facility(spot, "pue", registry, notes)
    wue = _facility(spot, "wue", registry, notes)
    ewif = _local(spot, "ewif", registry, notes)
    return Place(
        code=spot.code,
        name=spot.name,
        country=spot.country,
        grid=grid,
        provider=spot.provider,
        pue=pue,
        wue=wue,
        ewif=ewif if ewif is not None else registry.factor("ewif/world"),
        adpe=_local(spot, "adpe", registry, notes),
        primary=_local(spot, "primary", registry, notes),
        notes=tuple(notes),
    )


def _grid(spot: _Spot, registry: Registry, notes: list[str]) -> Factor:
    """Give the grid of the spot, else of its country, else the world's."""
    for code in dict.fromkeys((spot.grid, spot.country, "world")):
        factor = registry.get(f"grid/{code}") if code else None
        if factor is None:
            continue
        if spot.code not in {code, "world"}:
            whose = "the world's spread" if code == "world" else f"that of {code}"
            notes.append(f"grid: no value for {spot.code} itself, so it is {whose}")
        if "combustion" in factor.basis:
            notes.append("grid: combustion only; the high end of its interval covers fuel chains")
        return factor
    return registry.factor("grid/world")


def _facility(spot: _Spot, key: str, registry: Registry, notes: list[str]) -> Factor:
    """Give the newest value of the spot, else of its fleet, else that of an unknown facility."""
    own = registry.newest(f"{key}/{spot.code}/") if spot.provider else None
    if own is not None:
        return own
    fleet = registry.newest(f"{key}/{spot.fleet}/") if spot.fleet else None
    if fleet is not None:
        notes.append(f"{key}: the fleet of {spot.fleet} in {fleet.period}, for a site in it")
        return fleet
    notes.append(f"{key}: the facility is not known")
    return registry.factor(f"{key}/unknown")


def _local(spot: _Spot, key: str, registry: Registry, notes: list[str]) -> Factor | None:
    """Give the country's row, else the world's, else None."""
    own = registry.get(f"{key}/{spot.country}") if spot.country else None
    if own is not None:
        return own
    world = registry.get(f"{key}/world")
    if world is None:
        notes.append(f"{key}: no value is known")
    elif spot.country:
        notes.append(f"{key}: no value for {spot.country}, so it is the world's")
    return world


def cloud_regions() -> tuple[Mapping[str, str], ...]:
    """Give every cloud region that can be named."""
    return read_sealed(DATA / "cloud_regions.csv").rows
