"""What a provider of grid intensity is, and how one is found by its name.

Nothing is asked, and no provider is loaded, unless the user named it. Built-ins and plug-ins come
in by the entry point ``submeter.providers``: a function of an address and a key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

from submeter.errors import ProviderUnavailable, SubmeterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

    from submeter.quantities.factor import Source
    from submeter.reference.live.hourly import Hourly

GROUP = "submeter.providers"
"""The entry point that providers come in by."""

ADDRESS = "SUBMETER_PROVIDER_ADDRESS"
"""Where to ask instead of the provider's own address. It is read from the environment alone: the
key goes there, and a settings file may have come with somebody else's project."""

_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class About:
    """What a provider says of itself.

    Parameters
    ----------
    name, title : str
        Its name in settings, and what it is called.
    address : str
        Where it is asked.
    zones : str
        How its zones are named, with an example.
    basis : str
        ``lifecycle`` or ``combustion``, ``location``, ``average`` or ``marginal``.
    source : Source
        Who publishes it, under which licence.
    needs_key : bool
        Whether it answers nobody without a key.
    """

    name: str
    title: str
    address: str
    zones: str
    basis: str
    source: Source
    needs_key: bool = True

    @property
    def variable(self) -> str:
        """The environment variable that its key stands in."""
        return f"SUBMETER_AUTH_{self.name.upper().replace('-', '_')}"


class Provider(Protocol):
    """Tells the carbon intensity of zones of the grid.

    All instants are ns UTC; `now` is stamped when the question is asked. Each raises
    `ProviderUnavailable` where there is no answer that can be used: no network, no key, no such
    zone, nonsense. An answer has what is known of the time asked for and leaves out the rest.
    """

    about: About

    def history(self, zone: str, start: int, end: int, now: int) -> Hourly:
        """Give what the zone emitted from `start` to `end`."""
        ...

    def latest(self, zone: str, now: int) -> Hourly:
        """Give the newest that is known."""
        ...

    def forecast(self, zone: str, now: int) -> Hourly:
        """Give what is expected from `now` on, as far as it is forecast."""
        ...


def names(points: Iterable[EntryPoint] | None = None) -> tuple[str, ...]:
    """Give the names of the providers that are installed."""
    return tuple(sorted(_by_name(points)))


def known(name: str, points: Iterable[EntryPoint] | None = None) -> EntryPoint:
    """Give the plug-in of that name, without loading it.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = _by_name(points)
    if name not in found:
        close = get_close_matches(name, found, 1)
        fix = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(found))}"
        raise UsageError(f'there is no provider "{name}"', fix=fix)
    return found[name]


def open_provider(
    name: str, environ: Mapping[str, str], points: Iterable[EntryPoint] | None = None
) -> Provider:
    """Give the provider of that name; nothing is asked yet.

    Parameters
    ----------
    name : str
        Such as ``electricity-maps``.
    environ : mapping of str to str
        The environment: the key, and perhaps another address.
    points : iterable of EntryPoint, optional
        The plug-ins; by default those that are installed.

    Raises
    ------
    UsageError
        If there is none of that name, or its address is none.
    ProviderUnavailable
        If its key is missing or has no known form, or the plug-in fails.
    """
    point = known(name, points)
    variable = f"SUBMETER_AUTH_{name.upper().replace('-', '_')}"
    key = environ.get(variable, "")
    if not key.isascii() or not key.isprintable() or key != key.strip():
        what = f"{variable} holds no key of a known form"
        raise ProviderUnavailable(what, name, "write the key alone, without quotes or blanks")
    try:
        provider: Provider = point.load()(environ.get(ADDRESS, ""), key)
    except SubmeterError:
        raise
    except Exception as error:  # noqa: BLE001 - a plug-in must not take the program down
        what = f"the plug-in failed ({type(error).__name__})"
        fix = "report it to the author of the plug-in"
        # Not chained: a stranger's error may tell the key that it was handed.
        raise ProviderUnavailable(what, point.value, fix) from None
    return provider


def keyed(about: About, key: str) -> str:
    """Give the key back, if there is one.

    Raises
    ------
    ProviderUnavailable
        If it is missing where one is needed.
    """
    if about.needs_key and not key:
        fix = f"put it into {about.variable}; see docs/reference/live-providers.md"
        raise ProviderUnavailable("there is no key", about.name, fix)
    return key


def checked_zone(zone: str, about: About) -> str:
    """Give a zone back, if it can be one.

    Raises
    ------
    UsageError
        If it has characters that no zone has.
    """
    if _ZONE.fullmatch(zone) is None:
        raise UsageError(f'"{zone}" is no zone of {about.title}', "--zone", about.zones)
    return zone


def _by_name(points: Iterable[EntryPoint] | None) -> dict[str, EntryPoint]:
    """Give the plug-ins by name; of two with one name a built-in, else the first, keeps it."""
    found = metadata.entry_points(group=GROUP) if points is None else points
    kept: dict[str, EntryPoint] = {}
    for point in sorted(found, key=lambda each: not each.value.startswith("submeter.")):
        kept.setdefault(point.name, point)
    return kept
