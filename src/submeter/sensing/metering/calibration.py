"""How often a meter's own value changes, and what a read of it costs: measured, not believed."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from submeter.sensing.metering.crosscheck import Check
    from submeter.sensing.sensors.sensor import Sensor

_ENOUGH = 12
"""Changes of a value after which its refresh is known well enough."""

_SLOWEST = 0.25
"""A sensor whose read costs more than this [s] is not watched: it would be nothing but cost."""


class Calibration(NamedTuple):
    """What was measured of a domain's meter.

    Parameters
    ----------
    refresh : float or None
        How often its value changes [s]; None if it did not change often enough to tell.
    read_cost : float
        Time that one read of its sensor takes [s], median.
    check : Check or None
        Its counter held against its power; None where it has one of them only.
    """

    refresh: float | None
    read_cost: float
    check: Check | None = None


def calibrate(
    sensor: Sensor,
    seconds: float,
    now: Callable[[], int],
    sleep: Callable[[float], None],
) -> dict[str, Calibration]:
    """Watch a sensor's values change for a short time.

    Parameters
    ----------
    sensor : Sensor
        An open sensor.
    seconds : float
        How long to watch at most [s].
    now : callable
        Monotonic clock [ns].
    sleep : callable
        Waits for a time [s].

    Returns
    -------
    dict of str to Calibration
        By domain; empty if the sensor does not answer.

    Notes
    -----
    Reads follow one another with pauses of four times their cost and 0.5 ms at least, so that
    watching takes a fifth of one core at most. The refresh is the median time between changes of
    the value; a change is seen up to one pause late, which two neighbours share.
    """
    end = now() + round(seconds * 1e9)
    costs: list[float] = []
    last: dict[str, tuple[int, int]] = {}
    changes: dict[str, list[int]] = {}
    while now() < end and not _known(changes, last):
        before = now()
        try:
            samples = sensor.sample(now)
        except Exception:  # noqa: BLE001 - a plug-in must not take the meter down; its reader tells
            return {}
        costs.append((now() - before) / 1e9)
        if costs[-1] > _SLOWEST:
            break
        for domain, _kind, value, instant in samples:
            if domain not in last:
                last[domain] = (value, 0)
            elif value != last[domain][0]:
                if last[domain][1]:
                    changes.setdefault(domain, []).append(instant - last[domain][1])
                last[domain] = (value, instant)
        sleep(max(0.0005, 4 * costs[-1]))
    cost = median(costs)
    return {domain: Calibration(_refresh(changes.get(domain, [])), cost) for domain in last}


def _known(changes: dict[str, list[int]], last: dict[str, tuple[int, int]]) -> bool:
    return bool(last) and all(len(changes.get(domain, ())) >= _ENOUGH for domain in last)


def _refresh(intervals: list[int]) -> float | None:
    return median(intervals) / 1e9 if len(intervals) >= 3 else None  # noqa: PLR2004
