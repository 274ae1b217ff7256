"""`Quantity`: one number of a document, with its unit, its role, and how far it was rounded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit import roles
from submeter.disclosures.audit.printed import LEAST_DIGITS, LEAST_OF_CLAIM, read, shown
from submeter.disclosures.audit.units import (
    CARBON,
    COUNT,
    ENERGY,
    GRID,
    POWER,
    RATIO,
    TIME,
    WATER,
    WATER_PER_ENERGY,
    Unit,
    atom,
    read_unit,
)
from submeter.quantities.clock import HOURS_PER_YEAR

if TYPE_CHECKING:
    from submeter.disclosures.audit.printed import Printed
    from submeter.disclosures.audit.units import Dimension


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of a claim.

    Parameters
    ----------
    name : str
        As the document calls it.
    role : str
        One of `audit.roles.ROLES`.
    number : Printed
        In base units.
    unit : Unit
        As it was written.
    text : str
        How it was printed, for the arithmetic.
    part_of : str
        The list that it stood in; empty where it stood alone.
    bare : bool
        Whether neither its text nor its name told a unit.
    group : int
        The entry of a list that it stood in with others, such as a power with its hours; 0 where
        it stood alone.
    """

    name: str
    role: str
    number: Printed
    unit: Unit
    text: str
    part_of: str = ""
    bare: bool = False
    group: int = 0

    @property
    def value(self) -> float:
        """Its value in base units."""
        return self.number.value

    @property
    def dimension(self) -> Dimension:
        """What it is of."""
        return self.unit.dimension


_KIND = {
    "pue": Unit(RATIO, 1.0), "grid": Unit(GRID, 1e-3), "market": Unit(GRID, 1e-3),
    "wue": Unit(WATER_PER_ENERGY, 1.0), "ewif": Unit(WATER_PER_ENERGY, 1.0),
    "power": Unit(POWER, 1e-3), "idle_power": Unit(POWER, 1e-3), "hours": Unit(TIME, 1.0),
    "device_hours": Unit(TIME, 1.0), "lifetime": Unit(TIME, HOURS_PER_YEAR),
    "energy": Unit(ENERGY, 1.0), "idle_energy": Unit(ENERGY, 1.0), "overhead": Unit(ENERGY, 1.0),
    "carbon": Unit(CARBON, 1.0), "embodied": Unit(CARBON, 1.0), "each": Unit(CARBON, 1.0),
    "water": Unit(WATER, 1.0),
    "devices": Unit(COUNT, 1.0), "count": Unit(COUNT, 1.0), "utilisation": Unit(RATIO, 1.0),
    "share": Unit(RATIO, 1.0),
}  # fmt: skip
"""The unit of a bare number, by its role: that of the account file, or the field's custom."""
_SHOWN = {
    RATIO: "", ENERGY: "kWh", TIME: "h", POWER: "W", GRID: "g/kWh", WATER_PER_ENERGY: "L/kWh",
}  # fmt: skip
_IN_KILOGRAMS = 5.0
"""A bare grid intensity below this is in kg/kWh: no grid emits more than 1.5 kg a kWh, and none
less than 5 g."""


CLAIMED = "claimed"
"""Name of a claimed figure, whose last digit is rounded whatever it counts."""


def quantity(name: str, raw: object, hint: str = "", part_of: str = "") -> Quantity | None:
    """Read a field; None where it is no number, or of a unit that is not understood.

    Parameters
    ----------
    name : str
        The field's name, which may hold its unit (``ci_g_per_kwh``).
    raw : object
        Its content.
    hint : str
        The unit of its column, where it has none of its own.
    part_of : str
        The list that it stands in.
    """
    number = read(raw, LEAST_OF_CLAIM if name == CLAIMED else LEAST_DIGITS)
    if number is None:
        return None
    bare, named = split_name(name)
    written = read_unit(number.rest) if number.rest else None
    if number.rest and written is None and not named and not hint:
        return None
    column = read_unit(hint) if hint else None
    words = roles.words(name)
    unit = _meant(written or column or named, words)
    if unit is not None and unit.hours_of:
        words = [*words, unit.hours_of]
    role = roles.role(words, unit)
    bare_number = unit is None or (
        unit.dimension == RATIO and not number.rest and not hint and not named
    )
    if unit is None or bare_number:
        unit = _default(role, number.value, bare)
        shown_unit = _SHOWN.get(unit.dimension, "")
        if unit.dimension == GRID and unit.size == 1.0:
            shown_unit = "kg/kWh"
    else:
        shown_unit = number.rest or hint or _name_unit(name)
    base = number.scaled(unit.size)
    role = roles.role(words, unit) if role == roles.OTHER else role
    if role in roles.COUNTED and name != CLAIMED:
        base = base.exactly()
    text = f"{_as_printed(raw, number)} {pretty(shown_unit)}".strip()
    return Quantity(name, role, base, unit, text, part_of, bare_number)


