"""The Carbon Intensity API of Great Britain's system operator: by the half-hour, no key.

The form is that of https://carbon-intensity.github.io/api-definitions/: what plants and imports
emit at the chimney, with losses of the grid, at most 14 days at once, and 48 hours ahead.
Regions 1 to 17 are forecasts only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from submeter.errors import ProviderUnavailable, UsageError
from submeter.quantities.factor import Source
from submeter.reference.live import instants, spread
from submeter.reference.live.pages import hours_of, instant, number, page
from submeter.reference.live.provider import About
from submeter.reference.live.web import Site, accepted

if TYPE_CHECKING:
    from submeter.reference.live.hourly import Hourly, Stretch

ABOUT = About(
    name="uk-carbon-intensity",
    title="Carbon Intensity API, Great Britain",
    address="https://api.carbonintensity.org.uk",
    zones="its zones are GB, and GB-1 to GB-17 for its regions, such as GB-13 for London",
    basis="combustion location average",
    source=Source(
        "uk-carbon-intensity-live",
        "National Energy System Operator: Carbon Intensity API, https://carbonintensity.org.uk/",
        "CC-BY-4.0",
    ),
    needs_key=False,
)
_MOST = 13 * instants.DAY
"""At most 14 days at once, and the answer may begin half an hour before."""
_REGIONS = range(1, 18)
_HALF = instants.HOUR // 2


class UkCarbonIntensity:
    """The Carbon Intensity API of Great Britain.

    Parameters
    ----------
    address : str
        Where to ask; its own address if empty.
    """

    def __init__(self, address: str) -> None:
        self.about = replace(ABOUT, address=address or ABOUT.address)
        self._site = Site(self.about.address, {})

    def history(self, zone: str, start: int, end: int, now: int) -> Hourly:
        """Give what Great Britain emitted from `start` to `end` [ns UTC]; of a region, forecasts.

        Half-hours without an actual value are left out.
        """
        rows: list[Any] = []
        for first in range(start - start % _HALF, end, _MOST):
            rows += self._rows(zone, first, min(first + _MOST, end))
        wanted = "forecast" if _region(zone) else "actual"
        return self._hourly(zone, rows, now, wanted).between(start, end)

    def latest(self, zone: str, now: int) -> Hourly:
        """Give the newest half-hours that are known, those of the last two hours."""
        return self.history(zone, now - 2 * instants.HOUR, now, now)

    def forecast(self, zone: str, now: int) -> Hourly:
        """Give what is expected of the next 48 hours."""
        rows = self._rows(zone, now - now % _HALF, now + 2 * instants.DAY)
        found = self._hourly(zone, rows, now, "forecast")
        return found.between(now, now + 2 * instants.DAY)

    def _rows(self, zone: str, start: int, end: int) -> list[Any]:
        region = _region(zone)
        span = f"{_minute(start)}/{_minute(end)}"  # it begins half an hour before: cut later
        path = f"/intensity/{span}"
        if region:
            path = f"/regional/intensity/{span}/regionid/{region}"
        answer = self._site.get(path)
        data = page(accepted(answer, self._site.place), self._site.place).get("data")
        if region:
            same = isinstance(data, dict) and data.get("regionid") == region
            data = data.get("data") if same and isinstance(data, dict) else None
        if not isinstance(data, list):
            raise ProviderUnavailable(f'the answer has no "data" of {zone}', self._site.place)
        return data

    def _hourly(self, zone: str, rows: list[Any], now: int, wanted: str) -> Hourly:
        sigma = spread.SMALL if _region(zone) else spread.LARGE
        found = [each for row in rows if (each := self._stretch(row, wanted, sigma)) is not None]
        notes = [
            "grid: National Energy System Operator, imports and losses included",
            "grid: combustion only; the high end of its interval covers fuel chains",
        ]
        if wanted == "forecast":
            notes.append("grid: a forecast")
            return hours_of(ABOUT, zone, spread.less_sure(found), now, notes)
        return hours_of(ABOUT, zone, found, now, notes)

    def _stretch(self, row: object, wanted: str, sigma: float) -> Stretch | None:
        """Give the half-hour of a row; None where there is no such value of it."""
        place = self._site.place
        told = row.get("intensity") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(told, dict):
            raise ProviderUnavailable("a row of the answer has no intensity", place)
        if told.get(wanted) is None:
            return None
        start, end = instant(row.get("from"), place), instant(row.get("to"), place)
        if not 0 < end - start <= instants.HOUR:
            raise ProviderUnavailable("a row of the answer is longer than an hour", place)
        return spread.combustion(start, end, number(told[wanted], place), sigma)


def _region(zone: str) -> int:
    """Give the number of a region; 0 for the whole."""
    if zone == "GB":
        return 0
    number_ = zone.removeprefix("GB-")
    if zone.startswith("GB-") and number_.isdecimal() and int(number_) in _REGIONS:
        return int(number_)
    raise UsageError(f'"{zone}" is no zone of {ABOUT.title}', "--zone", ABOUT.zones)


def _minute(instant_: int) -> str:
    return instants.moment(instant_).strftime("%Y-%m-%dT%H:%MZ")


def open_provider(address: str, key: str) -> UkCarbonIntensity:  # noqa: ARG001 - the common form
    """Give the provider; it takes no key, and none goes out."""
    return UkCarbonIntensity(address)
