"""A counter is held against the power that the same device tells: they should agree."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.traces.reading import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from submeter.sensing.sensors.sensor import Power, Sensed
    from submeter.traces.reading import Sample
    from submeter.traces.trace import Accuracy

_PAUSE = 0.05
"""Time between two readings of the power [s], or `_SPARING` times what one costs: boards renew it
every 20 to 100 ms (arXiv:2312.02741), and this is read for some seconds once a boot."""

_SPARING = 20

_STILL = 0.2
"""A counter that grew by less than this part of what the power beside it came to is taken to have
failed, and not to have an error that an interval could tell: a judgement. The worst that is known
of one that works is 0.57, of a board at rest (Zeus, issue 181)."""


@runtime_checkable
class TellsPower(Protocol):
    """A sensor that reads counters of devices which also tell their power."""

    def domains(self) -> Sequence[Sensed]:
        """Give the domains that it reads."""
        ...

    def sample(self, now: Callable[[], int]) -> Sequence[Sample]:
        """Read the counters."""
        ...

    def powers(self, now: Callable[[], int]) -> Sequence[Power]:
        """Read the powers of those domains whose counter is read, where they are told."""
        ...


class Check(NamedTuple):
    """What a counter and the power beside it came to over the same time.

    Parameters
    ----------
    counted, integrated : int
        Energy by the counter, and by the power [µJ].
    allowed : int
        By how much [µJ] they may differ for their refresh and gain.
    seconds : float
        How long they were watched [s].
    window : float
        The power is a mean over the last so many seconds; 0 if it is that of the instant.
    """

    counted: int
    integrated: int
    allowed: int
    seconds: float
    window: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether they differ by no more than is allowed."""
        return abs(self.counted - self.integrated) <= self.allowed

    @property
    def stands_still(self) -> bool:
        """Whether the counter hardly moved while power flowed: it is not to be booked."""
        return not self.agrees and self.counted < _STILL * self.integrated

    def widened(self, accuracy: Accuracy) -> Accuracy:
        """Give how the counter errs, so that its interval holds what the power came to.

        And as much to either side as the power may err, which is as the counter was thought to.
        """
        ratio = self.integrated / self.counted
        return accuracy._replace(
            low=accuracy.low * min(1.0, ratio),
            high=accuracy.high * max(1.0, ratio),
            reason=f"{accuracy.reason}; counter and power disagree by {ratio - 1:+.0%}",
        )

    def by_power(self, sensed: Sensed) -> Sensed:
        """Give what is known of a domain that is read by its power instead of its counter."""
        reason = f"{sensed.accuracy.reason}; its power, for its counter stands still"
        return sensed._replace(
            spec=sensed.spec._replace(wrap=0, grain=0),
            accuracy=sensed.accuracy._replace(reason=reason),
            # Twice in the time over which it is averaged, a mean leaves out nothing.
            beat=self.window / 2 or sensed.accuracy.refresh,
            window=self.window,
        )

    def __str__(self) -> str:
        return (
            f"over {self.seconds:.1f} s its counter grew by {self.counted / 1e6:.1f} J while its "
            f"power came to {self.integrated / 1e6:.1f} J, and refresh and gain explain "
            f"{self.allowed / 1e6:.1f} J"
        )


def crosscheck(
    sensor: TellsPower,
    seconds: float,
    now: Callable[[], int],
    sleep: Callable[[float], None],
    refresh: Mapping[str, float],
) -> dict[str, Check]:
    """Watch counters and powers for some seconds.

    Parameters
    ----------
    sensor : TellsPower
        An open sensor.
    seconds : float
        How long to watch [s].
    now : callable
        Monotonic clock [ns].
    sleep : callable
        Waits for a time [s].
    refresh : mapping of str to float
        Measured refresh [s] by domain, where it is known better than the sensor's prior.

    Returns
    -------
    dict of str to Check
        By domain; empty if the sensor does not answer, or tells no second number.

    Notes
    -----
    The counter is read at either end alone, for that is what costs. The power is integrated by
    trapezoid. They may differ by the gain error of each (in squares), and at the edges by what is
    drawn at most in two refreshes, one pause, and the time over which the power is averaged.
    """
    try:
        first = _counters(sensor, now)
        powers = _watch(sensor, seconds, now, sleep)
        last = _counters(sensor, now)
    except Exception:  # noqa: BLE001 - a plug-in must not take the meter down; its reader tells
        return {}
    sensed = {each.domain.id: each for each in sensor.domains()}
    found = {}
    for domain, told in powers.items():
        if not (domain in first and domain in last and domain in sensed and len(told) > 1):
            continue
        counters = first[domain], last[domain]
        # One that started anew meanwhile, or came round, tells nothing of the two.
        if counters[1].value >= counters[0].value:
            age = refresh.get(domain, sensed[domain].accuracy.refresh)
            found[domain] = _check(sensed[domain], counters, told, age)
    return found


def _counters(sensor: TellsPower, now: Callable[[], int]) -> dict[str, Sample]:
    return {each.domain: each for each in sensor.sample(now) if each.kind is Kind.COUNTER}


def _watch(
    sensor: TellsPower, seconds: float, now: Callable[[], int], sleep: Callable[[float], None]
) -> dict[str, list[Power]]:
    end = now() + round(seconds * NANOSECONDS_PER_SECOND)
    found: dict[str, list[Power]] = {}
    while True:
        before = now()
        told = sensor.powers(now)
        for each in told:
            found.setdefault(each.domain, []).append(each)
        after = now()
        if not told or after >= end:
            return found
        sleep(max(_PAUSE, _SPARING * (after - before) / NANOSECONDS_PER_SECOND))


def _check(
    sensed: Sensed, counters: tuple[Sample, Sample], powers: Sequence[Power], age: float
) -> Check:
    first, last = counters
    # Held at either end until the counter was read.
    told = [
        powers[0]._replace(instant=first.instant),
        *powers,
        powers[-1]._replace(instant=last.instant),
    ]
    doubled = sum(
        (later.power + earlier.power) * (later.instant - earlier.instant)
        for earlier, later in pairwise(told)
    )
    integrated = doubled // (2 * NANOSECONDS_PER_SECOND)
    counted = last.value - first.value
    seconds = (last.instant - first.instant) / NANOSECONDS_PER_SECOND
    most = max(*(each.power for each in powers), counted / seconds)
    pause = seconds / len(powers)
    gain = max(1 - sensed.accuracy.low, sensed.accuracy.high - 1)
    edges = most * (2 * age + pause + powers[0].window)
    allowed = edges + gain * (counted**2 + integrated**2) ** 0.5
    return Check(counted, integrated, round(allowed), seconds, powers[0].window)
