"""Places: where a workload runs, and what is known of that place's electricity and facility.

Nothing is assumed in silence: a place that is not stated is the world's spread, and each fallback
taken on the way is one of the place's notes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from submeter.errors import QuantityError, RegionError
from submeter.quantities.factor import Spread, stated
from submeter.reference.factors import electricity, facilities
from submeter.reference.factors.gazetteer import Spot, resolve
from submeter.reference.factors.history import history
from submeter.reference.factors.registry import shipped

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor
    from submeter.quantities.price import Price
    from submeter.reference.factors.registry import Registry

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
    price : Factor or None
        Price of its electricity [a currency per kWh]; None where none is known: prices of elsewhere
        say nothing.
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
    price: Factor | None = None
    notes: tuple[str, ...] = ()

    def with_stated(
        self,
        where: str,
        *,
        grid: float | None = None,
        pue: float | None = None,
        wue: float | None = None,
        ewif: float | None = None,
        price: Price | None = None,
    ) -> Place:
        """Give this place with what the user stated instead of what was found.

        Parameters
        ----------
        where : str
            The flag or file that it was stated in.
        grid, pue, wue, ewif : float, optional
            In gCO2e/kWh, as a ratio, in L/kWh and in L/kWh.
        price : Price, optional
            In its own currency.

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
        paid = self.price
        if price is not None:
            paid = _price_stated(price, where)
            notes = [note for note in notes if not note.startswith("price:")]
            notes.append(f"price: stated ({where})")
        return replace(
            self,
            grid=changed.get("grid", self.grid),
            pue=changed.get("pue", self.pue),
            wue=changed.get("wue", self.wue),
            ewif=changed.get("ewif", self.ewif),
            price=paid,
            notes=tuple(notes),
        )


def _price_stated(price: Price, where: str) -> Factor:
    exact = stated("price/stated", price.value, price.unit, where)
    if price.low == price.high:
        return exact
    spread = Spread.LOGNORMAL if price.low > 0 else Spread.UNIFORM
    return replace(exact, low=price.low, high=price.high, spread=spread)


def place(text: str | None, registry: Registry | None = None, year: int | None = None) -> Place:
    """Resolve a place.

    Parameters
    ----------
    text : str or None
        ``FR``, ``FRA``, ``France``, ``US-CA``, ``California``, ``SE3``, ``gcp/us-central1``, in
        any case, or the place of a row of the user's own; None, ``world`` or ``unknown`` for the
        unknown place.
    registry : Registry, optional
        Where factors come from; by default what comes with the package.
    year : int, optional
        The year of the work; where its grid or facility has no value of it, the newest before it
        stands for it. By default today's: the table of today's grids, as wide as it must be to
        stand for today, and the newest of the facility.

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
    >>> place("FR", year=2019).grid.value
    59.79
    """
    known = shipped() if registry is None else registry
    if text is None or text.strip().lower() in _WORLD:
        said = "no place was stated" if text is None else f"the place was stated as {text.strip()}"
        spot = Spot("world", "the world: place unknown", "", "world")
        return _build(spot, known, [f"grid: {said}, so it is the world's spread"], year)
    return _build(_own(text.strip(), known) or resolve(text.strip()), known, [], year)


def _own(text: str, registry: Registry) -> Spot | None:
    """Give the place that only a row of the user's own names."""
    key = f"grid/{text}".lower()
    found = next((each for each in registry.own if each.lower() == key), None)
    if found is None:
        return None
    code = found.removeprefix("grid/")
    try:
        return resolve(code)
    except RegionError:
        return Spot(code, registry.names.get(found, code), registry.own[found], code)


def _build(spot: Spot, registry: Registry, notes: list[str], year: int | None) -> Place:
    grid = _grid(spot, registry, notes, year)
    pue = facilities.of_spot(spot, "pue", registry, notes, year)
    wue = facilities.of_spot(spot, "wue", registry, notes, year)
    ewif = _local(spot, "ewif", registry, notes, year)
    return Place(
        code=spot.code,
        name=spot.name,
        country=spot.country,
        grid=grid,
        provider=spot.provider,
        pue=pue,
        wue=wue,
        ewif=ewif if ewif is not None else registry.factor("ewif/world"),
        adpe=_local(spot, "adpe", registry, notes, year),
        primary=_local(spot, "primary", registry, notes, year),
        price=_price(spot, registry, notes, year),
        notes=tuple(notes),
    )


