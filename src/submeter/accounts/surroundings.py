"""Where the work of an account file ran: its grid and its facility."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from submeter.accounting.surroundings import Facility, Grid
from submeter.accounts.hours import by_the_hour
from submeter.errors import UsageError
from submeter.quantities.factor import stated as exact
from submeter.runs.place import FILES, NAMES, of_record, year_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from submeter.accounts.fields import Fields
    from submeter.quantities.factor import Factor
    from submeter.reference.live.hourly import Piece

PLACE = ("region", "cloud", "grid", "hourly", "kind", "custom", "market", "upstream",
         "water", "price")  # fmt: skip
FACILITY = ("pue", "wue", "included")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Grid and facility, the place in words, and what is missing of them."""

    grid: Grid
    facility: Facility
    words: dict[str, str]
    missing: tuple[str, ...]


def surroundings(
    fields: Fields,
    stated: Mapping[str, str],
    when: tuple[int, int] | None,
    laid: Sequence[Piece],
    folder: Path,
) -> Surroundings:
    """Give the place and the facility; what is not stated is that of the region, or the world's.

    Parameters
    ----------
    fields : Fields
        The account file.
    stated : mapping of str to str
        What is typed instead of what it says.
    when : tuple of int or None
        When the work began and ended [ns UTC], by whose year a published grid is taken; None where
        the file does not tell.
    laid : sequence of Piece
        Its energy by time, for a grid by the hour.
    folder : Path
        Where the file lies.
    """
    place, facility = fields.section("place", PLACE), fields.section("facility", FACILITY)
    typed = {name: stated[name] for name in NAMES if stated.get(name)}
    region = _region(place, typed)
    files = {FILES: stated.get(FILES, "")}
    year = None if when is None else year_of(*when)
    found = of_record({"region": region, "from": "command line", **files, **typed}, year)
    own = {} if "region" in typed else _stated(place)
    kept = {name: factor for name, factor in own.items() if factor and name not in typed}
    intensity = kept.get("grid", found.grid)
    mean = None if {"region", "grid"} & set(typed) else by_the_hour(place, folder, laid, intensity)
    if mean is not None:
        intensity = mean.factor
    if (kept.get("grid") or mean) and place.flag("custom"):
        intensity = replace(intensity, basis=f"{intensity.basis} custom".strip())
    pue = None if "pue" in typed else _pue(facility)
    wue = None
    if "wue" not in typed:
        wue = facility.factor("wue", "water intensity", "L/kWh", "wue/stated")
    given = {*kept, *(("pue",) if pue else ()), *(("wue",) if wue else ())}
    if mean is not None and mean.coverage == 1:
        given.add("grid")
    return Surroundings(
        Grid(intensity, kept.get("water", found.ewif), found.adpe, found.primary,
             kept.get("price", found.price), kept.get("market"), kept.get("upstream")),
        Facility(pue or found.pue, wue or found.wue, pue is not None and facility.flag("included")),
        {"region": found.code, "name": found.name, "from": _origin(region, kept or mean, typed)},
        (*(note for note in found.notes if note.partition(":")[0] not in _names(given)),
         *(mean.notes if mean else ())),
    )  # fmt: skip


def _region(place: Fields, typed: Mapping[str, str]) -> str:
    if "region" in place and "cloud" in place:
        what = "the place is given twice: as region and as cloud"
        raise UsageError(what, place.where, "keep one of them")
    return typed.get("region", "") or place.text("region") or place.text("cloud")


def _stated(place: Fields) -> dict[str, Factor | None]:
    per_kwh = ("carbon intensity", "gCO2e/kWh")
    return {
        "grid": place.factor("grid", *per_kwh, "grid/stated"),
        "market": place.factor("market", *per_kwh, "market/stated"),
        "upstream": place.factor("upstream", *per_kwh, "upstream/stated"),
        "water": place.factor("water", "water intensity", "L/kWh", "ewif/stated"),
        "price": place.price("price", "price/stated"),
    }


def _pue(facility: Fields) -> Factor | None:
    if not facility.flag("included"):
        return facility.factor("pue", "ratio", "", "pue/stated")
    if "pue" in facility:
        what = "a PUE is given for energy that already includes the facility"
        raise UsageError(what, facility.where, "keep one of them")
    return exact("pue/included", 1.0, "", "the energy includes the facility")


def _names(given: set[str]) -> set[str]:
    return {{"water": "ewif"}.get(name, name) for name in given}


def _origin(region: str, given: object, typed: Mapping[str, str]) -> str:
    if typed:
        return "command line"
    return "the account file" if region or given else "nobody stated it"
