"""The hours of a grid that the settings name: nobody is asked unless they name a provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.accounting.method import Basis, Part
from submeter.errors import ConfigError, ProviderUnavailable, RecordError, RegionError
from submeter.ledger.location import home
from submeter.reference.factors.places import place
from submeter.reference.live.cache import Cache
from submeter.reference.live.hourly import Mean, Piece
from submeter.reference.live.lookup import look_up, weighted
from submeter.reference.live.provider import open_provider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor
    from submeter.reference.live.hourly import Hourly
    from submeter.reference.live.lookup import Found
    from submeter.reference.live.provider import Provider
    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity


def named(settings: Settings) -> tuple[Provider, str]:
    """Give the provider and the zone that the settings name; nobody is asked yet.

    Raises
    ------
    ConfigError
        If one of the two is not named.
    UsageError
        If there is no such provider.
    ProviderUnavailable
        If its key is missing.
    """
    if not settings["provider"]:
        fix = "name one: --provider uk-carbon-intensity, or SUBMETER_PROVIDER"
        raise ConfigError("no provider is named, so nobody is asked", "provider", fix)
    provider = open_provider(settings["provider"], settings.environ)
    if not settings["zone"]:
        raise ConfigError("no zone is named", "--zone or SUBMETER_ZONE", provider.about.zones)
    return provider, settings["zone"]


def hours(settings: Settings, span: tuple[int, int], now: int) -> Found:
    """Give the hours from `span[0]` to `span[1]` [ns UTC], asked for at `now`; else as `named`.

    Raises
    ------
    RecordError
        If there is no folder to keep them in.
    """
    provider, zone = named(settings)
    cache = Cache(home(settings.environ) / "cache" / "hours")
    return look_up(provider, cache, zone, span, now)


def forecast(settings: Settings, now: int) -> Hourly:
    """Give what is expected of the hours from `now` [ns UTC] on; else as `named`."""
    provider, zone = named(settings)
    return provider.forecast(zone, now)


def grid(settings: Settings, pieces: Sequence[Piece], yearly: Factor, now: int) -> Mean | None:
    """Give the grid of some energy: by the hour where a provider is named, else None.

    Parameters
    ----------
    settings : Settings
        They name the provider and the zone, or none.
    pieces : sequence of Piece
        The energy [µJ] and when it was drawn.
    yearly : Factor
        What stands in for hours that are not known [gCO2e/kWh].
    now : int
        When it is asked [ns UTC].

    Returns
    -------
    Mean or None
        With a note for each fallback; without a key, a folder or an answer it is `yearly`.

    Raises
    ------
    UsageError
        If provider or zone cannot be, or its values are marginal: these account for nothing.
    """
    if not settings["provider"] or not pieces:
        return None
    span = (min(each.start for each in pieces), max(each.end for each in pieces))
    try:
        found = hours(settings, span, now)
    except (ProviderUnavailable, RecordError) as error:
        return Mean(yearly, 0.0, (f"grid: no hour is known ({error}), so it is {yearly.id}",))
    return weighted(found, pieces, yearly)


def by_the_hour(
    entry: Activity, inventory: Inventory, method: Method, settings: Settings, now: int
) -> Inventory:
    """Give an entry's inventory with the grid of the hours that it ran in.

    Parameters
    ----------
    entry : Activity
        Its energy counts as drawn evenly from its start to its end.
    inventory : Inventory
        What it is accounted for by; its intensity stands in for hours that are not known.
    method : Method
        Whose rules it is for: one that takes no intensity of the place asks for none, and only
        one that takes marginal intensities gets them.
    settings : Settings
        They name the provider and the zone, or none: then nothing changes and nobody is asked.
    now : int
        When it is asked [ns UTC].

    Returns
    -------
    Inventory
        An intensity that the user stated stays; so does that of another country than the zone's.

    Raises
    ------
    ConfigError, UsageError
        If the provider or the zone cannot be.
    """
    yearly = inventory.grid.intensity
    wanted = method.basis is Basis.LOCATION and method.includes(Part.OPERATIONAL)
    if not settings["provider"] or not wanted or yearly is None or yearly.source.id == "stated":
        return inventory
    laid = [Piece(entry.start, entry.end, 0)] if entry.end > entry.start else []
    elsewhere = _elsewhere(inventory, settings["zone"])
    if not laid or elsewhere:
        return _noted(inventory, (elsewhere,) if elsewhere else ())
    if not _is_marginal(settings):
        mean = grid(settings, laid, yearly, now)
    elif "marginal" in method.intensity.split():
        mean = _marginal(settings, laid[0], yearly, now)
    else:
        what = f"grid: {settings['provider']} tells marginal intensities, which account for nothing"
        mean = Mean(yearly, 0.0, (f"{what}, so it is {yearly.id}",))
    if mean is None:  # not with a provider and a time
        return inventory
    told = replace(inventory, grid=replace(inventory.grid, intensity=mean.factor))
    if mean.coverage == 1:
        kept = tuple(note for note in told.missing if not note.startswith("grid:"))
        told = replace(told, missing=kept)
    return _noted(told, mean.notes)


def _is_marginal(settings: Settings) -> bool:
    try:
        provider, _ = named(settings)
    except ProviderUnavailable:  # who asks is told the reason
        return False
    return "marginal" in provider.about.basis.split()


def _marginal(settings: Settings, piece: Piece, yearly: Factor, now: int) -> Mean:
    """Give the marginal intensity of a piece; no yearly average stands in for a part of it."""
    try:
        found = hours(settings, (piece.start, piece.end), now)
    except (ProviderUnavailable, RecordError) as error:
        return Mean(yearly, 0.0, (f"grid: no hour is known ({error}), so it is {yearly.id}",))
    mean = found.hourly.weighted([piece]) if found.hourly is not None else None
    if mean is None:
        return Mean(yearly, 0.0, (*found.notes, f"grid: no hour is known, so it is {yearly.id}"))
    return replace(mean, notes=(*found.notes, *mean.notes))


def _elsewhere(inventory: Inventory, zone: str) -> str:
    """Say that the zone is not where the work ran; empty where it is, or where nobody knows."""
    region = inventory.place.get("region", "")
    try:
        here, there = place(region or None).country, place(zone or None).country
    except RegionError:  # a place of the user's own, or a zone in the provider's own words
        return ""
    if not here or not there or here == there:
        return ""
    return (
        f"grid: it ran in {region}, and the settings name the zone {zone}, so that the hours are "
        "not those of its grid"
    )


def _noted(inventory: Inventory, notes: tuple[str, ...]) -> Inventory:
    return replace(inventory, missing=tuple(dict.fromkeys((*inventory.missing, *notes))))
