"""Electricity Maps: what was consumed in a zone, imports included, life cycle, by the hour.

The form is that of its reference, https://app.electricitymaps.com/developer-hub/api/reference
(API version 3): `history` tells the last 24 hours to everybody with a key, `past-range` at most
ten days at once to those whose contract covers it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from submeter.errors import ProviderUnavailable
from submeter.quantities.factor import Source
from submeter.reference.live import instants, spread
from submeter.reference.live.pages import hours_of, instant, number, page
from submeter.reference.live.provider import About, checked_zone, keyed
from submeter.reference.live.web import Site, accepted

if TYPE_CHECKING:
    from submeter.reference.live.hourly import Hourly, Stretch

ABOUT = About(
    name="electricity-maps",
    title="Electricity Maps",
    address="https://api.electricitymaps.com",
    zones="its zones are such as FR, DE or US-CAL-CISO",
    basis="lifecycle location average",
    source=Source(
        "electricity-maps-live",
        "Electricity Maps: API version 3, carbon intensity of consumption, life cycle, "
        "https://www.electricitymaps.com/",
        "LicenseRef-electricity-maps-terms",
    ),
)
_RECENT = 24 * instants.HOUR
_MOST = 10 * instants.DAY
_ROOT = "/v3/carbon-intensity"


class ElectricityMaps:
    """Electricity Maps.

    Parameters
    ----------
    address : str
        Where to ask; its own address if empty.
    key : str
        The token.
    """

    def __init__(self, address: str, key: str) -> None:
        self.about = replace(ABOUT, address=address or ABOUT.address)
        headers = {"auth-token": keyed(ABOUT, key)}
        self._site = Site(self.about.address, headers)

    def history(self, zone: str, start: int, end: int, now: int) -> Hourly:
        """Give what the zone emitted from `start` to `end` [ns UTC]."""
        recent = now - now % instants.HOUR - _RECENT + instants.HOUR
        rows: list[Any] = []
        refused = ""
        if end > recent:
            rows = self._rows("history", zone, {}, "history")
        try:
            for first in range(start - start % instants.HOUR, min(end, recent), _MOST):
                last = min(first + _MOST, end, recent)
                span = {"start": instants.write(first), "end": instants.write(last)}
                rows = [*self._rows("past-range", zone, span, "data"), *rows]
        except ProviderUnavailable as error:
            if not rows:
                raise
            refused = f"grid: hours before the last 24 are not given ({error})"
        found = self._hourly(zone, rows, now).between(start, end)
        return replace(found, notes=(*found.notes, refused)) if refused else found

    def latest(self, zone: str, now: int) -> Hourly:
        """Give the newest hour that is known."""
        return self._hourly(zone, [self._page("latest", zone, {})], now)

    def forecast(self, zone: str, now: int) -> Hourly:
        """Give what is expected of the next 24 hours."""
        rows = self._rows("forecast", zone, {}, "forecast")
        return self._hourly(zone, rows, now, forecast=True)

    def _rows(self, what: str, zone: str, query: dict[str, str], key: str) -> list[Any]:
        rows = self._page(what, zone, query).get(key)
        if not isinstance(rows, list):
            raise ProviderUnavailable(f'the answer has no "{key}"', self._site.place)
        return rows

    def _page(self, what: str, zone: str, query: dict[str, str]) -> dict[str, Any]:
        asked = {
            "zone": checked_zone(zone, ABOUT), "emissionFactorType": "lifecycle",
            # Else an unknown zone is taken to be where the question came from.
            "disableCallerLookup": "true", **query,
        }  # fmt: skip
        answer = self._site.get(f"{_ROOT}/{what}", asked)
        found = page(accepted(answer, self._site.place, ABOUT.variable), self._site.place)
        if found.get("zone") != zone:
            raise ProviderUnavailable("the answer is of another zone", f"{zone}, {what}")
        if found.get("temporalGranularity", "hourly") != "hourly":
            raise ProviderUnavailable("the answer is not by the hour", f"{zone}, {what}")
        return found

    def _hourly(self, zone: str, rows: list[Any], now: int, *, forecast: bool = False) -> Hourly:
        sigma = spread.sigma_of(zone)
        found = [each for row in rows if (each := self._stretch(row, sigma)) is not None]
        notes = [f"grid: Electricity Maps, zone {zone}, imports included"]
        guessed = sum(isinstance(row, dict) and row.get("isEstimated") is True for row in rows)
        if forecast:
            notes.append("grid: a forecast")
        elif guessed:
            notes.append(f"grid: {guessed} of {len(rows)} hours are Electricity Maps' estimates")
        known = spread.less_sure(found) if forecast else found
        return hours_of(ABOUT, zone, known, now, notes)

    def _stretch(self, row: object, sigma: float) -> Stretch | None:
        """Give the hour of a row; None where its value is null."""
        place = self._site.place
        if not isinstance(row, dict) or row.get("emissionFactorType", "lifecycle") != "lifecycle":
            raise ProviderUnavailable("a row of the answer is no life-cycle intensity", place)
        value = row.get("carbonIntensity")
        if value is None:
            return None
        start = instant(row.get("datetime"), place)
        return spread.lifecycle(start, start + instants.HOUR, number(value, place), sigma)


def open_provider(address: str, key: str) -> ElectricityMaps:
    """Give the provider; nothing is asked yet."""
    return ElectricityMaps(address, key)
