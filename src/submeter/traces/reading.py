"""What a sensor says at an instant, and what the reader makes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a raw number is."""

    COUNTER = "counter"
    """Energy since some start [µJ]; it only grows, save for wraps and resets."""
    POWER = "power"
    """Power [µW], at the instant or averaged over the meter's own window."""


class Sample(NamedTuple):
    """One raw number, as the device gave it.

    Parameters
    ----------
    domain : str
        Id of the `Domain`.
    kind : Kind
        Counter [µJ] or power [µW].
    value : int
        The number.
    instant : int
        When it was asked for [ns, monotonic].
    """

    domain: str
    kind: Kind
    value: int
    instant: int


class Reading(NamedTuple):
    """The energy of one domain over a stretch of time, as one sensor saw it.

    Parameters
    ----------
    sensor : str
        Name of the sensor.
    domain : str
        Id of the `Domain`.
    start, end : int
        The stretch [ns, monotonic].
    energy : int
        Energy [µJ].
    tier : str
        A `Tier`'s value.
    """

    sensor: str
    domain: str
    start: int
    end: int
    energy: int
    tier: str
