"""WattTime: what one more kilowatt-hour would have emitted in a region, by five minutes.

The form is that of https://docs.watttime.org (API version 3): a user and a password buy a token
for half an hour, and the marginal operating emissions rate comes in pounds of CO2 a megawatt-hour.
Never used where a mean is meant.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from submeter.errors import ProviderUnavailable
from submeter.quantities.factor import Source
from submeter.reference.live import instants, spread
from submeter.reference.live.pages import hours_of, instant, number, page
from submeter.reference.live.provider import About, checked_zone, keyed
from submeter.reference.live.web import Site, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.reference.live.hourly import Hourly

ABOUT = About(
    name="watttime",
    title="WattTime",
    address="https://api.watttime.org",
    zones="its regions are such as CAISO_NORTH or PJM_DC",
    basis="combustion location marginal",
    source=Source(
        "watttime-live",
        "WattTime: API version 3, marginal operating emissions rate (co2_moer), "
        "https://docs.watttime.org/",
        "LicenseRef-watttime-terms",
    ),
)
GRAMS_A_POUND_A_MEGAWATT_HOUR = 0.45359237
"""1 lb/MWh [g/kWh], exact: the international pound is 0.45359237 kg."""

_SIGNAL = "co2_moer"
_UNIT = "lbs_co2_per_mwh"
_STEP = 300
"""Seconds between points where the answer does not tell."""
_MOST = 30 * instants.DAY


class WattTime:
    """WattTime.

    Parameters
    ----------
    address : str
        Where to ask; its own address if empty.
    key : str
        ``user:password``.
    """

    def __init__(self, address: str, key: str) -> None:
        self.about = replace(ABOUT, address=address or ABOUT.address)
        if ":" not in keyed(ABOUT, key):
            what = f"{ABOUT.variable} holds no user and password"
            raise ProviderUnavailable(what, ABOUT.name, f"write {ABOUT.variable}=user:password")
        self._basic = f"Basic {b64encode(key.encode()).decode()}"
        self._site = Site(self.about.address, {})

    def history(self, zone: str, start: int, end: int, now: int) -> Hourly:
        """Give what one more kWh would have emitted from `start` to `end` [ns UTC]."""
        pages = [
            self._page("historical", zone, {
                "start": instants.write(first), "end": instants.write(min(first + _MOST, end)),
            })
            for first in range(start, end, _MOST)
        ]  # fmt: skip
        return self._hourly(zone, pages, now).between(start, end)

    def latest(self, zone: str, now: int) -> Hourly:
        """Give the newest points that are known, those of the last two hours."""
        return self.history(zone, now - 2 * instants.HOUR, now, now)

    def forecast(self, zone: str, now: int) -> Hourly:
        """Give what is expected of the next 24 hours."""
        return self._hourly(zone, [self._page("forecast", zone, {})], now, forecast=True)

    def _page(self, what: str, zone: str, query: Mapping[str, str]) -> dict[str, Any]:
        asked = {"region": checked_zone(zone, ABOUT), "signal_type": _SIGNAL, **query}
        bearer = {"Authorization": f"Bearer {self._token()}"}
        answer = self._site.get(f"/v3/{what}", asked, bearer)
        found = page(accepted(answer, self._site.place, ABOUT.variable), self._site.place)
        meta = found.get("meta")
        if not isinstance(meta, dict) or not isinstance(found.get("data"), list):
            raise ProviderUnavailable('the answer has no "data" or no "meta"', self._site.place)
        if meta.get("region") != zone or meta.get("signal_type") != _SIGNAL:
            raise ProviderUnavailable(
                "the answer is of another region or signal", f"{zone}, {what}"
            )
        if meta.get("units") != _UNIT:
            raise ProviderUnavailable("the answer is in another unit", f"{zone}, {what}")
        return found

    def _token(self) -> str:
        """Buy a token; one a question, for questions are few and a token is half an hour old."""
        answer = self._site.get("/login", None, {"Authorization": self._basic})
        found = page(accepted(answer, self._site.place, ABOUT.variable), self._site.place)
        token = found.get("token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ProviderUnavailable("signing in gives no token", self._site.place)
        return token

    def _hourly(
        self, zone: str, pages: list[dict[str, Any]], now: int, *, forecast: bool = False
    ) -> Hourly:
        place, found = self._site.place, []
        for each in pages:
            step = each["meta"].get("data_point_period_seconds", _STEP)
            length = round(number(step, place)) * 1_000_000_000
            if not 0 < length <= instants.HOUR:
                raise ProviderUnavailable("the answer is not by the hour or finer", place)
            for row in each["data"]:
                if not isinstance(row, dict):
                    raise ProviderUnavailable("a row of the answer is none", place)
                if row.get("value") is None:
                    continue
                start = instant(row.get("point_time"), place)
                value = number(row["value"], place) * GRAMS_A_POUND_A_MEGAWATT_HOUR
                found.append(spread.combustion(start, start + length, value, spread.MARGINAL))
        notes = [f"grid: WattTime, region {zone}: marginal, not the mean of the grid"]
        if not forecast:
            return hours_of(ABOUT, zone, found, now, notes)
        return hours_of(ABOUT, zone, spread.less_sure(found), now, [*notes, "grid: a forecast"])


def open_provider(address: str, key: str) -> WattTime:
    """Give the provider; nothing is asked yet."""
    return WattTime(address, key)