def _grid(spot: Spot, registry: Registry, notes: list[str], year: int | None) -> Factor:
    """Give the grid of the spot, else of its country, else the world's."""
    for code in dict.fromkeys((spot.grid, spot.country, "world")):
        factor = (_newest if year is None else _of_year)(code, registry, notes, year or 0)
        if factor is None:
            continue
        if spot.code not in {code, "world"}:
            whose = "the world's spread" if code == "world" else f"that of {code}"
            notes.append(f"grid: no value for {spot.code} itself, so it is {whose}")
        if "combustion" in factor.basis:
            notes.append("grid: combustion only; the high end of its interval covers fuel chains")
        return factor
    return registry.factor("grid/world")


def _newest(code: str, registry: Registry, _notes: list[str], _year: int) -> Factor | None:
    return registry.get(f"grid/{code}") if code else None


def _of_year(code: str, registry: Registry, notes: list[str], year: int) -> Factor | None:
    """Give a grid's value of a year: the user's own, else what was published for it."""
    own = [each for each in registry.own_grids(code) if _is_of(each, code, year)]
    found = max(own, key=lambda each: each.period, default=None)
    if found is None and code:
        found = history().standing_for(code, year) or _newest(code, registry, notes, year)
    if found is not None and code != "world" and found.period not in {"", str(year)}:
        notes.append(f"grid: {code} has no value of {year}, so it is that of {found.period}")
    return found and _one_unknown(found, f"grid/{code}")


def _one_unknown(of_year: Factor, key: str) -> Factor:
    """Give a year's value the id of its place: what its publisher errs by does not even out.

    Work of several years would else seem to be known better than that of one.
    """
    return of_year if of_year.id == key else replace(of_year, id=key)


def _is_of(own: Factor, code: str, year: int) -> bool:
    """Tell whether a row of the user's own holds in a year; one of a place, from its period on."""
    if own.period in {"", str(year)}:
        return True
    since = own.period[-len("2026") :]
    return own.id == f"grid/{code}" and since.isdigit() and int(since) <= year


def _price(spot: Spot, registry: Registry, notes: list[str], year: int | None) -> Factor | None:
    """Give the price of the spot, else of its state or zone, else of its country, else None."""
    for code in dict.fromkeys((spot.code, spot.grid, spot.country)):
        found = registry.get(f"price/{code}") if code else None
        if found is None:
            continue
        if code != spot.code:
            notes.append(f"price: none is known of {spot.code} itself, so it is that of {code}")
        if year is not None and found.period not in {"", str(year)}:
            notes.append(f"price: {code} has none of {year}, so it is that of {found.period}")
        return found
    return None


def _local(
    spot: Spot, key: str, registry: Registry, notes: list[str], year: int | None
) -> Factor | None:
    """Give the country's row, by its mix of the year where it is made of one, else the world's."""
    own = registry.get(f"{key}/{spot.country}") if spot.country else None
    if own is not None:
        return own if year is None else _of_mix(own, key, registry, notes, year)
    world = registry.get(f"{key}/world")
    if world is None:
        notes.append(f"{key}: no value is known")
    elif spot.country:
        notes.append(f"{key}: no value for {spot.country}, so it is the world's")
    return world


def _of_mix(newest: Factor, key: str, registry: Registry, notes: list[str], year: int) -> Factor:
    each = registry.technologies(key)
    found = electricity.of_year(newest, year, each) if each else newest
    if found.source.id == electricity.MADE and found.period != str(year):
        country = newest.id.partition("/")[2]
        note = f"mix: none is known of {country} in {year}, so it is that of {found.period}"
        notes += [note] if note not in notes else []
    return _one_unknown(found, newest.id)
