"""A plug or strip that answers HTTP: Shelly of all generations, and Tasmota.

Recognised by what it answers. Its energy counter is read where it is fine enough; a counter that
moves in steps of a watt-hour would say nothing of a minute's work, so its power is read instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable
from submeter.sensing.devices import jsonpage
from submeter.sensing.devices.http import NoAnswer, opened
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

_WATT_MINUTE, _WATT_HOUR, _KILOWATT_HOUR = 60, 3600, 3_600_000
"""Joules in a unit of a plug's counter."""

_FINE = 100
"""The largest step of a counter that is read as one [J]: what a machine of 100 W draws in a second,
and so no worse than power that is a second old. A judgement."""

_REFRESH = 2.0
"""How often a plug's numbers change [s], a judgement: status messages that owners have published
show counters that stand up to two seconds behind the plug's own clock."""

_GAIN = 0.05
"""Relative gain error, 95 %, a judgement: the metering chips of plugs are sold as good to 1 to 3 %,
and the calibration that Tasmota's manual asks for has seldom been done."""

_MOST_WATTS = 7_400
"""What a circuit of 32 A gives at 230 V [W]."""

_PAGES = ("/rpc/Switch.GetStatus?id=0", "/status", "/cm?cmnd=Status%208")
"""Where a plug tells what it draws: Shelly Gen2 and later, Shelly Gen1, Tasmota."""

_OTHER_PAGE = (200, 400, 404, 501)
"""What a device says of a page that it has not, or that is none of a meter."""

_NAME_IT = "name the plug: SUBMETER_SENSOR_WALL=http://192.168.1.20"
_KNOWN = (
    "Shelly plugs and Tasmota are known; name the page of one socket of a strip: "
    "http://plug/rpc/Switch.GetStatus?id=1 or http://plug/meter/1"
)


class _Told(NamedTuple):
    """What a plug tells: its make, power [W], energy, and the joules in the energy's unit."""

    make: str
    power: Decimal | None
    energy: Decimal | None
    unit: int


class WallSensor:
    """One socket.

    Parameters
    ----------
    address : str
        Of the plug, or of the very page that tells what one socket of a strip draws.
    """

    name = "wall"
    may_hang = True

    def __init__(self, address: str) -> None:
        if not address:
            raise SensorUnavailable("no plug at the wall was named", fix=_NAME_IT)
        with opened(address, self.name, _KNOWN) as self._site:
            self._page, told = self._recognised()
        self._make = told.make
        step = float(jsonpage.step(told.energy) * told.unit) if told.energy is not None else 0.0
        self._counts = told.power is None or 0 < step <= _FINE
        self._grain = round(step * 1_000_000) if self._counts else 0
        refresh, reason = _REFRESH, f"gain ±{_GAIN:.0%} and {_REFRESH:g} s, a judgement"
        if self._counts:
            reason += f"; the counter moves in steps of {step:g} J"
        elif step:
            reason += f"; power, for the counter's steps of {step:g} J are too coarse"
        cycle = 0.0 if self._counts else _REFRESH
        self._accuracy = Accuracy(refresh, 1 - _GAIN, 1 + _GAIN, reason, cycle)

    @property
    def method(self) -> str:
        """Counter or power, by what is finer."""
        return f"{self._make}-{'energy-counter' if self._counts else 'power'}/1"

    def domains(self) -> Sequence[Sensed]:
        """Give the one domain."""
        # What is drawn in a whole refresh shows between two readings, however close.
        limit = round(5 * _REFRESH) * _MOST_WATTS * 1_000_000
        domain = Domain("wall", "machine", device=self._make)
        beat = 0.0 if self._counts else _REFRESH
        spec = CounterSpec(limit=limit, grain=self._grain)
        return [Sensed(domain, spec, self._accuracy, beat)]

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read the socket."""
        instant = now()
        told = _told(jsonpage.fetch(self._site, self._page))
        value = told and (told.energy if self._counts else told.power)
        if told is None or value is None:
            raise OSError(f"{self._site.place} does not tell what it draws at the moment")
        micro = value * (told.unit if self._counts else 1) * 1_000_000
        kind = Kind.COUNTER if self._counts else Kind.POWER
        return [Sample("wall", kind, round(micro), instant)]

    def close(self) -> None:
        """Let go of the connection."""
        self._site.close()

    def _recognised(self) -> tuple[str, _Told]:
        """Give the page that tells what the socket draws, and what it tells."""
        pages = (self._site.path,) if self._site.path else _PAGES
        for page in pages:
            try:
                told = _told(jsonpage.fetch(self._site, page))
            except NoAnswer as error:
                if error.status not in _OTHER_PAGE:
                    raise
                continue
            if told is not None and (told.power is not None or told.energy is not None):
                return page, told
        raise SensorUnavailable("what answers is no plug that is known", self._site.place, _KNOWN)


def _told(page: object) -> _Told | None:
    """Read a status page by its form; None if it has none that is known."""
    if jsonpage.find(page, "apower") is not None or jsonpage.find(page, "aenergy") is not None:
        # Shelly API, gen2, ComponentsAndServices/Switch: total in watt-hours.
        power = jsonpage.number(page, "apower")
        return _Told("shelly-gen2", power, jsonpage.number(page, "aenergy", "total"), _WATT_HOUR)
    energy = jsonpage.find(page, "StatusSNS", "ENERGY")
    if isinstance(energy, dict):
        power, total = _summed(energy.get("Power")), _summed(energy.get("Total"))
        return _Told("tasmota", power, total, _KILOWATT_HOUR)
    meters = jsonpage.find(page, "meters") or jsonpage.find(page, "emeters")
    if isinstance(meters, list):
        if len(meters) != 1:
            raise NoAnswer("the strip has several sockets, and which is meant was not said", _KNOWN)
        page = meters[0]
    if jsonpage.find(page, "power") is None or jsonpage.find(page, "is_valid") is None:
        return None
    if jsonpage.find(page, "is_valid") is not True:
        return _Told("shelly-gen1", None, None, _WATT_MINUTE)
    # Shelly API, gen1: total in watt-minutes of a plug's meter, in watt-hours of a clamp's, which
    # alone tells what was returned.
    clamp = jsonpage.find(page, "total_returned") is not None
    unit = _WATT_HOUR if clamp else _WATT_MINUTE
    power, total = jsonpage.number(page, "power"), jsonpage.number(page, "total")
    return _Told("shelly-gen1", power, total, unit)


def _summed(value: object) -> Decimal | None:
    """Give a number, or the sum of a list of them: one a channel; None if one is missing."""
    values = value if isinstance(value, list) else [value]
    numbers = [jsonpage.number(each) for each in values]
    whole = [each for each in numbers if each is not None]
    return sum(whole[1:], whole[0]) if whole and len(whole) == len(numbers) else None


def open_sensor(root: str = "") -> WallSensor:
    """Open the plug at the address `root`."""
    return WallSensor(root)
