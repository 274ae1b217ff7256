"""All published factors by their id, found by text, and hashed as one set."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.errors import FactorTableError, QuantityError, UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Spread
from submeter.reference.catalogue.factors import of_catalogue
from submeter.reference.factors import electricity
from submeter.reference.factors.history import history
from submeter.reference.factors.periods import last_year
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from submeter.reference.sealed import SealedTable

DATA = Path(__file__).parent / "data"
TABLES = (
    "grid_country", "grid_us_state", "grid_gcp", "pue", "wue",
    "ewif", "ewif_technology", "primary_technology", "adpe_technology", "resources",
    "hardware", "price", "grid_us_subregion", "grid_cn_province", "grid_zone",
)  # fmt: skip
_CLOSE = 0.6


@dataclass(frozen=True)
class Registry:
    """Factors by their id.

    Parameters
    ----------
    factors : mapping of str to Factor
        Every factor.
    names : mapping of str to str
        The name that people know each by.
    own : mapping of str to str
        The user's own: id, and the code of the country that it lies in, empty where none is given.
    """

    factors: Mapping[str, Factor]
    names: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, paths: Iterable[Path], *, catalogue: bool = True) -> Registry:
        """Read tables; where two give the same id, the later wins (so a user's file comes last).

        Parameters
        ----------
        paths : iterable of Path
            CSV files, each with its sidecar.
        catalogue : bool
            Whether to add the factors that are made of the catalogue's published values.

        Notes
        -----
        Where the tables hold water, primary energy or minerals by technology, each country whose
        mix is known gets a factor made of both, unless a table has a row for it.

        Raises
        ------
        FactorTableError
            If a table is missing, altered or malformed.
        """
        given: dict[str, Factor] = {}
        called: dict[str, str] = {}
        for path in paths:
            table = read_sealed(path)
            for row in table.rows:
                factor = parse_row(table, row)
                given[factor.id], called[factor.id] = factor, row["name"]
        factors: dict[str, Factor] = {}
        names: dict[str, str] = {}
        for made, name in chain(of_catalogue() if catalogue else (), _of_mixes(given)):
            factors[made.id], names[made.id] = made, name
        factors, names = factors | given, names | called
        return cls(MappingProxyType(factors), MappingProxyType(names))

    def get(self, factor_id: str) -> Factor | None:
        """Give the factor called `factor_id`, or None: missing is never zero."""
        return self.factors.get(factor_id)

    def factor(self, factor_id: str) -> Factor:
        """Give the factor called `factor_id`.

        Raises
        ------
        UsageError
            If there is none, with the nearest ids.
        """
        found = self.factors.get(factor_id)
        if found is None:
            near = get_close_matches(factor_id, self.factors, 3, _CLOSE)
            fix = f"did you mean {', '.join(near)}?" if near else "see: submeter factors find TEXT"
            raise UsageError(f'no factor is called "{factor_id}"', fix=fix)
        return found

    def technologies(self, kind: str) -> dict[str, Factor]:
        """Give what a kWh of each technology takes, of one of `electricity.KINDS`."""
        return _technologies(kind, self.factors)

    def own_grids(self, code: str) -> tuple[Factor, ...]:
        """Give the user's own rows of a grid: of any year, or each of one."""
        key = f"grid/{code}"
        found = [each for each in self.own if each == key or each.startswith(f"{key}/")]
        return tuple(self.factors[each] for each in found)

    def find(self, text: str, limit: int = 20) -> tuple[Factor, ...]:
        """Give the factors whose id or name holds every word of `text`, best and newest first.

        Where none does, those whose id or name is spelt much like it.
        """
        scored = []
        for factor_id, whole in self._holding(text):
            name = self.names.get(factor_id, "").lower()
            tail = factor_id.lower().split("/", 1)[-1]
            exact = text.lower() in {factor_id.lower(), tail, name}
            older = -year_of(self.factors[factor_id])
            scored.append((not exact, len(whole), older, factor_id))
        if not scored:
            for factor_id in self.factors:
                likeness = self._likeness(text.lower(), factor_id)
                if likeness >= _CLOSE:
                    older = -year_of(self.factors[factor_id])
                    scored.append((True, round(1000 * (1 - likeness)), older, factor_id))
        return tuple(self.factors[each[-1]] for each in sorted(scored)[:limit])

    def matches(self, text: str) -> bool:
        """Tell whether the id or name of any factor holds every word of `text`."""
        return any(True for _ in self._holding(text))

    def _holding(self, text: str) -> Iterator[tuple[str, str]]:
        """Give id, and id and name, of each factor that holds every word of `text`."""
        words = text.lower().split()
        for factor_id in self.factors:
            whole = f"{factor_id.lower()} {self.names.get(factor_id, '').lower()}"
            if words and all(word in whole for word in words):
                yield factor_id, whole

    def _likeness(self, text: str, factor_id: str) -> float:
        tail = factor_id.lower().split("/", 1)[-1]
        name = self.names.get(factor_id, "").lower()
        return max(SequenceMatcher(None, text, other).ratio() for other in (tail, name))

    def years(self, prefix: str) -> tuple[Factor, ...]:
        """Give the factors whose id is `prefix` and a period that names a year.

        Examples
        --------
        >>> [each.period for each in shipped().years("wue/azure/")]
        ['FY24', 'FY25', '2021']
        """
        found = self.factors.items()
        return tuple(
            factor
            for key, factor in found
            if key.startswith(prefix) and "/" not in key[len(prefix) :] and year_of(factor)
        )

    def factor_set_hash(self) -> str:
        """Give the SHA-256 of every factor's number, interval, unit, basis, period and source."""
        return _digest(self.factors.values())


def _digest(factors: Iterable[Factor]) -> str:
    digest = hashlib.sha256()
    for factor in sorted(factors, key=lambda each: each.id):
        parts = (
            factor.id,
            *(repr(float(number)) for number in (factor.value, factor.low, factor.high)),
            factor.unit,
            factor.spread.value,
            factor.tier.value,
            factor.period,
            factor.basis,
            factor.source.id,
        )
        digest.update("\x1f".join(parts).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def year_of(factor: Factor) -> int:
    """Give the year that a factor describes, by its period, else by its id; 0 if it is undated.

    Examples
    --------
    >>> year_of(shipped().factor("wue/azure/FY25"))
    2025
    """
    return last_year(factor.period) or last_year(factor.id.rpartition("/")[2])


def parse_row(table: SealedTable, row: Mapping[str, str]) -> Factor:
    """Turn a row of a factor table into a factor.

    Raises
    ------
    FactorTableError
        If a column is missing, or a number or word cannot be read.
    """
    try:
        return Factor(
            id=row["id"],
            value=float(row["value"]),
            low=float(row["low"]),
            high=float(row["high"]),
            unit=row["unit"],
            spread=Spread(row["spread"]),
            tier=Tier(row["tier"]),
            source=table.source(row),
            period=row["period"],
            basis=row["basis"],
            note=row["note"],
        )
    except (KeyError, TypeError, ValueError, QuantityError) as error:
        what = f"row {row.get('id') or '?'} is not a factor ({error})"
        raise FactorTableError(what, str(table.path), "correct the row and reseal it") from error


@lru_cache(maxsize=1)
def shipped() -> Registry:
    """Give the registry of what comes with the package, read when first asked for."""
    return Registry.load(DATA / f"{name}.csv" for name in TABLES)


def factor_set_hash() -> str:
    """Give the hash of the factors that come with the package, those of all years with them."""
    today = shipped().factors
    years = (each for each in history().all() if each.id not in today)
    return _digest((*today.values(), *years))


def _technologies(kind: str, factors: Mapping[str, Factor]) -> dict[str, Factor]:
    ids = {each: f"{kind}-of/{each}" for each in electricity.TECHNOLOGIES}
    return {each: factors[key] for each, key in ids.items() if key in factors}


def _of_mixes(given: Mapping[str, Factor]) -> Iterator[tuple[Factor, str]]:
    """Give what a kWh takes in each country, where the tables hold it by technology."""
    for kind in electricity.KINDS:
        each = _technologies(kind, given)
        names = {mix.region: mix.name for mix in electricity.mixes()} if each else {}
        for made in electricity.of_countries(kind, each).values():
            yield made, names[made.id.partition("/")[2]]
