"""`Export`: a bundle in another's format, and what that format has no place for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.benchmarks.bundle import Bundle
    from submeter.ratings.result import Result


class Export(NamedTuple):
    """A file to be.

    Parameters
    ----------
    text : str
        Its content.
    lost : tuple of str
        What the format has no place for, or what was written only in words, or is to be filled in.
    """

    text: str
    lost: tuple[str, ...]


class Figure(NamedTuple):
    """One of a bundle's energies.

    Parameters
    ----------
    boundary : str
        Such as ``node``.
    unit : str
        The unit of work, such as ``query``.
    told : mapping
        ``value``, ``low``, ``high`` [J], ``tier``, ``coverage``.
    """

    boundary: str
    unit: str
    told: dict[str, Any]


def figures(bundle: Bundle) -> Iterator[Figure]:
    """Give a bundle's energies, by boundary and unit of work."""
    for boundary, energy in bundle.told["summary"]["energy"].items():
        for unit, told in energy["per"].items():
            yield Figure(boundary, unit, told)


def per_1000(result: Result) -> str:
    """Give the unit of a result's energy in words."""
    plural = "queries" if result.unit == "query" else f"{result.unit}s"
    return f"Wh per 1,000 {plural}"


def interval(result: Result) -> str:
    """Give a result's interval in words."""
    if result.low is None:
        return "no interval: the run was too short to tell how queries differ"
    return f"95 % interval {result.low:.4g} to {result.high:.4g}"


def in_words(result: Result) -> str:
    """Give what must be known of a result's energy beside its value."""
    parts = (interval(result), f"boundary {result.boundary.value}", result.tier, result.hardware)
    return "; ".join(each for each in parts if each)
