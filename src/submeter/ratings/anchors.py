"""The frozen anchors of Submeter's own scale: for each kind of work, the energy of three stars.

An anchor is a constant of the scale's version and never follows the field: that is what keeps
everybody's stars still. Each is the median of a published cohort, rounded to the nearest preferred
number of the series R10 (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8), so that nobody takes it for
more exact than it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.ratings.result import Boundary

if TYPE_CHECKING:
    from submeter.ratings.result import Result

_AIES = "AI Energy Score, February 2025, NVIDIA H100, batch 1"
_AIES_DECEMBER = "AI Energy Score, December 2025, NVIDIA H100, batch 1, at most 8,192 tokens"
_MLENERGY = "ML.ENERGY benchmark v3, lm-arena-chat, NVIDIA H100, all batch sizes"


class Anchor(NamedTuple):
    """The middle of three stars, as accelerator energy.

    Parameters
    ----------
    energy : float
        Energy [Wh per 1,000 units of work].
    median : float
        The published median that it was rounded from [same].
    models : int
        How many results the median was taken of.
    source : str
        Where they were published.
    """

    energy: float
    median: float
    models: int
    source: str


ANCHORS = {
    ("text-generation", "query", "single"): Anchor(16.0, 17.1, 40, _AIES),
    ("summarization", "query", "single"): Anchor(3.15, 3.52, 11, _AIES),
    ("extractive-qa", "query", "single"): Anchor(1.0, 0.99, 18, _AIES),
    ("text-classification", "query", "single"): Anchor(0.8, 0.80, 13, _AIES),
    ("sentence-similarity", "query", "single"): Anchor(0.63, 0.59, 19, _AIES),
    ("image-classification", "query", "single"): Anchor(0.8, 0.83, 23, _AIES),
    ("object-detection", "query", "single"): Anchor(3.15, 3.28, 7, _AIES),
    ("speech-recognition", "query", "single"): Anchor(16.0, 16.5, 13, _AIES),
    ("image-generation", "query", "single"): Anchor(315.0, 354.0, 12, _AIES),
    ("image-captioning", "query", "single"): Anchor(100.0, 101.7, 10, _AIES),
    ("reasoning", "query", "reasoning"): Anchor(5000.0, 5412.0, 18, _AIES_DECEMBER),
    ("text-generation", "token", "server"): Anchor(0.125, 0.135, 107, _MLENERGY),
}
"""By task, unit of work and scenario."""

BEYOND_ACCELERATOR = {
    Boundary.ACCELERATOR: 1.0,
    Boundary.NODE: 1.4,
    Boundary.FACILITY: 1.7,
}
"""An anchor at a wider boundary, over the accelerator's: a median prompt of Gemini drew 0.14 Wh in
accelerators, 0.20 with its processors and memory, 0.24 with idle machines and overhead (Elsworth
et al. 2025, arXiv:2508.15734, table 1)."""


def anchor_of(result: Result) -> Anchor | None:
    """Give the anchor of a result's kind of work; None where there is none yet."""
    return ANCHORS.get((result.task, result.unit, result.scenario))
