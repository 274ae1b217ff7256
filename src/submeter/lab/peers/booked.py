"""What Submeter's bookings say of each component."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.lab.peers.meter import MICROJOULES, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Figures(NamedTuple):
    """An energy and the ends of its interval [µJ], and how much of the time was seen."""

    energy: float
    low: float
    high: float
    coverage: float


def told(bookings: Iterable[Any], figures_of: Callable[[Any], Figures]) -> Told:
    """Give what bookings say of each component, and of all that was metered.

    Parameters
    ----------
    bookings : iterable of Booking
        Of one window.
    figures_of : callable
        Gives what counts of one of them.
    """
    seen = [each for each in bookings if each.coverage]
    named = {each.domain: each for each in seen}
    found: Told = {}
    # One that is there twice counts twice: that is for the case to find out.
    for each in seen:
        around = named.get(each.inside)
        # A die that mirrors another's counter lies inside it, as cores do in their package.
        if around is None or component(around) != component(each):
            _add(found, component(each), figures_of(each))
        if around is None and each.tier == "measured":
            _add(found, "whole", figures_of(each))
    return found


def figures(booking: Any, asked: str) -> Figures:  # noqa: ANN401 - a Booking
    """Give what a device drew, or what of it is charged to this process.

    Parameters
    ----------
    booking : Booking
        Of one domain.
    asked : str
        ``device`` or ``process``.
    """
    charges = import_module("submeter.runs.charges")
    if asked != "device":
        charge = charges.charged([booking]) or (0, 0, 0, 0)
        # What nobody knows the owner of may be this process's.
        return Figures(*charge)._replace(high=charge[2] + booking.unattributed)
    low, high = charges.meter_ratios(booking)
    energy = booking.meter
    above = high * energy if energy else booking.above
    return Figures(energy, low * energy, above, booking.coverage)


def component(booking: Any) -> str:  # noqa: ANN401 - a Booking
    """Name what a booking is of, as cases ask for it."""
    named: str = booking.component
    return {"memory": "dram"}.get(named, named)


def _add(found: Told, name: str, figures: Figures) -> None:
    part = found.setdefault(name, {"energy": 0.0, "low": 0.0, "high": 0.0, "coverage": 1.0})
    for key in ("energy", "low", "high"):
        part[key] += getattr(figures, key) / MICROJOULES
    part["coverage"] = min(part["coverage"], figures.coverage)
