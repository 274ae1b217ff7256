"""Units as documents write them: read generously, kept apart by their dimension.

Base units are kWh, h, kg (of CO2e), L, kg (of Sb) and pieces; a power is in kW, a grid in kg/kWh.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from submeter.quantities.clock import HOURS_PER_YEAR


class Dimension(NamedTuple):
    """Exponents of what a unit is made of."""

    energy: int = 0
    time: int = 0
    carbon: int = 0
    water: int = 0
    minerals: int = 0
    pieces: int = 0

    def times(self, other: Dimension, power: int = 1) -> Dimension:
        """Give the dimension of a product; of a quotient with `power` -1."""
        return Dimension(*(a + power * b for a, b in zip(self, other, strict=True)))

    def uncounted(self) -> Dimension:
        """Give it without the pieces."""
        return self._replace(pieces=0)


RATIO = Dimension()
ENERGY = Dimension(energy=1)
TIME = Dimension(time=1)
CARBON = Dimension(carbon=1)
WATER = Dimension(water=1)
COUNT = Dimension(pieces=1)
POWER = Dimension(energy=1, time=-1)
GRID = Dimension(energy=-1, carbon=1)
WATER_PER_ENERGY = Dimension(energy=-1, water=1)

NAMES = {
    ENERGY: "energy", TIME: "time", CARBON: "carbon", WATER: "water", COUNT: "count",
    POWER: "power", GRID: "grid intensity", WATER_PER_ENERGY: "water intensity", RATIO: "ratio",
    Dimension(minerals=1): "minerals",
}  # fmt: skip
"""What a dimension is called."""


class Unit(NamedTuple):
    """A unit.

    Parameters
    ----------
    dimension : Dimension
        What it is of.
    size : float
        Base units in it.
    noun : str
        What is counted, such as ``token``; empty where nothing is.
    hours_of : str
        Whose hours, such as ``gpu``.
    """

    dimension: Dimension
    size: float
    noun: str = ""
    hours_of: str = ""


_J = 1 / 3.6e6
_LB = 0.45359237
_PREFIX = {"": 1.0, "µ": 1e-6, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def _table() -> dict[str, tuple[Dimension, float]]:
    found: dict[str, tuple[Dimension, float]] = {}
    for prefix, size in _PREFIX.items():
        found[f"{prefix}Wh"] = (ENERGY, size / 1e3)
        found[f"{prefix}J"] = (ENERGY, size * _J)
        found[f"{prefix}W"] = (POWER, size / 1e3)
        found[f"{prefix}g"] = (CARBON, size / 1e3)
        found[f"{prefix}L"] = found[f"{prefix}l"] = (WATER, size)
        found[f"{prefix}t"] = (CARBON, size * 1e3)
    del found["ut"], found["µt"], found["mt"]
    hours = {
        "ns": 1 / 3.6e12, "ms": 1 / 3.6e6, "s": 1 / 3600, "sec": 1 / 3600, "min": 1 / 60,
        "h": 1.0, "hr": 1.0, "hour": 1.0, "d": 24.0, "day": 24.0, "week": 168.0,
        "second": 1 / 3600, "minute": 1 / 60, "month": HOURS_PER_YEAR / 12,
        **dict.fromkeys(("y", "yr", "year", "a"), float(HOURS_PER_YEAR)),
    }  # fmt: skip
    words = {
        "watt": (POWER, 1e-3), "kilowatt": (POWER, 1.0), "megawatt": (POWER, 1e3),
        "gigawatt": (POWER, 1e6), "kilowatthour": (ENERGY, 1.0), "megawatthour": (ENERGY, 1e3),
        "joule": (ENERGY, _J), "kilojoule": (ENERGY, 1e3 * _J), "megajoule": (ENERGY, 1e6 * _J),
        "watthour": (ENERGY, 1e-3), "gram": (CARBON, 1e-3), "gramme": (CARBON, 1e-3),
        "kilogram": (CARBON, 1.0), "kilo": (CARBON, 1.0), "milligram": (CARBON, 1e-6),
        "ton": (CARBON, 1e3), "tonne": (CARBON, 1e3), "MT": (CARBON, 1e3), "lb": (CARBON, _LB),
        "pound": (CARBON, _LB), "oz": (CARBON, _LB / 16), "kiloton": (CARBON, 1e6),
        "kilotonne": (CARBON, 1e6), "liter": (WATER, 1.0), "litre": (WATER, 1.0),
        "milliliter": (WATER, 1e-3), "millilitre": (WATER, 1e-3), "gal": (WATER, 3.785411784),
        "gallon": (WATER, 3.785411784), "m3": (WATER, 1e3), "m³": (WATER, 1e3),
        "cubicmeter": (WATER, 1e3), "cubicmetre": (WATER, 1e3),
        "%": (RATIO, 0.01), "percent": (RATIO, 0.01), "pct": (RATIO, 0.01), "x": (RATIO, 1.0),
        "×": (RATIO, 1.0), "times": (RATIO, 1.0), "fold": (RATIO, 1.0), "fraction": (RATIO, 1.0),
        "share": (RATIO, 1.0), "ratio": (RATIO, 1.0), "1": (RATIO, 1.0), "-": (RATIO, 1.0),
    }  # fmt: skip
    found.update({name: (TIME, size) for name, size in hours.items()})
    found.update(words)
    return found


UNITS = _table()
_FOLDED = {name.lower(): pair for name, pair in sorted(UNITS.items(), key=lambda each: each[1][1])}
_FOLDED.update({"mt": UNITS["MT"], "ml": UNITS["mL"], "mg": UNITS["mg"], "ms": UNITS["ms"]})
_COUNTS = {
    "k": 1e3, "K": 1e3, "thousand": 1e3, "M": 1e6, "million": 1e6, "mio": 1e6, "billion": 1e9,
    "bn": 1e9, "B": 1e9, "trillion": 1e12, "T": 1e12,
}  # fmt: skip
_NUMBER = re.compile(r"^(\d[\d,_]*(?:\.\d+)?(?:[eE]\d{1,2})?)([kKMB]?)$")
_CO2 = re.compile(
    r"[\s_-]*(?:of\s+)?\bCO[\s_]?[2₂][\s_-]?(?:equivalents?|equiv|eq|e)?(?![a-z])\.?|"
    r"(?<=[tg])CO[\s_]?[2₂][\s_-]?(?:equivalents?|equiv|eq|e)?(?![a-z])\.?|(?<=lb)CO2(?:eq|e)?",
    re.IGNORECASE,
)
_FLOPS = {
    "": 1.0,
    "k": 1e3,
    "m": 1e6,
    "g": 1e9,
    "t": 1e12,
    "p": 1e15,
    "e": 1e18,
    "z": 1e21,
    "y": 1e24,
}
_FLOP_WORDS = {"kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12, "peta": 1e15, "exa": 1e18,
               "zetta": 1e21, "yotta": 1e24}  # fmt: skip
_FLOP = re.compile(rf"^([kmgtpezy]?|{'|'.join(_FLOP_WORDS)})-?flops?$", re.IGNORECASE)
_FLOP_DAYS = re.compile(
    rf"\b([kmgtpezy]?|{'|'.join(_FLOP_WORDS)})(?:flops?(?:[/\s-]s)?|f)[\s·-]+days?\b", re.IGNORECASE
)
"""Operations as a rate times days, such as PF-days and petaflop/s-days."""
_DAY = 86400.0
_MINERALS = re.compile(r"\s*Sb[\s_-]?(?:eq|e)?\b", re.IGNORECASE)


def read_unit(text: str) -> Unit | None:
    """Read a unit; None where it is not understood.

    Examples
    --------
    >>> read_unit("tCO2eq")
    Unit(dimension=Dimension(energy=0, time=0, carbon=1, water=0, minerals=0, pieces=0), \
size=1000.0, noun='', hours_of='')
    >>> round(read_unit("lb/MWh").size, 12)
    0.00045359237
    >>> read_unit("Wh per 1,000 queries").noun
    'query'
    """
    whole = str(text)[:200]
    plain = re.sub(r"[(\[].*?[)\]]", " ", whole)
    if not _CO2.sub("", plain).strip(" -"):  # CO2 (t): the unit is what stands in brackets
        plain = re.sub(r"[()\[\]]", " ", whole)
    plain = re.sub(r"^\s*of\b.*", "", plain)
    plain = re.sub(r"\bfloating[\s-]+point\s+operations?", "flop", plain, flags=re.IGNORECASE)
    plain = _FLOP_DAYS.sub(
        lambda each: f"{_flop_size(each[1]) * _DAY:.3e} flop".replace("+", ""), plain
    )
    mineral = _MINERALS.search(plain) is not None
    plain = _CO2.sub(" ", _MINERALS.sub(" ", plain))
    plain = re.sub(
        r"\bmetric\s+|\bcarbon\s+dioxide\s*(?:equivalents?)?", " ", plain, flags=re.IGNORECASE
    )
    plain = re.sub(r"\bcubic\s+met", "cubicmet", plain, flags=re.IGNORECASE)
    parts = re.split(r"/|\bper\b", plain, maxsplit=2)
    found = _side(parts[0])
    if found is None:
        return None
    for part in parts[1:]:
        below = _side(part)
        if below is None:
            return None
        found = Unit(
            found.dimension.times(below.dimension, -1), found.size / below.size,
            below.noun or found.noun, below.hours_of or found.hours_of,
        )  # fmt: skip
    if mineral:
        moved = found.dimension
        found = found._replace(dimension=moved._replace(minerals=moved.carbon, carbon=0))
    return found


def _side(text: str) -> Unit | None:
    """Read what stands above or below the stroke of a unit."""
    dimension, size, nouns, physical = RATIO, 1.0, [], False
    for word in re.split(r"[\s*·⋅\-]+", text.strip().strip(".")):
        number = _NUMBER.match(word)
        if number and number[1] != "1":
            size *= float(number[1].replace(",", "").replace("_", "")) * _COUNTS.get(number[2], 1.0)
        elif word in _COUNTS or (word.lower() in _COUNTS and len(word) > 1):
            size *= _COUNTS.get(word) or _COUNTS[word.lower()]
        elif word and (flop := _FLOP.match(word)) is not None:
            size *= _flop_size(flop[1])
            nouns.append("flop")
        elif word and (known := atom(word)) is not None:
            dimension, size, physical = dimension.times(known[0]), size * known[1], True
        elif word:
            nouns.append(singular(word))
    if not 0 < size < math.inf:
        return None
    if physical:
        whose = nouns[0] if nouns and dimension == TIME else ""
        return Unit(dimension, size, "", whose)
    if nouns:
        return Unit(COUNT, size, nouns[-1])
    return Unit(RATIO, size)


def _flop_size(prefix: str) -> float:
    return _FLOPS.get(prefix.lower(), 0.0) or _FLOP_WORDS[prefix.lower()]


def atom(word: str) -> tuple[Dimension, float] | None:
    """Give a single unit by its name, as printed or else in any case."""
    if word in UNITS:
        return UNITS[word]
    folded = word.lower()
    for name in (folded, folded.removesuffix("s") if len(folded) > 2 else folded):  # noqa: PLR2004
        if name in _FOLDED:
            return _FOLDED[name]
    return None


def singular(word: str) -> str:
    """Give one of several.

    Examples
    --------
    >>> singular("queries"), singular("Tokens"), singular("class")
    ('query', 'token', 'class')
    """
    low = word.lower().strip(".,;:'\"")
    if low.endswith("ies"):
        return f"{low[:-3]}y"
    return low[:-1] if low.endswith("s") and not low.endswith("ss") else low
