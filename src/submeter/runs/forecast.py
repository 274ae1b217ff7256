"""How much the whole will draw, from how far the work has come; and budgets."""

from __future__ import annotations

from statistics import mean, stdev
from typing import NamedTuple

from submeter.errors import UsageError
from submeter.quantities.estimate import Estimate

LEAST_SEEN = 0.2
"""Share of the time that must have been seen before anything is forecast."""


class Forecast(NamedTuple):
    """The whole of a piece of work, forecast from a part.

    Parameters
    ----------
    energy : Estimate or None
        Energy of the whole [J]; None while nothing was seen.
    seconds : float
        Duration of the whole [s].
    done : float
        The share that is done, 0 to 1.
    """

    energy: Estimate | None
    seconds: float
    done: float


class Tracker:
    """Energy against work done, as it was reported."""

    def __init__(self) -> None:
        self._done: list[float] = []
        self._joules: list[float] = []

    def note(self, done: float, joules: float) -> None:
        """Note that `done` units had drawn `joules` [J]; a report of no further work is ignored."""
        if not self._done or done > self._done[-1]:
            self._done.append(done)
            self._joules.append(joules)

    def forecast(
        self, done: float, total: float, seconds: float, energy: Estimate | None
    ) -> Forecast:
        """Forecast the whole.

        Parameters
        ----------
        done, total : float
            Work done and work in all.
        seconds : float
            Time that it has taken [s].
        energy : Estimate or None
            What it has drawn [J].

        Raises
        ------
        UsageError
            If `done` and `total` make no sense.

        Notes
        -----
        The rest draws what a unit has drawn so far on average. Its interval is the meter's, in
        proportion, and the spread of the reported steps: ``1.96 · s · √(n + n²/k)`` for `n` steps
        to come and `k` seen.
        """
        if not 0 <= done <= total or total <= 0:
            fix = "say how much is done, from 0 on, of a total above 0"
            raise UsageError(f"{done} of {total} is no progress", "window.progress", fix)
        share = done / total
        if energy is None or share == 0 or energy.coverage < LEAST_SEEN:
            return Forecast(None, seconds / share if share else float("inf"), share)
        share *= energy.coverage  # what was not seen is taken to have drawn like what was
        whole = energy.value / share
        spread = self._spread(total - done)
        low = energy.low / share - spread
        high = energy.high / share + spread
        low = max(energy.low, low)
        forecast = Estimate(
            whole, min(low, whole), max(high, whole), "J", energy.tier, energy.coverage
        )
        return Forecast(forecast, seconds * total / done, done / total)

    def _spread(self, left: float) -> float:
        steps = [
            ((j1 - j0) / (d1 - d0), d1 - d0)
            for d0, d1, j0, j1 in zip(
                self._done, self._done[1:], self._joules, self._joules[1:], strict=False
            )
        ]
        if len(steps) < 3 or left <= 0:  # noqa: PLR2004 - no spread can be told from fewer
            return 0.0
        size = mean(length for _, length in steps)
        coming, seen = left / size, len(steps)
        deviation = stdev(rate for rate, _ in steps) * size
        return float(1.96 * deviation * (coming + coming * coming / seen) ** 0.5)
