"""Columns of a table, recognised by their headings: what they hold, and in which unit."""

from __future__ import annotations

import re
from typing import NamedTuple

from submeter.disclosures.audit import roles
from submeter.disclosures.audit.quantity import split_name
from submeter.disclosures.audit.units import ENERGY, RATIO, TIME, Unit, read_unit

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_DERIVED = ("implied", "computed", "recomputed", "ratio", "delta", "%")
"""Beginnings of headings of what a reader of the document worked out."""
_NAMED = frozenset({"model", "name", "system", "run", "row", "id", "process", "component", ""})
LABELS = ("model", "name", "system", "run", "id", "process", "component", "configuration")


class Column(NamedTuple):
    """A column.

    Parameters
    ----------
    heading, name, unit : str
        As printed; without the unit; the unit.
    role : str
        What it holds, by `audit.roles`; empty for words.
    flags : frozenset of str
        ``market`` or ``location`` where the heading says so.
    """

    heading: str
    name: str
    unit: str
    role: str
    flags: frozenset[str] = frozenset()


def column(heading: str) -> Column:
    """Read a heading, such as ``Carbon Emitted(tCO2eq)`` or ``energy_kwh``.

    Examples
    --------
    >>> column("Time (GPU hours)").role, column("Power Consumption (W)").unit
    ('device_hours', 'W')
    >>> column("Model").role
    ''
    """
    plain = re.sub(r"[*`\\]|<[^>]*>", " ", heading).strip()
    plain = " ".join(plain.split())[:120]
    low = plain.lower()
    if low in _NAMED or low.startswith(_DERIVED):
        return Column(plain, low, "", "")
    bracket = next((each for each in _BRACKETS.findall(plain) if _is_unit(each)), "")
    name = _BRACKETS.sub(" ", plain).strip()
    unit = read_unit(bracket) if bracket else split_name(re.sub(r"[\s-]+", "_", name))[1]
    role = roles.role(roles.words(name) + roles.words(bracket), unit)
    if role == roles.OTHER and unit is not None:
        role = _by_unit(unit)
    flags = {each for each in ("market", "location") if each in low}
    return Column(plain, name, bracket, "" if role == roles.OTHER else role, frozenset(flags))


def _is_unit(text: str) -> bool:
    unit = read_unit(text)
    return unit is not None and (any(unit.dimension.uncounted()) or text.strip() in {"%", "x"})


def _by_unit(unit: Unit) -> str:
    if unit.dimension.uncounted() == ENERGY:
        return "energy"
    return "hours" if unit.dimension == TIME else roles.OTHER


def is_ratio(unit: Unit | None) -> bool:
    """Tell whether a unit is none."""
    return unit is None or unit.dimension == RATIO
