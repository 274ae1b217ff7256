"""`Rating`: a result on a named scale, with how sure its stars are; and what a scale is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.ratings.result import Result

STARS = (5, 4, 3, 2, 1)
"""From the least energy to the most."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the stars of a scale change, for one kind of result.

    Parameters
    ----------
    edges : tuple of float
        The most energy [Wh per 1,000] of 5, 4, 3 and 2 stars, rising.
    why : str
        Where they come from, in words.
    """

    edges: tuple[float, float, float, float]
    why: str


@dataclass(frozen=True, slots=True)
class Rating:
    """A result on a scale.

    Parameters
    ----------
    result : Result
        What is rated.
    scale : str
        Id of the scale.
    stars : int or None
        1 to 5; None where the scale cannot tell, and `reason` says why.
    chances : tuple of float or None
        The probability of 5, 4, 3, 2 and 1 stars, from the interval; None where there is none.
    bands : Bands or None
        Where the stars change.
    reason : str
        Why there are no stars, or what to know about them.
    """

    result: Result
    scale: str
    stars: int | None
    chances: tuple[float, ...] | None = None
    bands: Bands | None = None
    reason: str = ""


class Scale(Protocol):
    """A rule that gives stars to results.

    Attributes
    ----------
    id : str
        Name and version: a rule that gives other stars has another.
    title : str
        In a few words.
    citation : str
        Where the rule comes from.
    """

    id: str
    title: str
    citation: str

    def rate(self, results: Sequence[Result]) -> list[Rating]:
        """Rate results, in the order in which they came."""
        ...
