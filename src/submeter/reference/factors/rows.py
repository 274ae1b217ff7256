"""From a row of a table to a factor: what the row leaves out, its sidecar says for all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import FactorTableError, QuantityError
from submeter.quantities import pedigree
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Spread
from submeter.reference.factors.intervals import rule_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Source
    from submeter.reference.sealed import SealedTable


def factor_of(table: SealedTable, row: Mapping[str, str], years: int = 0) -> Factor:
    """Turn a row into a factor.

    Parameters
    ----------
    table : SealedTable
        Its table.
    row : mapping of str to str
        Column to text.
    years : int
        How far away the year is that it stands for: a rule's interval widens with it.

    Raises
    ------
    FactorTableError
        If a column is missing, or a number or word cannot be read.
    """
    whole = {**table.shared, **{key: text for key, text in row.items() if text}}
    try:
        return made(whole, table.source(whole), ends_of(table, whole, years))
    except (KeyError, TypeError, ValueError, QuantityError) as error:
        what = f"row {whole.get('id') or key_of(whole)} is not a factor ({error})"
        raise FactorTableError(what, str(table.path), "correct the row and reseal it") from error


def key_of(row: Mapping[str, str]) -> str:
    """Give the id of a row of a grid that has none of its own."""
    parts = (row.get(name, "?") for name in ("region", "period", "source"))
    return "/".join(("grid", *parts))


def made(row: Mapping[str, str], source: Source, ends: tuple[float, float]) -> Factor:
    """Make the factor of a whole row with the ends of its interval.

    Raises
    ------
    KeyError, ValueError, QuantityError
        If a column is missing, a word is not known, or the factor cannot be.
    """
    low, high = ends
    spread = Spread.EXACT if low == high else Spread(row.get("spread", "lognormal"))
    return Factor(
        id=row.get("id") or key_of(row),
        value=float(row["value"]),
        low=low,
        high=high,
        unit=row["unit"],
        spread=spread,
        tier=Tier(row.get("tier", "assumed")),
        source=source,
        period=row.get("period", ""),
        basis=row.get("basis", ""),
        note=row.get("note", ""),
    )


def ends_of(
    table: SealedTable | None, row: Mapping[str, str], years: int = 0
) -> tuple[float, float]:
    """Give the interval of a row: its own ends, its pedigree's, or its table's rule's.

    Raises
    ------
    ValueError
        If a number cannot be read, or there is none of the three.
    QuantityError
        If the pedigree cannot be.
    """
    value = float(row["value"])
    if row.get("low") and row.get("high"):
        return float(row["low"]), float(row["high"])
    if row.get("pedigree"):
        scores = [int(score) for score in row["pedigree"].replace(" ", "").strip("()").split(";")]
        return pedigree.interval(value, scores)
    interval = table.interval if table is not None else {}
    rule = rule_of(interval, row.get("region", ""), row.get("basis", ""))
    if rule is None:
        raise ValueError("it has neither low and high nor a pedigree")
    return rule.ends(value, years)
