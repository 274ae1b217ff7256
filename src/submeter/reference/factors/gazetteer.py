"""Every place that can be named, by every name that people write it by."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.errors import RegionError
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DATA = Path(__file__).parent / "data"

_OTHER_NAMES = {"amazon": "aws", "google": "gcp", "microsoft": "azure", "oracle": "oci"}
_WITHIN = ("grid_us_subregion", "grid_cn_province", "grid_zone")
"""Tables of places within a country, without a table of names of their own."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that can be named.

    Parameters
    ----------
    code, name : str
        Its code and its name.
    country : str
        The ISO 3166 alpha-2 code of its country; empty for the world.
    grid : str
        Code of the place whose grid it draws from.
    provider, fleet : str
        Whose region it is, and whose fleet its facility belongs to; empty where it is none.
    """

    code: str
    name: str
    country: str
    grid: str
    provider: str = ""
    fleet: str = ""


def resolve(text: str) -> Spot:
    """Find a place by a name.

    Parameters
    ----------
    text : str
        ``FR``, ``FRA``, ``France``, ``US-CA``, ``California``, ``SE3``, ``gcp/us-central1``, in
        any case.

    Raises
    ------
    RegionError
        If no table knows it, or two places bear the name.
    """
    key, index = _key(text), _index()
    spots = index.get(key, ())
    if len(spots) == 1:
        return spots[0]
    if spots:
        choices = " or ".join(f"{spot.code} ({spot.name})" for spot in spots)
        raise RegionError(f'"{text}" is the name of two places', fix=f"write {choices}")
    raise RegionError(f'"{text}" is not a place that any table knows', fix=_next_step(key, index))


def _key(text: str) -> str:
    head, slash, tail = text.lower().partition("/")
    return f"{_OTHER_NAMES.get(head, head)}{slash}{tail}"


def called(text: str) -> tuple[Spot, ...]:
    """Give the places that bear a name; more than one, or none, is no fault here."""
    return _index().get(_key(text), ())


def named(text: str) -> tuple[Spot, ...]:
    """Give the places that bear a name, else those whose code or name holds each of its words."""
    index, words = _index(), text.lower().split()
    exact = called(text)
    if exact or not words:
        return exact
    spots = dict.fromkeys(spot for each in index.values() for spot in each)
    return tuple(
        spot for spot in spots if all(w in f"{spot.code} {spot.name}".lower() for w in words)
    )


def _next_step(key: str, index: Mapping[str, tuple[Spot, ...]]) -> str:
    providers = sorted({row["provider"] for row in cloud_regions()})
    near = [f"{prefix}/{key}" for prefix in providers if f"{prefix}/{key}" in index]
    near += [f"us-{key}"] if f"us-{key}" in index and not near else []
    near = near or _alike(key, index)
    spots = tuple(dict.fromkeys(spot for match in near for spot in index[match]))
    codes = [spot.code if "/" in spot.code else f"{spot.code} ({spot.name})" for spot in spots]
    return f"did you mean {', '.join(codes)}?" if codes else "see: submeter factors find TEXT"


_MARGIN = 0.1
"""How much farther than the nearest a name may be that is named beside it."""


def _alike(key: str, index: Iterable[str]) -> list[str]:
    """Give the names that are nearest to a word, and none that is much farther than the first."""
    near = get_close_matches(key, index, 3, 0.6)
    nearness = [SequenceMatcher(None, name, key).ratio() for name in near]
    return [name for name, each in zip(near, nearness, strict=True) if each > nearness[0] - _MARGIN]


@lru_cache(maxsize=1)
def _index() -> Mapping[str, tuple[Spot, ...]]:
    index: dict[str, tuple[Spot, ...]] = {}

    def enter(spot: Spot, *keys: str) -> None:
        for key in {key.lower() for key in keys if key}:
            index[key] = (*index.get(key, ()), spot)

    for row in read_sealed(DATA / "countries.csv").rows:
        spot = Spot(row["code"], row["name"], row["code"], row["code"])
        enter(spot, row["code"], row["alpha3"], row["name"], *row["aliases"].split(";"))
    for row in read_sealed(DATA / "grid_us_state.csv").rows:
        enter(Spot(row["region"], row["name"], "US", row["region"]), row["region"], row["name"])
    for row in cloud_regions():
        country, grid, provider = row["country"], row["grid"], row["provider"]
        enter(Spot(row["id"], row["name"], country, grid, provider, row["fleet"]), row["id"])
    for name in _WITHIN:
        for row in read_sealed(DATA / f"{name}.csv").rows:
            code = row["region"]
            spot = Spot(code, row["name"], code.partition("-")[0], code)
            # A country or a state keeps its name: SE-SE3 is SE3 too, but Georgia is no zone.
            free = [each for each in _short(spot) if each.lower() not in index]
            enter(spot, code, *free)
    return MappingProxyType(index)


def _short(spot: Spot) -> tuple[str, ...]:
    """Give a zone's name, and its code without its country where it is told apart by that."""
    tail = spot.code.partition("-")[2]
    return (spot.name, tail) if len(tail) > 2 else (spot.name,)  # noqa: PLR2004 - CA-ON, not ON


def cloud_regions() -> tuple[Mapping[str, str], ...]:
    """Give every cloud region that can be named."""
    return read_sealed(DATA / "cloud_regions.csv").rows
