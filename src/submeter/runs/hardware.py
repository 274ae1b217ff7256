"""What was stated of the hardware: how long it is kept, and for how much of that it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import QuantityError
from submeter.quantities.factor import stated as exact
from submeter.quantities.parsing import UNITS, parse
from submeter.reference.factors.registry import shipped
from submeter.runs import stated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

NAMES = stated.HARDWARE
"""The settings that state it."""

FROM = stated.FROM
"""Key of a record's `host` that tells where it was stated."""

_LONGEST = 100.0
"""A lifetime [years] beyond it is a slip of the pen; no published one is above 10."""


class Use(NamedTuple):
    """How hardware is used, whose making is shared out over its use.

    Parameters
    ----------
    lifetime : Factor
        How long it is kept [years].
    utilisation : Factor
        For what share of that it is used [1].
    """

    lifetime: Factor
    utilisation: Factor


def of_record(recorded: Mapping[str, str], registry: Registry | None = None) -> Use:
    """Give the use of hardware that was stated; what was not is the published range.

    Parameters
    ----------
    recorded : mapping of str to str
        `NAMES` as they were stated, such as ``5 years`` and ``0.5``, and where (`FROM`).
    registry : Registry, optional
        Where the ranges come from; by default what comes with the package.

    Raises
    ------
    QuantityError
        If one has another dimension or cannot be.
    """
    where = recorded.get(FROM, "stated")
    lifetime, utilisation = (recorded.get(name, "") for name in NAMES)
    published = shipped() if registry is None else registry
    return Use(
        _lifetime(lifetime, where) if lifetime else published.factor("lifetime/device"),
        _utilisation(utilisation, where) if utilisation else published.factor("utilisation/device"),
    )


def _lifetime(text: str, where: str) -> Factor:
    years = parse(text, "time", "lifetime") / UNITS["years"].size
    if not 0 < years <= _LONGEST:
        fix = f'write more than 0 and at most {_LONGEST:g} years, such as "5 years"'
        raise QuantityError(f'hardware is not kept for "{text}"', where, fix)
    return exact("lifetime/stated", years, "years", where)


def _utilisation(text: str, where: str) -> Factor:
    share = parse(text, "ratio", "utilisation")
    if not 0 < share <= 1:
        fix = 'write more than 0 and at most 1, such as "0.5" or "50 %"'
        raise QuantityError(f'hardware is not used for "{text}" of its life', where, fix)
    return exact("utilisation/stated", share, "", where)
