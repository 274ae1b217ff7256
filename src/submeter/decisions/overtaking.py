"""The day on which running a model had come to as much as making it, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from submeter.decisions.piece import Piece

DAY = 86_400_000_000_000
_SLACK = 1e-9
_LOWER, _UPPER = 0.025, 0.975


@dataclass(frozen=True, slots=True)
class Overtaken:
    """When cumulative inference reached the cumulative making.

    Parameters
    ----------
    reached : bool or None
        Whether it had by the last day on record; None where that is not known.
    day, earliest, latest : date or None
        The first day by whose end it had, in UTC, and its 95 % interval; None where it had not by
        the last day.
    last : date or None
        The last day on record.
    note : str
        What a reader must know, or why it is not known.
    """

    reached: bool | None = None
    day: date | None = None
    earliest: date | None = None
    latest: date | None = None
    last: date | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON; days are ISO 8601."""
        days = {name: getattr(self, name) for name in ("day", "earliest", "latest", "last")}
        told = {name: each.isoformat() if each else None for name, each in days.items()}
        return {"reached": self.reached, **told, "note": self.note}


@dataclass(slots=True)
class Timeline:
    """Amounts laid over days, evenly over the days of each piece, in every realisation.

    Making that is not dated counts as done before the first day; inference that is not dated
    counts on no day, so that the day found is at the latest.
    """

    making: dict[tuple[int, int], NDArray[np.float64]] = field(default_factory=dict)
    inference: dict[tuple[int, int], NDArray[np.float64]] = field(default_factory=dict)
    before: NDArray[np.float64] | None = None
    undated: NDArray[np.float64] | None = None

    def add(self, piece: Piece, figures: NDArray[np.float64], *, making: bool) -> None:
        """Lay a piece's amount over its days."""
        days = days_of(piece)
        if days is None:
            name = "before" if making else "undated"
            known = getattr(self, name)
            setattr(self, name, figures.copy() if known is None else known + figures)
            return
        laid = self.making if making else self.inference
        laid[days] = laid[days] + figures if days in laid else figures.copy()

    def overtaken(self) -> Overtaken:
        """Find the day.

        Notes
        -----
        Between two days on which a piece begins or ends, making and inference grow evenly, so the
        first day by whose end one has reached the other follows in closed form.
        """
        if not self.inference:
            if self.undated is None:
                return Overtaken(note="no inference is on record")
            return Overtaken(note="no inference is dated")
        if not self.making and self.before is None:
            return Overtaken(note="no making is on record")
        days = self._first_days()
        last = _date(max(end for _, end in (*self.making, *self.inference)) - 1)
        found, low, high = _interval(days)
        note = "" if self.undated is None else "at the latest: some inference is not dated"
        return Overtaken(found is not None, found, low, high, last, note)

    def _first_days(self) -> NDArray[np.float64]:
        """Give the day's number in every realisation, the central one first; inf if not reached."""
        events = sorted({day for days in (*self.making, *self.inference) for day in days})
        ahead = -self._zeros() if self.before is None else -self.before
        found = np.full(ahead.shape, math.inf)
        for start, end in pairwise(events):
            slope = self._slope(start)
            after = ahead + slope * (end - start)
            if self.before is not None or any(first <= start for first, _ in self.making):
                found = np.minimum(found, _crossing(ahead, slope, start, end))
            ahead = after
        return found

    def _slope(self, day: int) -> NDArray[np.float64]:
        """Give by how much inference gains on making in a day."""
        slope = self._zeros()
        for laid, sign in ((self.making, -1.0), (self.inference, 1.0)):
            for (start, end), figures in laid.items():
                if start <= day < end:
                    slope += sign * figures / (end - start)
        return slope

    def _zeros(self) -> NDArray[np.float64]:
        return np.zeros_like(next(iter(self.inference.values())))


def days_of(piece: Piece) -> tuple[int, int] | None:
    """Give the first day of a piece and the one after its last, since 1970; None if not dated."""
    if piece.start is None or piece.end is None:
        return None
    first = piece.start // DAY
    return first, max(first + 1, -(-piece.end // DAY))


def _crossing(
    ahead: NDArray[np.float64], slope: NDArray[np.float64], start: int, end: int
) -> NDArray[np.float64]:
    """Give the first day of a stretch by whose end inference is not behind; inf if on none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(slope > 0, np.ceil(-ahead / slope - _SLACK), math.inf)
    needed = np.where(ahead + slope >= -_SLACK * np.abs(ahead), 1.0, np.maximum(needed, 1.0))
    return np.where(needed <= end - start, start + needed - 1, math.inf)


def _interval(days: NDArray[np.float64]) -> tuple[date | None, date | None, date | None]:
    central = float(days[0])
    ordered = np.sort(days[1:])
    low = min(central, float(ordered[math.floor(_LOWER * len(ordered))]))
    high = max(central, float(ordered[math.ceil(_UPPER * len(ordered)) - 1]))
    return _day(central), _day(low), _day(high)


def _day(number: float) -> date | None:
    return None if math.isinf(number) else _date(int(number))


def _date(number: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)).date()
