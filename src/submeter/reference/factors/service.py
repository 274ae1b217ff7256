"""How long hardware serves: what operators and methods take, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.reference.factors.registry import shipped

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

_PREFIX = "lifetime/"


def lifetime(
    operator: str = "", year: int | None = None, registry: Registry | None = None
) -> Factor:
    """Give the years in service of a server or accelerator.

    Parameters
    ----------
    operator : str
        ``google``, ``microsoft``, ``amazon``, ``meta``, or a method: ``ecologits``, ``ccf``,
        ``boavizta``; empty for any device anywhere.
    year : int, optional
        The year that it was in service; by default the newest that is known.
    registry : Registry, optional
        Where factors come from; by default what comes with the package.

    Returns
    -------
    Factor
        In years. An operator's is what it writes its servers off over.

    Raises
    ------
    UsageError
        If nothing is known of the operator, or nothing so early.

    Examples
    --------
    >>> lifetime("google", 2022).value, lifetime("google").value
    (4.0, 6.0)
    >>> lifetime().id
    'lifetime/device'
    """
    known = shipped() if registry is None else registry
    if not operator:
        return known.factor(f"{_PREFIX}device")
    prefix = f"{_PREFIX}{operator}/"
    found = {_year(key): factor for key, factor in known.factors.items() if key.startswith(prefix)}
    if not found:
        names = {key.split("/")[1] for key in known.factors if key.startswith(_PREFIX)} - {"device"}
        fix = f"known: {', '.join(sorted(names))}"
        raise UsageError(f'no lifetime is published for "{operator}"', fix=fix)
    past = [each for each in found if year is None or each <= year]
    if not past:
        what = f"no lifetime of {operator} is known so early as {year}"
        raise UsageError(what, fix=f"the first is of {min(found)}")
    return found[max(past)]


def _year(factor_id: str) -> int:
    return 2000 + int(factor_id[-2:])
