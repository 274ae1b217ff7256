"""How what a provider answers is read: JSON, its numbers and its times; nonsense is refused."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from submeter.errors import ProviderUnavailable, QuantityError
from submeter.reference.live import instants
from submeter.reference.live.hourly import Hourly, arranged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.reference.live.hourly import Stretch
    from submeter.reference.live.provider import About
    from submeter.reference.live.web import Answer


def page(answer: Answer, place: str) -> dict[str, Any]:
    """Give the JSON object that an answer is.

    Raises
    ------
    ProviderUnavailable
        If it is none.
    """
    try:
        found = json.loads(answer.body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderUnavailable("the answer is no JSON object", place, "ask again later")
    return found


def number(value: object, place: str) -> float:
    """Give the intensity that a page of JSON holds.

    Raises
    ------
    ProviderUnavailable
        If it is no number, negative or beyond any plant: 100 kg/kWh is no grid but another unit.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProviderUnavailable("an intensity of the answer is no number", place)
    if not math.isfinite(value) or not 0 <= value < 1e5:  # noqa: PLR2004 - see above
        raise ProviderUnavailable(f"an intensity of {value:g} cannot be", place)
    return float(value)


def instant(value: object, place: str) -> int:
    """Give the instant [ns UTC] that a page of JSON holds.

    Raises
    ------
    ProviderUnavailable
        If it is none, or has no offset.
    """
    try:
        return instants.read(str(value))
    except ValueError:
        raise ProviderUnavailable("a time of the answer cannot be read", place) from None


def hours_of(
    about: About, zone: str, stretches: Iterable[Stretch], now: int, notes: Iterable[str]
) -> Hourly:
    """Make one series of what a provider told of a zone.

    Raises
    ------
    ProviderUnavailable
        If it tells two values for the same time.
    """
    key = f"grid/live/{about.name}/{zone}"
    try:
        return Hourly(
            key, zone, about.basis, about.source, arranged(stretches), now, tuple(notes)
        )  # fmt: skip
    except QuantityError as error:
        raise ProviderUnavailable(f"the answer cannot be: {error}", about.title) from None


def _no_number(text: str) -> None:
    """Read NaN and Infinity, which JSON has not, as nothing."""
