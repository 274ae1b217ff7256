"""ENTSO-E's Transparency Platform: what plants of an area made, by type; the intensity is ours.

The form is that of its RESTful API user guide. Generation per type (16.1.B&C) is multiplied by what
each technology emits over its life cycle (`submeter.reference.live.technologies`): what is made in
the area, without trade, losses and what small plants behind the meter give.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from submeter.errors import ProviderUnavailable, UsageError
from submeter.quantities.factor import Source
from submeter.reference.live import generation, instants
from submeter.reference.live.pages import hours_of
from submeter.reference.live.provider import About, keyed
from submeter.reference.live.technologies import DATA
from submeter.reference.live.web import Site, accepted
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    from submeter.reference.live.hourly import Hourly

ABOUT = About(
    name="entsoe",
    title="ENTSO-E Transparency Platform",
    address="https://web-api.tp.entsoe.eu",
    zones="its areas are such as FR, DE_LU or NO_2, or a code such as 10YFR-RTE------C",
    basis="lifecycle location average",
    source=Source(
        "entsoe-live",
        "ENTSO-E Transparency Platform: actual generation per production type (16.1.B&C), times "
        "life-cycle intensities of IPCC, UNECE and Turconi et al., "
        "https://transparency.entsoe.eu/",
        "LicenseRef-entsoe-terms",
    ),
)
_MOST = 7 * instants.DAY
_LATE = 6 * instants.HOUR
"""Areas publish an hour after it is over, some of them several."""
_CODE = re.compile(r"\d\d[A-Z][A-Z0-9-]{13}")
_NO_DATA = "999"
_SHOWN = 120


class Entsoe:
    """ENTSO-E's Transparency Platform.

    Parameters
    ----------
    address : str
        Where to ask; its own address if empty.
    key : str
        The security token.
    """

    def __init__(self, address: str, key: str) -> None:
        self.about = replace(ABOUT, address=address or ABOUT.address)
        self._token = keyed(ABOUT, key)
        self._site = Site(self.about.address, {"Accept": "application/xml, */*;q=0.1"})

    def history(self, zone: str, start: int, end: int, now: int) -> Hourly:
        """Give what the plants of an area emitted from `start` to `end` [ns UTC]."""
        area = area_code(zone)
        first = start - start % instants.HOUR
        last = min(end + -end % instants.HOUR, now - now % instants.HOUR + instants.HOUR)
        documents = [
            document
            for begin in range(first, last, _MOST)
            if (document := self._document(area, begin, min(begin + _MOST, last))) is not None
        ]
        known = generation.stretches(documents, self._site.place)
        notes = (
            f"grid: ENTSO-E, generation in {zone} by type times published life-cycle factors",
            "grid: generation within the area; imports and grid losses are not in it",
        )
        return hours_of(ABOUT, zone, known, now, notes).between(start, end)

    def latest(self, zone: str, now: int) -> Hourly:
        """Give the newest slots that are known, those of the last six hours."""
        return self.history(zone, now - _LATE, now, now)

    def forecast(self, zone: str, now: int) -> Hourly:  # noqa: ARG002 - the common form
        """Refuse: the platform forecasts sun, wind and load, and no mix.

        Raises
        ------
        ProviderUnavailable
            Always.
        """
        fix = "electricity-maps and uk-carbon-intensity have one"
        raise ProviderUnavailable("it has no forecast of the whole mix", ABOUT.name, fix)

    def _document(self, area: str, start: int, end: int) -> ET.Element | None:
        """Give the document of a stretch of time; None if there is no data."""
        asked = {
            "securityToken": self._token, "documentType": "A75", "processType": "A16",
            "in_Domain": area, "periodStart": _minute(start), "periodEnd": _minute(end),
        }  # fmt: skip
        answer = self._site.get("/api", asked)
        place = self._site.place
        if answer.status == 400:  # noqa: PLR2004 - a refusal is a document too
            document = generation.read(answer.body, place)
        else:
            accepted(answer, place, ABOUT.variable)
            document = generation.read(answer.body, place)
        refusal = generation.reason(document)
        if refusal is None:
            return document
        code, text = refusal
        if code == _NO_DATA and "no matching data" in text.lower():
            return None
        told = "" if self._token in text or not text.isprintable() else f": {text[:_SHOWN]}"
        raise ProviderUnavailable(f"it refuses the question{told}", place, ABOUT.zones)


def area_code(zone: str) -> str:
    """Give the code of an area.

    Raises
    ------
    UsageError
        If it is neither in the table nor a code.

    Examples
    --------
    >>> area_code("FR"), area_code("10YCH-SWISSGRIDZ")
    ('10YFR-RTE------C', '10YCH-SWISSGRIDZ')
    """
    code = _areas().get(zone, zone)
    if _CODE.fullmatch(code) is None:
        raise UsageError(f'"{zone}" is no area of {ABOUT.title}', "--zone", ABOUT.zones)
    return code


@lru_cache(maxsize=1)
def _areas() -> Mapping[str, str]:
    return {row["zone"]: row["eic"] for row in read_sealed(DATA / "entsoe_zones.csv").rows}


def _minute(instant: int) -> str:
    return instants.moment(instant).strftime("%Y%m%d%H%M")


def open_provider(address: str, key: str) -> Entsoe:
    """Give the provider; nothing is asked yet."""
    return Entsoe(address, key)
