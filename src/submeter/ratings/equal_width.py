"""``aies-v1``: the stars of AI Energy Score, as its first leaderboard published them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.ratings.chance import chances, stars_of
from submeter.ratings.rating import Bands, Rating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.result import Result


def equal_edges(energies: Sequence[float]) -> tuple[float, float, float, float]:
    """Cut the range of some energies into five parts of equal width; gives the four inner edges.

    Notes
    -----
    ``edge_k = E_min + k (E_max - E_min) / 5``. On energies that span three powers of ten all but
    the very largest lie in the first part.

    Examples
    --------
    >>> equal_edges([0.0, 10.0])
    (2.0, 4.0, 6.0, 8.0)
    """
    least, most = min(energies), max(energies)
    first, second, third, fourth = (least + part * (most - least) / 5 for part in (1, 2, 3, 4))
    return first, second, third, fourth


class EqualWidth:
    """Five bins of equal width over the range of those rated together.

    They are rated within their task, and for text generation within their class. A newcomer
    beyond the range moves everybody's stars.
    """

    id = "aies-v1"
    title = "AI Energy Score, February 2025: five equal parts of the range of the cohort"
    citation = (
        "AI Energy Score, documentation and leaderboard of February 2025, "
        "https://huggingface.github.io/AIEnergyScore/ (GPU energy, Wh per 1,000 queries)"
    )

    def rate(self, results: Sequence[Result]) -> list[Rating]:
        """Rate results within their cohorts, in the order in which they came."""
        cohorts: dict[tuple[str, ...], list[Result]] = {}
        for each in results:
            if not each.barred:
                cohorts.setdefault(_cohort(each), []).append(each)
        return [self._rate(each, cohorts.get(_cohort(each), [])) for each in results]

    def _rate(self, result: Result, cohort: Sequence[Result]) -> Rating:
        if result.barred:
            return Rating(result, self.id, None, reason=result.barred)
        energies = [each.energy for each in cohort]
        if min(energies) == max(energies):
            told = "a cohort without a range has no parts: rate it together with others"
            return Rating(result, self.id, None, reason=told)
        edges = equal_edges(energies)
        why = f"fifths of {min(energies):.6g} to {max(energies):.6g} Wh, {len(cohort)} models"
        odds = chances(result, edges)
        return Rating(result, self.id, stars_of(result.energy, edges), odds, Bands(edges, why))


def _cohort(result: Result) -> tuple[str, ...]:
    same = (result.unit, result.scenario, result.boundary.value)
    return (result.task, result.model_class, *same)


SCALE = EqualWidth()
