"""Columns of a table, recognised by their headings: what they hold, and in which unit."""

from __future__ import annotations

import re
from typing import NamedTuple

from submeter.disclosures.audit import roles
from submeter.disclosures.audit.energy_ways import HELD
from submeter.disclosures.audit.quantity import split_name
from submeter.disclosures.audit.units import CARBON, ENERGY, RATIO, TIME, WATER, Unit, read_unit

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_DERIVED = (
    "implied", "computed", "recomputed", "ratio", "delta", "δ", "%", "fraction", "share", "percent",
    "change", "saving", "reduction", "increase", "difference",
)  # fmt: skip
"""Beginnings of headings of what a reader of the document worked out."""
_HELD = re.compile(
    r"\w\s*[·*×x]\s*PUE|(?:\bincl\w*\.?|\bwith|\bafter|\bholds)\s+(?:the\s+)?PUE"
    r"|(?<![\w-])(?:facility|site|building)\b.*\b(?:energy|electricity|consumption|[kMG]Wh)\b",
    re.IGNORECASE,
)
"""A heading of an amount that holds the facility's part."""
_EACH = re.compile(
    r"(?:/|\bper\b)\s*((?:1[,. ]?000|1k|million|1m)\s+)?"
    r"(token|quer(?:y|ies)|prompt|request|inference|image|response|answer|call)s?\b",
    re.IGNORECASE,
)
"""What a heading is for each of."""
_NET = frozenset({"net", "offset", "offsets", "neutral", "neutralised", "neutralized"})
"""Words of a heading whose carbon is what is left after contracts or credits."""
_LETTERED = re.compile(r"(?:model|system|run|row|variant|case|option)\s+[a-z]")
"""A heading that names one thing of several, as ``Model A``: its letter is no unit."""
_NAMED = frozenset({
    "model", "name", "system", "run", "row", "id", "process", "component", "month", "year", "day",
    "quarter", "week", "date", "",
})  # fmt: skip
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
        ``market`` or ``location`` where the heading says so, ``held`` where its energy holds the
        facility.
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
    >>> column("kWh·PUE").role, sorted(column("kWh·PUE").flags)
    ('energy', ['held'])
    >>> column("Energy per token (J)").unit
    'J/token'
    """
    plain = re.sub(r"[*`\\†‡§¶]|<[^>]*>|\^[a-z]\b|\[\^?\w{1,2}\]$", " ", heading).strip()
    plain = " ".join(plain.split())[:120]
    low = plain.lower()
    lettered = _LETTERED.fullmatch(low) or re.fullmatch(r"[A-VX-Z]", plain)
    if low in _NAMED or low.startswith(_DERIVED) or lettered:
        return Column(plain, low, "", "")
    said = [each.rpartition(" in ")[2] for each in _BRACKETS.findall(plain)]
    bracket = next((each for each in said if _is_unit(each)), "")
    name = _BRACKETS.sub(" ", plain).strip()
    held = _HELD.search(plain) is not None
    if held:
        name = re.sub(r"(?:\s[x×]\s*|\W*)\bPUE\b\W*", " ", name).strip()
        bracket = bracket or next((each for each in name.split() if _is_unit(each)), "")
    each = _EACH.search(name)
    if each and bracket and not re.search(r"/|\bper\b", bracket):
        piece = each[2].lower().replace("queries", "query")
        bracket = f"{bracket}/{' '.join((each[1] or '').split())} {piece}".replace("/ ", "/")
    bracket = bracket or (name if "/" in name and _is_unit(name) else _within(name))
    unit = read_unit(bracket) if bracket else split_name(re.sub(r"[\s-]+", "_", name))[1]
    role = roles.role(roles.words(name) + roles.words(bracket), unit)
    if role == roles.OTHER and unit is not None:
        role = _by_unit(unit)
    flags = {each for each in ("market", "location") if each in low}
    flags |= {"market"} if _NET & set(roles.words(plain)) and role == "carbon" else set()
    flags |= {HELD} if held and role in {"energy", "carbon"} else set()
    return Column(plain, name, bracket, "" if role == roles.OTHER else role, frozenset(flags))


def _within(name: str) -> str:
    """Give a unit of energy or carbon between the words of a name: ``Gross tCO2e of training``."""
    found = [each for each in name.split()[1:-1] if _plain_amount(each)]
    return found[0] if len(found) == 1 else ""


def _plain_amount(text: str) -> bool:
    unit = read_unit(text) if re.fullmatch(r"[kMGT]?Wh|[kKMGm]?[tg]CO2(?:eq?)?", text) else None
    return unit is not None and unit.dimension in {ENERGY, CARBON}


_NO_UNIT = re.compile(r"\d(?!0*(?:[, ]?000)*\b|0?\^|0[⁰-⁹²³])")
"""An amount, such as ``284 tCO2e``, and not ``1000 queries`` or ``10^3 t``."""


def _is_unit(text: str) -> bool:
    if _NO_UNIT.match(text.strip()):
        return False
    unit = read_unit(text)
    return unit is not None and (any(unit.dimension.uncounted()) or text.strip() in {"%", "x"})


def _by_unit(unit: Unit) -> str:
    kind = {ENERGY: "energy", CARBON: "carbon", WATER: "water"}.get(unit.dimension.uncounted())
    if kind is not None:
        return kind
    return "hours" if unit.dimension == TIME else roles.OTHER


def is_ratio(unit: Unit | None) -> bool:
    """Tell whether a unit is none."""
    return unit is None or unit.dimension == RATIO
