"""Factors of the user's own: a file of the form of the shipped tables, added to them or instead.

A file needs no sidecar. A row says where its number comes from itself, in ``citation`` and
``licence``; what it leaves out (spread, tier, basis, period, note) has the usual meaning.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.errors import FactorTableError, QuantityError
from submeter.quantities.factor import Source
from submeter.reference.factors.registry import shipped
from submeter.reference.factors.rows import ends_of, made
from submeter.reference.sealed import read_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry
    from submeter.reference.sealed import SealedTable

NEEDED = ("id", "value", "unit")
COLUMNS = (
    *NEEDED, "low", "high", "pedigree", "spread", "tier", "period", "basis", "source", "citation",
    "licence", "url", "note", "name", "region", "country",
)  # fmt: skip
LARGEST = 4_000_000
"""Bytes of a file [B]: about fifty times all shipped tables of today's grids."""

_UNITS = {
    "grid": "gCO2e/kWh", "pue": "", "wue": "L/kWh", "ewif": "L/kWh", "adpe": "kgSb_eq/kWh",
    "primary": "MJ/kWh", "tdp": "W", "embodied-adpe": "kgSb_eq", "lifetime": "year",
    "utilisation": "",
}  # fmt: skip
"""The unit that the first part of an id is used in."""

_PRICE = re.compile(r"[A-Z]{3}/kWh")

_NO_PLACE = ("market", "residual", "marginal")
"""Words of a basis that answer another question than what a grid emits."""


def with_own(paths: Sequence[str], registry: Registry | None = None) -> Registry:
    """Add the user's files to a registry; of one id the later wins, and theirs before the shipped.

    Parameters
    ----------
    paths : sequence of str
        The files, in order.
    registry : Registry, optional
        What they are added to; by default what comes with the package.

    Raises
    ------
    FactorTableError
        If a file cannot be read, or a row is not a factor.
    """
    base = shipped() if registry is None else registry
    if not paths:
        return base
    return _merged(tuple(paths), base) if registry is not None else _with_shipped(tuple(paths))


@lru_cache(maxsize=4)
def _with_shipped(paths: tuple[str, ...]) -> Registry:
    return _merged(paths, shipped())


def _merged(paths: tuple[str, ...], base: Registry) -> Registry:
    factors, names, own = dict(base.factors), dict(base.names), dict(base.own)
    for path in paths:
        for factor, row in read_own(Path(path)):
            factors[factor.id] = factor
            names[factor.id] = row.get("name") or names.get(factor.id, factor.id)
            own[factor.id] = (row.get("country") or "").upper()
    return replace(
        base,
        factors=MappingProxyType(factors),
        names=MappingProxyType(names),
        own=MappingProxyType(own),
    )


def read_own(path: Path) -> list[tuple[Factor, Mapping[str, str]]]:
    """Read a file of the user's own: each factor with the row that it was made of.

    Raises
    ------
    FactorTableError
        With the number of the row, what is wrong and what to write instead.
    """
    table = read_sealed(path, own=True) if path.with_suffix(".toml").exists() else None
    rows = list(table.rows) if table is not None else _rows(path)
    found = []
    for number, row in enumerate(rows, 2):
        try:
            found.append((_factor(table, row, path), row))
        except (KeyError, TypeError, ValueError, QuantityError) as error:
            told = f"{error.args[0]!s} is missing" if isinstance(error, KeyError) else str(error)
            what = f"line {number} is not a factor ({told})"
            raise FactorTableError(what, str(path), _fix(row)) from error
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > LARGEST:
            what = f"a file of factors is larger than {LARGEST // 1_000_000} MB"
            raise FactorTableError(what, str(path), "split it, or leave out what is not used")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        what = f"a file of factors cannot be read ({error.strerror})"
        raise FactorTableError(what, str(path), "name one that is there") from error
    except UnicodeDecodeError as error:
        what = "a file of factors is not UTF-8"
        raise FactorTableError(what, str(path), "save it as CSV in UTF-8") from error
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        rows = [dict(row) for row in reader]
    except csv.Error as error:
        raise FactorTableError(f"a file of factors is malformed ({error})", str(path)) from error
    _check_columns(tuple(reader.fieldnames or ()), path)
    return rows


def _check_columns(columns: tuple[str, ...], path: Path) -> None:
    lacking = [name for name in NEEDED if name not in columns]
    if lacking:
        what = f"a file of factors has no column {', '.join(lacking)}"
        raise FactorTableError(what, str(path), f"its first line names {', '.join(NEEDED)}")
    strange = next((name for name in columns if name not in COLUMNS), None)
    if strange is not None:
        close = get_close_matches(strange, COLUMNS, 1)
        fix = f"did you mean {close[0]}?" if close else f"known: {', '.join(COLUMNS)}"
        raise FactorTableError(f'there is no column "{strange}"', str(path), fix)


def _factor(table: SealedTable | None, row: Mapping[str, str], path: Path) -> Factor:
    if None in row or None in row.values():
        raise ValueError("it has more or fewer cells than the first line")
    shared = table.shared if table is not None else {}
    whole = {**shared, **{key: text.strip() for key, text in row.items() if text.strip()}}
    unit = _UNITS.get(whole["id"].partition("/")[0])
    whole.setdefault("unit", "")
    if unit is not None and whole["unit"] != unit:
        raise ValueError(f'{whole["id"]} is in "{unit}", not in "{whole["unit"]}"')
    if whole["id"].startswith("price/") and not _PRICE.fullmatch(whole["unit"]):
        raise ValueError(f'{whole["id"]} is in a currency per kWh, such as "EUR/kWh"')
    wrong = next((word for word in _NO_PLACE if word in whole.get("basis", "").split()), None)
    if wrong is not None and whole["id"].startswith("grid/"):
        tail = whole["id"].partition("/")[2]
        raise ValueError(f"a {wrong} intensity is not that of the place: name it {wrong}/{tail}")
    if table is not None and whole.get("source") in table.sources:
        source = table.source(whole)
    else:
        name = whole.get("source") or path.stem
        told = ", ".join(filter(None, (whole.get("citation"), whole.get("url"))))
        source = Source(name, told or f"the user's own: {path.name}", whole.get("licence", "own"))
    exact = not any(whole.get(name) for name in ("low", "high", "pedigree"))
    value = float(whole["value"])
    return made(whole, source, (value, value) if exact else ends_of(table, whole))


def _fix(row: Mapping[str, str]) -> str:
    if not (row.get("id") or "").strip():
        return "give it an id, such as grid/MY-SITE"
    return (
        "correct it: a number each in value, low and high, or five scores in pedigree (1;2;1;1;3)"
    )
