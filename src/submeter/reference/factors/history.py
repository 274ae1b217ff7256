"""Grids by year: every value that was published, side by side, read when a year is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.reference.factors.rows import factor_of
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from submeter.quantities.factor import Factor
    from submeter.reference.sealed import SealedTable

DATA = Path(__file__).parent / "data"
TABLES = (
    "history_country", "history_zone", "history_google", "history_us", "history_marginal",
    "history_residual", "grid_us_subregion", "grid_cn_province",
)  # fmt: skip

ORDER = (
    "ember-yearly", "owid-2026", "owid-2025", "owid-ember", "owid-2023", "owid-2022", "google",
    "egrid", "mee", "electricity-maps",
)  # fmt: skip
"""Whose value is taken where several publish one place and year: Ember before others, since the
table of today's grids is Ember's, its newest release of a year first; then who counts combustion;
Electricity Maps, which counts what is consumed, where nobody else knows the place."""

_USUAL = ("location", "average")


class Entry(NamedTuple):
    """One row with the table that it stands in."""

    table: SealedTable
    row: Mapping[str, str]

    @property
    def year(self) -> int:
        """The year that it describes."""
        return int(self.row["period"])

    @property
    def basis(self) -> str:
        """What kind of number it is."""
        return self.row.get("basis") or self.table.shared["basis"]

    @property
    def rank(self) -> int:
        """The place of its publisher in `ORDER`."""
        source = self.row.get("source") or self.table.shared["source"]
        return next(
            (place for place, name in enumerate(ORDER) if source.startswith(name)), len(ORDER)
        )

    def factor(self, year: int | None = None) -> Factor:
        """Give it as a factor, as wide as it must be to stand for `year`."""
        return factor_of(self.table, self.row, 0 if year is None else year - self.year)


@dataclass(frozen=True)
class History:
    """Published grids by place and year.

    Parameters
    ----------
    entries : mapping of str to tuple of Entry
        Every row of a place, by the code of the place.
    """

    entries: Mapping[str, tuple[Entry, ...]]

    @classmethod
    def load(cls, paths: Iterable[Path]) -> History:
        """Read tables.

        Raises
        ------
        FactorTableError
            If one is missing, altered or malformed.
        """
        found: dict[str, list[Entry]] = {}
        for path in paths:
            table = read_sealed(path)
            for row in table.rows:
                found.setdefault(row["region"], []).append(Entry(table, row))
        return cls(MappingProxyType({code: tuple(rows) for code, rows in found.items()}))

    def of(self, region: str, year: int | None = None) -> tuple[Factor, ...]:
        """Give every published value of a place, or of a place and year, oldest first."""
        rows = [each for each in self.entries.get(region, ()) if year in (None, each.year)]
        rows.sort(key=lambda each: (each.year, each.rank))
        return tuple(each.factor() for each in rows)

    def standing_for(self, region: str, year: int) -> Factor | None:
        """Give the value to take for a place and year; None if there is none of any year.

        That year's; where none was published, the newest before it, else the oldest after it. Of
        one year life cycle before combustion, then the publisher that comes first in `ORDER`.
        Marginal and residual values answer another question and are never taken.
        """
        usual = [
            each
            for each in self.entries.get(region, ())
            if all(word in each.basis for word in _USUAL)
        ]
        if not usual:
            return None
        best = min(
            usual,
            key=lambda each: (
                each.year > year, abs(each.year - year), "lifecycle" not in each.basis, each.rank,
            ),
        )  # fmt: skip
        return best.factor(year)

    def all(self) -> Iterator[Factor]:
        """Give every value."""
        for rows in self.entries.values():
            for each in rows:
                yield each.factor()


@lru_cache(maxsize=1)
def history() -> History:
    """Give what comes with the package, read when first asked for."""
    return History.load(DATA / f"{name}.csv" for name in TABLES)
