"""How a BMC is asked by Redfish: its chassis, and the pages on which one tells what it draws.

References: DMTF DSP0266, *Redfish Specification*; DSP2046, *Redfish Resource and Schema Guide*:
Chassis, EnvironmentMetrics, Power, PowerSubsystem, PowerSupplyMetrics.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.sensing.devices import jsonpage
from submeter.sensing.devices.http import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from submeter.sensing.devices.http import Site

COLLECTION = "/redfish/v1/Chassis"

_MOST = 64
"""Chassis, or power supplies of one, that are looked at."""

_PATIENCE = 4.0
"""How long a BMC may take to tell all of them [s]: a sensor has 5 s to open."""

_INNER = ("Component", "Module", "Card")
"""Types of a chassis that is a part of another, whether or not it names that one."""

JOULES_PER_KWH = 3_600_000


class Gauge(NamedTuple):
    """Where a chassis tells a number.

    Parameters
    ----------
    pages : tuple of str
        The pages that hold it; it is the sum over them.
    keys : tuple of (str or int)
        Where it lies in each.
    value : Decimal
        What it was when it was found.
    minutes : int
        Over how long it is averaged, if the BMC says so; 0 for the newest value.
    """

    pages: tuple[str, ...]
    keys: tuple[str | int, ...]
    value: Decimal
    minutes: int = 0


class Chassis(NamedTuple):
    """A chassis that tells what it draws: its id, its product, its energy [kWh] and power [W]."""

    id: str
    device: str
    energy: Gauge | None
    power: Gauge | None


def read(site: Site, gauge: Gauge) -> Decimal | None:
    """Give the number of a gauge now; None if a part of it is missing."""
    parts = [jsonpage.number(jsonpage.fetch(site, page), *gauge.keys) for page in gauge.pages]
    known = [each for each in parts if each is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(parts) else None


def chassis(site: Site) -> list[Chassis]:
    """Give the chassis that tell what they draw, without those that lie in another of them.

    Parameters
    ----------
    site : Site
        The BMC; a path of a chassis in its address means that one alone.

    Raises
    ------
    NoAnswer
        If the BMC does not answer, or takes too long.
    """
    return _Search(site).found()


class _Search:
    """One walk through a BMC's chassis, outer ones first."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._until = time.monotonic() + _PATIENCE
        self._members: tuple[str, ...] = (site.path,)
        self._seen: set[str] = set()
        self._covered: set[str] = set()
        self._telling: list[tuple[Chassis, str]] = []

    def found(self) -> list[Chassis]:
        if not self._site.path:
            self._members = tuple(self._collection(COLLECTION))
        for path in self._members:
            self._visit(path)
        outer = [each for each, kind in self._telling if kind not in _INNER]
        return outer or [each for each, _ in self._telling]

    def _visit(self, path: str) -> None:
        if path in self._seen or path in self._covered:
            return
        self._seen.add(path)
        page = self._page(path)
        around = _link(page, "Links", "ContainedBy")
        if around in self._members:
            self._visit(around)
            if around in self._covered:
                self._covered.add(path)
                return
        energy, power = self._gauges(page)
        if energy is None and power is None:
            return
        made = (page.get("Manufacturer"), page.get("Model"))
        device = " ".join(each[:64] for each in made if isinstance(each, str))
        self._covered |= {path, *_links(jsonpage.find(page, "Links", "Contains"))}
        kind = str(page.get("ChassisType", ""))
        told = Chassis(path.rstrip("/").rpartition("/")[2], device, energy, power)
        self._telling.append((told, kind))

    def _gauges(self, page: dict[str, Any]) -> tuple[Gauge | None, Gauge | None]:
        """Give a chassis' energy and power, from where its BMC tells them."""
        energy = power = None
        if metrics := _link(page, "EnvironmentMetrics"):
            told = self._optional(metrics)
            energy = _gauge(told, (metrics,), "EnergykWh", "Reading")
            power = _gauge(told, (metrics,), "PowerWatts", "Reading")
        if power is None and (older := _link(page, "Power")):
            power = _controlled(self._optional(older), older)
        if power is None and (subsystem := _link(page, "PowerSubsystem")):
            power = self._supplied(self._optional(subsystem))
        return energy, power

    def _supplied(self, subsystem: dict[str, Any]) -> Gauge | None:
        """Give the sum of what the power supplies take in; None if one that is there won't tell."""
        pages, total = [], []
        for path in self._collection(_link(subsystem, "PowerSupplies")):
            supply = self._page(path)
            if jsonpage.find(supply, "Status", "State") == "Absent":
                continue
            metrics = _link(supply, "Metrics")
            value = jsonpage.number(self._optional(metrics), "InputPowerWatts", "Reading")
            if value is None:
                return None
            pages.append(metrics)
            total.append(value)
        keys = ("InputPowerWatts", "Reading")
        return Gauge(tuple(pages), keys, sum(total[1:], total[0])) if total else None

    def _collection(self, path: str) -> Iterator[str]:
        """Give the members of a collection, page by page."""
        count = 0
        while path and count < _MOST:
            page = self._page(path)
            for member in _links(page.get("Members")):
                count += 1
                yield member
            path = _text(page.get("Members@odata.nextLink"))

    def _optional(self, path: str) -> dict[str, Any]:
        """Give a page that a BMC may not have, though it names it; empty if so."""
        try:
            return self._page(path) if path else {}
        except NoAnswer as error:
            if error.status in (404, 405, 501):
                return {}
            raise

    def _page(self, path: str) -> dict[str, Any]:
        if time.monotonic() > self._until:
            what = f"{self._site.place} took more than {_PATIENCE:g} s to tell its chassis"
            fix = f"name the one that this machine is in: https://bmc{COLLECTION}/ID"
            raise NoAnswer(what, fix)
        return jsonpage.fetch(self._site, path)


def _controlled(page: dict[str, Any], path: str) -> Gauge | None:
    """Give the power of the first control that tells one: the whole chassis'.

    Those after it are parts, such as processors and memory, and are not added.
    """
    controls = page.get("PowerControl")
    for place in range(len(controls) if isinstance(controls, list) else 0):
        newest = _gauge(page, (path,), "PowerControl", place, "PowerConsumedWatts")
        if newest is not None:
            return newest
        keys = ("PowerControl", place, "PowerMetrics")
        mean = _gauge(page, (path,), *keys, "AverageConsumedWatts")
        minutes = jsonpage.number(page, *keys, "IntervalInMin")
        if mean is not None and minutes:
            return mean._replace(minutes=int(minutes))
    return None


def _gauge(page: object, pages: tuple[str, ...], *keys: str | int) -> Gauge | None:
    value = jsonpage.number(page, *keys)
    return None if value is None else Gauge(pages, keys, value)


def _link(page: object, *keys: str) -> str:
    return _text(jsonpage.find(page, *keys, "@odata.id"))


def _links(members: object) -> list[str]:
    found = [_link(each) for each in members[:_MOST]] if isinstance(members, list) else []
    return [each for each in found if each]


def _text(value: object) -> str:
    """Give a path on the BMC; empty for anything else, such as another machine's address."""
    fits = isinstance(value, str) and value.startswith("/redfish/") and value.isprintable()
    return str(value) if fits and " " not in str(value) else ""