def _meant(unit: Unit | None, words: list[str]) -> Unit | None:
    """Mend what is often left out: whose hours, and "a kWh" behind an intensity."""
    if unit is None:
        return None
    if unit.noun in roles.DEVICES and any(unit.dimension.uncounted()):
        return unit._replace(dimension=unit.dimension.uncounted(), noun="", hours_of=unit.noun)
    said = set(words)
    if unit.dimension == CARBON and said & {"grid", "ci", "intensity"}:
        return unit._replace(dimension=GRID)
    if unit.dimension == WATER and said & {"wue", "ewif"}:
        return unit._replace(dimension=WATER_PER_ENERGY)
    return unit


def _as_printed(raw: object, number: Printed) -> str:
    if isinstance(raw, str):
        text = raw.strip()
        printed = text[: len(text) - len(number.rest)].strip()
        if re.fullmatch(r"\d{5,}(?:\.\d+)?", printed):
            whole, point, decimals = printed.partition(".")
            printed = f"{int(whole):,}{point}{decimals}".removesuffix(".0")
        return printed if 0 < len(printed) <= _WIDE else shown(number.value)
    plain = f"{raw:,}".removesuffix(".0") if isinstance(raw, (int, float)) else ""
    return plain if 0 < len(plain) <= _WIDE and "e" not in plain else shown(number.value)


_WIDE = 14
"""Characters to which a number of JSON is written in full; longer ones were worked out."""


def _default(role: str, value: float, bare: str) -> Unit:
    unit = _KIND.get(role, Unit(RATIO, 1.0))
    if unit.dimension == GRID and abs(value) < _IN_KILOGRAMS:
        return Unit(GRID, 1.0)
    if role in {"count", "devices"}:
        return replace_noun(unit, bare)
    return unit


def replace_noun(unit: Unit, name: str) -> Unit:
    """Give a unit of pieces with the noun that a name ends with."""
    words = roles.words(name)
    return unit._replace(noun=words[-1] if words else "")


def split_name(name: str) -> tuple[str, Unit | None]:
    """Split a field's name into what it is and its unit: ``ci_g_per_kwh`` is ``ci`` in g/kWh."""
    words = [word for word in re.split(r"[_\s]+", str(name).strip()) if word]
    if "per" in words[1:-1]:
        at = words.index("per", 1)
        unit = read_unit(f"{words[at - 1]}/{' '.join(words[at + 1 :])}")
        if unit is not None and unit.dimension != RATIO and _physical(words[at - 1]):
            return "_".join(words[: at - 1]), unit
    known = [(at, _single(words[at])) for at in (-1, 0) if words and words[at] not in _NO_UNITS]
    # kwh_8_days is an energy: what says how long stands behind it
    for at, pair in sorted(known, key=lambda each: each[1] is not None and each[1][0] == TIME):
        if pair is not None:
            return "_".join(words[:-1] if at == -1 else words[1:]), Unit(*pair)
    return name, None


def _single(word: str) -> tuple[Dimension, float] | None:
    """Give the unit that a word of a name is, such as ``kwh`` or ``tCO2e``."""
    if "co2" in word.lower() and (unit := read_unit(word)) is not None and any(unit.dimension):
        return unit.dimension, unit.size
    return atom(word)


_NO_UNITS = frozenset(
    ["a", "1", "-", "d", "y", "times", "oz", "fold", "fraction", "share", "ratio", "min", "s"]
)


def _physical(word: str) -> bool:
    known = read_unit(word)
    return (known is not None and any(known.dimension.uncounted())) or word.rstrip("s") in _PIECES


_PIECES = frozenset(["request", "query", "token", "prompt", "inference", "image"])


def _name_unit(name: str) -> str:
    words = [word for word in re.split(r"[_\s]+", name) if word]
    if "per" in words[1:-1]:
        at = words.index("per", 1)
        return f"{words[at - 1]}/{' '.join(words[at + 1 :])}"
    last = words and words[-1] not in _NO_UNITS and _single(words[-1]) is not None
    return words[-1 if last else 0] if words else ""


def pretty(unit: str) -> str:
    """Write a unit of a field's name as people do."""
    return "/".join(_PRETTY.get(part, part) for part in unit.split("/"))


_PRETTY = {
    "kwh": "kWh", "mwh": "MWh", "wh": "Wh", "gwh": "GWh", "w": "W", "kw": "kW", "watts": "W",
    "hours": "h", "l": "L", "pct": "%", "litres": "L", "mj": "MJ", "j": "J",
}  # fmt: skip


def renamed(given: Quantity, name: str, role: str) -> Quantity:
    """Give a quantity under another name and role."""
    return replace(given, name=name, role=role)
