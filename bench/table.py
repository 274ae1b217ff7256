"""`Table`: what a case found; `Limit`: what was aimed at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Limit(NamedTuple):
    """A limit and what was seen.

    Parameters
    ----------
    what, unit : str
        Of what, and its unit.
    limit, seen : float
        Both in `unit`.
    digits : int
        To write.
    """

    what: str
    unit: str
    limit: float
    seen: float
    digits: int

    def text(self) -> str:
        """Write it in one line, kept or not."""
        word = "kept" if self.seen < self.limit else "NOT KEPT"
        seen = f"{self.seen:.{self.digits}f}"
        return f"{self.what}: {seen} {self.unit}, limit {self.limit:g} {self.unit}: {word}"


@dataclass(frozen=True)
class Table:
    """What a case found.

    Parameters
    ----------
    title, unit : str
        What was measured, and in what.
    columns : sequence of str
        Heads; the first is that of the meter's name.
    rows : sequence of sequence of str
        A row a meter.
    notes : sequence of str
        How it was measured, and what must be known to read it.
    data : mapping
        The numbers behind it, in SI units.
    limits : sequence of Limit
        What Submeter sets itself, and what was seen.
    """

    title: str
    unit: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    limits: Sequence[Limit] = ()
