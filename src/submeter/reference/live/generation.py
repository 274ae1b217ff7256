"""How ENTSO-E tells generation by type: documents of the CIM, points by position, repeats left out.

The form is that of the platform's RESTful API guide, article 16.1.B&C (``A75``, ``A16``), and of
curve types A01 and A03 in ENTSO-E's "Introduction of different timeseries possibilities", 1.4.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from submeter.errors import ProviderUnavailable
from submeter.reference.live import instants
from submeter.reference.live.hourly import Stretch
from submeter.reference.live.technologies import intensity, technologies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STORAGE = frozenset({"B10", "B25"})
"""Pumped storage and batteries: what they give was made elsewhere, and would be counted twice."""

LITTLE = 0.01
"""Types that make less than this share [1] of a document's energy may be missing for a while: a
judgement. A missing type of more weight is a gap, for the rest is not the grid's mix."""

_MINUTE = instants.HOUR // 60
_STEPS = {"PT15M": 15 * _MINUTE, "PT30M": 30 * _MINUTE, "PT60M": 60 * _MINUTE, "PT1H": 60 * _MINUTE}
_MOST_POINTS = 200_000

Series = dict[int, float]
"""Power [MW] by the beginning of its slot [ns UTC]."""


def read(body: bytes, place: str) -> ET.Element:
    """Give the document that an answer is.

    Raises
    ------
    ProviderUnavailable
        If it is none, or declares entities, which could swell without end.
    """
    try:
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise ProviderUnavailable("the answer declares entities", place)
        return ET.fromstring(body)  # noqa: S314 - bounded, and without entities
    except (ET.ParseError, ValueError, LookupError):
        raise ProviderUnavailable("the answer is no XML", place, "ask again later") from None


def reason(document: ET.Element) -> tuple[str, str] | None:
    """Give code and text of a refusal; None if the document is none."""
    if _name(document) != "Acknowledgement_MarketDocument":
        return None
    for each in document.iter():
        if _name(each) == "Reason":
            return _text(each, "code"), _text(each, "text")
    return "", ""


def stretches(documents: Iterable[ET.Element], place: str) -> tuple[Stretch, ...]:
    """Give the intensity of the mix, slot by slot [gCO2e/kWh]; slots that miss a type are left out.

    Raises
    ------
    ProviderUnavailable
        If a document is not of generation, or holds what cannot be read.
    """
    made: dict[str, Series] = {}
    step = instants.HOUR
    for document in documents:
        if _name(document) != "GL_MarketDocument":
            raise ProviderUnavailable("the answer is not of generation", place)
        for series in (each for each in document if _name(each) == "TimeSeries"):
            code = _text(series, "psrType")
            if any(_name(each).startswith("outBiddingZone") for each in series) or code in STORAGE:
                continue
            if code not in technologies():
                raise ProviderUnavailable("a production type of the answer is not known", place)
            for length, points in _periods(series, place):
                step = min(step, length)
                _enter(made.setdefault(code, {}), points, length)
    return tuple(_slots(made, step))


def _enter(into: Series, points: Series, length: int) -> None:
    """Enter points by quarters of an hour, so that types of all resolutions meet."""
    quarter = _STEPS["PT15M"]
    for start, power in points.items():
        for slot in range(start, start + length, quarter):
            into[slot] = power


def _slots(made: dict[str, Series], step: int) -> Iterator[Stretch]:
    """Give each slot of `step` [ns] whose mix is known all along."""
    quarter = _STEPS["PT15M"]
    totals = {code: math.fsum(max(0.0, power) for power in each.values())
              for code, each in made.items()}  # fmt: skip
    least = LITTLE * math.fsum(totals.values())
    heavy = [code for code, total in totals.items() if total > least]
    starts = sorted({slot - slot % step for each in made.values() for slot in each})
    for start in starts if heavy else ():
        quarters = range(start, start + step, quarter)
        if not all(slot in made[code] for code in heavy for slot in quarters):
            continue
        mix = {code: math.fsum(each.get(slot, 0.0) for slot in quarters)
               for code, each in made.items()}  # fmt: skip
        found = intensity(mix)
        if found is not None:
            yield Stretch(start, start + step, *found)


def _periods(series: ET.Element, place: str) -> Iterator[tuple[int, Series]]:
    """Give the length of a slot [ns] and the points of each period of a series."""
    repeats = _text(series, "curveType") == "A03"
    for period in (each for each in series if _name(each) == "Period"):
        step = _STEPS.get(_text(period, "resolution"))
        try:
            start, end = (instants.read(_text(period, word)) for word in ("start", "end"))
            points = {
                int(_text(each, "position")): float(_text(each, "quantity"))
                for each in period if _name(each) == "Point"
            }  # fmt: skip
        except ValueError:
            raise ProviderUnavailable("a period of the answer cannot be read", place) from None
        if step is None:
            raise ProviderUnavailable(
                "a resolution of the answer is not by the hour or finer", place
            )
        count = (end - start) // step
        fits = all(1 <= position <= count for position in points)
        if not 0 < count <= _MOST_POINTS or not fits or start % _STEPS["PT15M"]:
            raise ProviderUnavailable("a period of the answer does not fit its points", place)
        if not all(map(math.isfinite, points.values())):
            raise ProviderUnavailable("a power of the answer is not finite", place)
        yield step, _placed(points, start, step, count, repeats=repeats)


def _placed(
    points: dict[int, float], start: int, step: int, count: int, *, repeats: bool
) -> Series:
    """Give points by their instant; where repeats are left out, each holds until the next."""
    placed: Series = {}
    last = None
    for position in range(1, count + 1):
        power = points.get(position, last if repeats else None)
        if power is not None:
            placed[start + (position - 1) * step] = power
        last = power
    return placed


def _name(element: ET.Element) -> str:
    """Give an element's name without its namespace, which changes with the version."""
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element, name: str) -> str:
    """Give the text of the first element so called below; empty if there is none."""
    for each in element.iter():
        if _name(each) == name:
            return (each.text or "").strip()
    return ""
