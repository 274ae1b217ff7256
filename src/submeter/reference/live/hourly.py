"""`Hourly`: what a grid emitted hour by hour, and its mean over the energy that was drawn.

A missing hour is never zero: the mean says how much of the energy it saw, and what it did not see
is told as between the lowest and the highest hour, or by a yearly factor that was handed in.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import QuantityError, UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.reference.live.instants import HOUR, hours, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNIT = "gCO2e/kWh"
"""The unit of every intensity here."""


class Stretch(NamedTuple):
    """One value of a grid and the time that it holds for.

    Parameters
    ----------
    start, end : int
        From when to when [ns UTC].
    value, low, high : float
        Carbon intensity and its 95 % interval [gCO2e/kWh].
    """

    start: int
    end: int
    value: float
    low: float
    high: float


class Piece(NamedTuple):
    """Energy that was drawn evenly over a stretch of time.

    Parameters
    ----------
    start, end : int
        From when to when [ns UTC].
    energy : int
        What was drawn [µJ].
    """

    start: int
    end: int
    energy: int


@dataclass(frozen=True, slots=True)
class Mean:
    """The intensity of some energy.

    Parameters
    ----------
    factor : Factor
        The weighted mean [gCO2e/kWh] with its interval.
    coverage : float
        The share of the energy whose hours were seen, 0 to 1.
    notes : tuple of str
        What stands in for the rest.
    """

    factor: Factor
    coverage: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hourly:
    """A grid's carbon intensity over time.

    Parameters
    ----------
    id : str
        Key of the unknown behind all of it, such as ``grid/live/electricity-maps/FR``. How wrong a
        provider is about a zone is one unknown and not one an hour: factors and methods stay the
        same from hour to hour, so errors do not average out over a day.
    zone : str
        The zone, in the provider's words.
    basis : str
        ``lifecycle`` or ``combustion``, ``location``, ``average`` or ``marginal``.
    source : Source
        Who published it, and under which licence.
    stretches : tuple of Stretch
        In order, none over another, gaps where nothing is known.
    fetched : int
        When it was asked for [ns UTC].
    notes : tuple of str
        What a reader must know to use it rightly.

    Raises
    ------
    QuantityError
        If an intensity is negative or not finite, or two stretches overlap.
    """

    id: str
    zone: str
    basis: str
    source: Source
    stretches: tuple[Stretch, ...]
    fetched: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        last = None
        for each in self.stretches:
            where = f"{self.id}, {short(each.start)}"
            numbers = (each.low, each.value, each.high)
            if not all(map(math.isfinite, numbers)) or not 0 <= each.low <= each.value <= each.high:
                raise QuantityError(f"an intensity of {each.value:g} {UNIT} cannot be", where)
            if each.end <= each.start or (last is not None and each.start < last):
                raise QuantityError("two values are for the same time", where)
            last = each.end

    @property
    def is_marginal(self) -> bool:
        """Whether it says what one more kWh would emit, not what the mean kWh emitted."""
        return "marginal" in self.basis.split()

    def average(self) -> Hourly:
        """Give this back if it is an average.

        Raises
        ------
        UsageError
            If it is marginal: shares of the grid's emissions must add up to what it emitted, and
            marginal ones do not.
        """
        if self.is_marginal:
            what = "a marginal intensity cannot account for what was drawn"
            fix = "take an average for accounts; marginal ones tell what a shift would save"
            raise UsageError(what, self.id, fix)
        return self

    def between(self, start: int, end: int) -> Hourly:
        """Give what lies between two instants [ns UTC]; stretches are cut at both."""
        kept = tuple(
            each._replace(start=max(each.start, start), end=min(each.end, end))
            for each in self.stretches
            if each.start < end and each.end > start
        )
        return replace(self, stretches=kept)

    def mean(self, start: int, end: int, otherwise: Factor | None = None) -> Mean | None:
        """Give the mean over a stretch of time [ns UTC]; else as `weighted`."""
        return self.weighted([Piece(start, end, 1)], otherwise)

    def weighted(self, pieces: Iterable[Piece], otherwise: Factor | None = None) -> Mean | None:
        """Give the mean intensity of some energy.

        Parameters
        ----------
        pieces : iterable of Piece
            The energy [µJ] and when it was drawn, evenly over each piece.
        otherwise : Factor, optional
            The yearly value to take for hours that nothing is known of.

        Returns
        -------
        Mean or None
            None if no hour is known and nothing stands in.

        Raises
        ------
        UsageError
            If `otherwise` is an average and this is marginal.
        QuantityError
            If a piece has no length or a negative energy.

        Notes
        -----
        ``I = sum(E_k I_k) / sum(E_k)`` over the hours that were seen, and the same for both ends of
        the interval, since all hours share one unknown. The share ``u`` that was not seen takes
        `otherwise`; without it the mean stands for it too, and the ends widen to
        ``(1 - u) low + u min(low)`` and ``(1 - u) high + u max(high)``.
        """
        drawn = _weighed(pieces)
        if otherwise is not None and self.is_marginal:
            raise UsageError(
                "an average cannot stand in for a marginal intensity", self.id,
                "leave the missing hours out",
            )  # fmt: skip
        total = math.fsum(weight * (end - start) for start, end, weight in drawn)
        parts = [part for start, end, weight in drawn for part in self._seen(start, end, weight)]
        seen = math.fsum(weight for weight, _ in parts)
        if not parts or seen <= 0:
            if otherwise is None:
                return None
            return Mean(otherwise, 0.0, (f"grid: no hour is known, so it is {otherwise.id}",))
        coverage = 1.0 if math.isclose(seen, total, rel_tol=1e-12) else min(1.0, seen / total)
        numbers = [
            math.fsum(weight * each[index] for weight, each in parts) / seen for index in (2, 3, 4)
        ]
        span = (min(start for start, *_ in drawn), max(end for _, end, _ in drawn))
        return self._mean(numbers, coverage, span, otherwise)

    def by_hour(self) -> tuple[tuple[int, Mean | None], ...]:
        """Give each hour of UTC [ns] from the first to the last known, and its mean.

        Of the first and the last hour, the part from or to what is known.
        """
        if not self.stretches:
            return ()
        first, last = self.stretches[0].start, self.stretches[-1].end
        return tuple(
            (start, self.mean(max(start, first), min(start + HOUR, last)))
            for start in hours(first, last)
        )

    def _seen(self, start: int, end: int, weight: float) -> Iterable[tuple[float, Stretch]]:
        """Give the energy that fell into each known stretch, and the stretch."""
        first = max(0, bisect_right(self.stretches, start, key=lambda each: each.start) - 1)
        for index in range(first, len(self.stretches)):
            each = self.stretches[index]
            if each.start >= end:
                return
            shared = min(each.end, end) - max(each.start, start)
            if shared > 0:
                yield weight * shared, each

    def _mean(
        self, numbers: list[float], coverage: float, span: tuple[int, int], otherwise: Factor | None
    ) -> Mean:
        value, low, high = numbers
        rest = 1.0 - coverage
        factor_id, basis, notes = self.id, self.basis, []
        if rest > 0 and otherwise is not None:
            value = coverage * value + rest * otherwise.value
            low = coverage * low + rest * otherwise.low
            high = coverage * high + rest * otherwise.high
            factor_id = f"{self.id}+{otherwise.id}"
            basis = _joint_basis(self.basis, otherwise.basis)
            notes.append(f"grid: {rest:.1%} of the energy fell into hours that are not known, so "
                         f"that part is {otherwise.id}")  # fmt: skip
        elif rest > 0:
            low = coverage * low + rest * min(each.low for each in self.stretches)
            high = coverage * high + rest * max(each.high for each in self.stretches)
            notes.append(f"grid: {rest:.1%} of the energy fell into hours that are not known; "
                         "they are taken as between the lowest and the highest known")  # fmt: skip
        low, high = min(low, value), max(high, value)  # the last digit of a sum
        factor = Factor(
            factor_id, value, low, high, UNIT, _spread(low, high), Tier.ASSUMED, self.source,
            f"{short(span[0])}/{short(span[1])}", basis, "; ".join(self.notes),
        )  # fmt: skip
        return Mean(factor, coverage, tuple(notes))


def arranged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Put stretches in order; of several for the very same time the last is kept, a revision."""
    last = {(each.start, each.end): each for each in stretches}
    return tuple(last[key] for key in sorted(last))


def _weighed(pieces: Iterable[Piece]) -> Sequence[tuple[int, int, float]]:
    """Give each piece with its energy a nanosecond; pieces that are all empty weigh by time."""
    given = list(pieces)
    for each in given:
        if each.end <= each.start or each.energy < 0:
            what = f"{each.energy} µJ from {short(each.start)} to {short(each.end)} cannot be"
            raise QuantityError(what, "energy by the hour")
    if any(each.energy for each in given):
        return [(each.start, each.end, each.energy / (each.end - each.start)) for each in given]
    return [(each.start, each.end, 1.0) for each in given]


def _spread(low: float, high: float) -> Spread:
    """Give the shape: a grid that emits nothing for an hour has no logarithm."""
    if low == high:
        return Spread.EXACT
    return Spread.LOGNORMAL if low > 0 else Spread.UNIFORM


def _joint_basis(one: str, other: str) -> str:
    """Give what is true of both; what counts combustion alone somewhere is not life cycle."""
    words = [word for word in one.split() if word in other.split()]
    if "combustion" in f"{one} {other}".split() and "combustion" not in words:
        words.insert(0, "combustion")
    return " ".join(words)
