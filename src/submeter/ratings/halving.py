"""``submeter-v1``: stars against frozen anchors; half the energy is one star more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.ratings.anchors import ANCHORS, BEYOND_ACCELERATOR, anchor_of
from submeter.ratings.chance import chances, stars_of
from submeter.ratings.rating import Bands, Rating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.result import Result

STEP = 2.0
"""From one star to the next, as a ratio of energies."""


def halving_edges(middle: float) -> tuple[float, float, float, float]:
    """Give where the stars change around the middle of three stars.

    Parameters
    ----------
    middle : float
        Energy [Wh per 1,000] in the middle of three stars.

    Returns
    -------
    tuple of float
        The most energy of 5, 4, 3 and 2 stars: ``middle · 2^(-3/2, -1/2, 1/2, 3/2)``.
    """
    return (middle * STEP**-1.5, middle * STEP**-0.5, middle * STEP**0.5, middle * STEP**1.5)


_COHORTS = ("AIEnergyScore", "EnergyStarAI", "lm-arena-chat")
"""Who publishes the data that the anchors were measured on."""


class Halving:
    """Logarithmic bands against anchors that never move.

    A joule is a joule: one ladder a kind of work holds for every hardware, so that a small machine
    that does the work with little has its stars for it; the boundary, which is what makes figures
    incomparable, shifts the ladder by a stated ratio.
    """

    id = "submeter-v1"
    title = "frozen anchors, logarithmic: half the energy is one star more"
    citation = "Submeter, docs/explanation/stars.md"

    def rate(self, results: Sequence[Result]) -> list[Rating]:
        """Rate results, in the order in which they came; none knows of another."""
        return [self._rate(each) for each in results]

    def _rate(self, result: Result) -> Rating:
        if result.barred:
            return Rating(result, self.id, None, reason=result.barred)
        anchor = anchor_of(result)
        if anchor is None:
            return Rating(result, self.id, None, reason=_without(result))
        middle = anchor.energy * BEYOND_ACCELERATOR[result.boundary]
        edges = halving_edges(middle)
        why = (
            f"three stars are around {middle:.4g} Wh per 1,000 ({result.unit}, {result.boundary}): "
            f"{anchor.source}, median of {anchor.models}"
        )
        odds = chances(result, edges)
        stars = stars_of(result.energy, edges)
        return Rating(result, self.id, stars, odds, Bands(edges, why), _beside(result))


def _beside(result: Result) -> str:
    """Tell of a result that was measured on other data than the anchor's cohort."""
    if not result.data or result.data.split("/")[0] in _COHORTS:
        return ""
    return f"on {result.data}, not on the anchor's data: what a {result.unit} asks may differ"


def _without(result: Result) -> str:
    """Tell why there is no anchor, and what has one."""
    known = [f"{unit}, {scenario}" for task, unit, scenario in ANCHORS if task == result.task]
    told = f"no anchor for {result.task} by {result.unit} in scenario {result.scenario}"
    return f"{told}; there is one for {' and for '.join(known)}" if known else f"{told} yet"


SCALE = Halving()
