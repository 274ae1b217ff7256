"""The hours of a grid that the settings name: nobody is asked unless they name a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import ConfigError, ProviderUnavailable, RecordError
from submeter.ledger.location import home
from submeter.reference.live.cache import Cache
from submeter.reference.live.hourly import Mean
from submeter.reference.live.lookup import look_up, weighted
from submeter.reference.live.provider import open_provider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.quantities.factor import Factor
    from submeter.reference.live.hourly import Hourly, Piece
    from submeter.reference.live.lookup import Found
    from submeter.reference.live.provider import Provider
    from submeter.runs.settings import Settings


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
