"""The grid of a claim, stated or implied, against that of the place that it names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.bounds import GRID_BOUNDS
from submeter.disclosures.audit.finding import Figure, Finding, Severity
from submeter.disclosures.audit.grid_of import implied_grid
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import reach
from submeter.disclosures.audit.recomputation import figure
from submeter.reference.factors.gazetteer import called
from submeter.reference.factors.history import history
from submeter.reference.factors.registry import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.reach import Reach
    from submeter.reference.factors.gazetteer import Spot
    from submeter.reference.factors.registry import Registry

RULES = {"place-grid": "the grid that is stated or implied is not that of the place"}
ROOM = 2.5
"""How many times an intensity may lie outside all years that were published of a place: publishers
differ by a half, combustion leaves out what building the plants took, and a PUE may be in it; a
judgement."""
_WIDE = frozenset({"AR", "AU", "BR", "CA", "CL", "CN", "ID", "IN", "JP", "MX", "RU", "US"})
"""Countries of which one region's grid may be another than the country's."""
_NAMED = ("region", "place", "cloud", "location", "country")
_PROVIDERS = {
    "aws": "aws", "amazon": "aws", "amazon web services": "aws", "gcp": "gcp", "google": "gcp",
    "google cloud": "gcp", "google cloud platform": "gcp", "azure": "azure", "microsoft": "azure",
    "microsoft azure": "azure", "ovh": "ovh", "ovhcloud": "ovh", "oracle": "oci",
}  # fmt: skip
_OFFERED = tuple(dict.fromkeys(_PROVIDERS.values()))


class Years(NamedTuple):
    """What was published of a place.

    Parameters
    ----------
    spot : Spot
        The place.
    low, high : float
        The lowest and the highest of all years and publishers [kg/kWh].
    span : str
        The years.
    """

    spot: Spot
    low: float
    high: float
    span: str


def placed(claim: Claim, registry: Registry) -> Iterator[Finding]:
    """Hold the grid of a claim against the years of its place."""
    if "market" in claim.flags or claim.of("market") or claim.texts.get("contract"):
        return
    known = place_of(claim, registry)
    if known is None:
        return
    for grid, stated in _grids(claim):
        if (
            not grid.known
            or grid.value <= 0
            or not GRID_BOUNDS.low <= grid.value <= GRID_BOUNDS.high
        ):
            continue
        if known.low / ROOM <= grid.high and grid.low <= known.high * ROOM:
            continue
        yield _finding(claim, grid, known, stated=stated)


def _grids(claim: Claim) -> Iterator[tuple[Reach, bool]]:
    stated = claim.one("grid")
    if stated is not None:
        yield reach(stated), True
        return
    implied = implied_grid(claim)
    if implied is not None:
        yield implied, False


def place_of(claim: Claim, registry: Registry) -> Years | None:
    """Give the years of the place that a claim names; None where it names none that is known."""
    provider = _PROVIDERS.get(claim.texts.get("provider", "").strip().lower(), "")
    for name in _NAMED:
        spot = _spot(claim.texts.get(name, ""), provider)
        if spot is not None:
            return _with_own(_years(spot), spot, registry)
    return None


def _spot(text: str, provider: str) -> Spot | None:
    """Find the place that a text names: all of it, or the narrowest of its parts that is known."""
    plain = re.sub(r"[()]", " ", text).strip()
    parts = [part.strip() for part in re.split(r"[,;]", plain) if part.strip()]
    whole = dict.fromkeys((plain, *parts))
    providers = (provider,) if provider else _OFFERED
    clouds = [[f"{each}/{''.join(part.split())}" for each in providers] for part in whole]
    names = [[re.sub(r"\s+", " ", part)] for part in whole]
    for group in (*clouds, *names) if provider else (*names, *clouds):
        found = [spot for each in group for spot in called(each)]
        if len(found) == 1:
            return found[0]
    return None


@lru_cache(maxsize=512)
def _years(spot: Spot) -> Years | None:
    """Give the range of a place with all that lies within it, as far as tables go."""
    codes = [spot.code, spot.grid]
    if spot.code in _WIDE:
        codes += [each for each in history().entries if each.startswith(f"{spot.code}-")]
    factors = [
        each for code in dict.fromkeys(codes) for each in history().of(code)
        if "location" in each.basis and "average" in each.basis
    ]  # fmt: skip
    known = shipped()
    factors += [
        factor for code in dict.fromkeys(codes) if (factor := known.get(f"grid/{code}")) is not None
    ]
    if not factors and spot.country and spot.country != spot.code:
        codes = [spot.country]
        factors = [each for each in history().of(spot.country) if "location" in each.basis]
    values = [each.value for each in factors if each.value > 0]
    if not values:
        return None
    years = sorted({year for each in factors for year in re.findall(r"\d{4}", each.period)})
    span = f"{years[0]} to {years[-1]}" if len(years) > 1 else "".join(years)
    return Years(spot, min(values) / 1e3, max(values) / 1e3, span)


def _with_own(known: Years | None, spot: Spot, registry: Registry) -> Years | None:
    """Widen the range of a place to the user's own rows of it."""
    own = [each.value / 1e3 for each in registry.own_grids(spot.grid) if each.value > 0]
    if known is None or not own:
        return known
    return known._replace(low=min(known.low, *own), high=max(known.high, *own))


def _finding(claim: Claim, grid: Reach, known: Years, *, stated: bool) -> Finding:
    less = grid.value < known.low
    ends = " to ".join(dict.fromkeys(shown(round(end * 1e3, 1)) for end in (known.low, known.high)))
    text = f"{known.spot.name} has {ends} g/kWh in the tables of {known.span}: "
    if less:
        text += "a market-based figure, another place, or energy that holds more than the carbon"
    else:
        text += "another place, a world or national mean, or carbon that holds more than the energy"
    told = Figure(grid.value * 1e3, "g/kWh")
    verb = "stated" if stated else "implied"
    return Finding(
        "place-grid", Severity.WARNING, claim.id, figure(claim.claimed) if claim.claimed else told,
        told, text, f"{verb}: {grid.text} = {shown(told.value)} g/kWh", claim.document,
    )  # fmt: skip
