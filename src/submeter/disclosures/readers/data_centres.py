"""Reports of data centres by the symbols of Delegated Regulation (EU) 2024/1364, annex II."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Claim
from submeter.disclosures.audit.finding import Finding, Severity
from submeter.disclosures.audit.quantity import CLAIMED, quantity, renamed
from submeter.disclosures.audit.recomputation import figure
from submeter.disclosures.readers.content import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from submeter.disclosures.audit.quantity import Quantity

RULES = {"facility-parts": "a part of a data centre's energy or water is larger than its whole"}
_ENERGIES = ("EDC", "EDCBG", "EIT", "EREUSE", "ERESTOT", "ERESGOO", "ERESPPA", "ERESOS")
_FIELDS = {
    **dict.fromkeys(_ENERGIES, "kWh"), "WIN": "m3", "WINPOT": "m3", "PDIT": "kW", "PUE": "",
    "WUE": "L/kWh", "ERF": "", "REF": "",
}  # fmt: skip
"""Symbols of annex II and III, with their units; WUE in m3/MWh, which is L/kWh."""
_TELLING = frozenset({"EDC", "EIT", "EREUSE", "ERESTOT", "WINPOT", "PDIT"})
_UNIT = re.compile(r"^(?:k|m|g)?wh?$|^m3$|^l$|^percent$", re.IGNORECASE)
_HOURS = 8784.0
"""Hours of the longest year."""


def is_report(names: Sequence[str]) -> bool:
    """Tell whether names, of columns or of fields, are the regulation's symbols."""
    return len({_symbol(each)[0] for each in names} & _TELLING) > 1


def of_columns(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Quantity]]:
    """Give the figures of each row of a table."""
    return [_read(((name,), text) for name, text in row.items()) for row in rows]


def place_of(row: Mapping[str, str], number: int) -> str:
    """Give the data centre that a row is of."""
    for name, text in row.items():
        words = set(re.findall(r"[a-z]+", name.lower()))
        if words & {"id", "name", "site", "centre", "center", "facility"} and text.strip():
            return text.strip()[:80]
    return f"row {number}"


def is_list(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether a table has the symbols in its first column, and the figures in its second."""
    return len(names) in {2, 3} and is_report([row.get(names[0], "") for row in rows])


def of_list(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, Quantity]:
    """Give the figures of such a table; a third column holds the units."""
    unit = names[2] if len(names) > 2 else ""  # noqa: PLR2004
    return _read(
        ((row.get(names[0], ""),), f"{row.get(names[1], '')} {row.get(unit, '')}".strip())
        for row in rows
    )


def of_content(content: object) -> dict[str, Quantity]:
    """Give the figures of a document, however it is nested."""
    return _read((path, each) for path, each in leaves(content))


def is_document(content: object) -> bool:
    """Tell whether a document has such figures."""
    return is_report([" ".join(path[-3:]) for path, _ in leaves(content)])


def _read(pairs: Any) -> dict[str, Quantity]:  # noqa: ANN401 - an iterable of paths and leaves
    found: dict[str, Quantity] = {}
    for path, each in pairs:
        symbol, unit = _symbol(" ".join(path[-3:]))
        if not symbol or symbol in found:
            continue
        made = quantity(symbol.lower(), each, unit or _FIELDS[symbol])
        if made is not None:
            found[symbol] = made
    return found


def _symbol(name: str) -> tuple[str, str]:
    """Give the symbol that a name ends with, and the unit behind it.

    Examples
    --------
    >>> _symbol("EDC_kWh"), _symbol("raw ERES TOT_kWh"), _symbol("WUE_m3_per_MWh")
    (('EDC', 'kWh'), ('ERESTOT', 'kWh'), ('WUE', 'm3/MWh'))
    """
    words = re.findall(r"[A-Za-z]+\d*", name)
    unit = ""
    if len(words) > 2 and words[-2].lower() == "per":  # noqa: PLR2004 - m3 per MWh
        unit, words = f"{words[-3]}/{words[-1]}", words[:-3]
    elif words and _UNIT.match(words[-1]):
        unit, words = words[-1], words[:-1]
    for count in (3, 2, 1):
        joined = "".join(words[-count:]).upper()
        if joined in _FIELDS and len(words) >= count:
            return joined, "" if unit.lower() == "percent" else unit
    return "", ""


def claims_of_centre(made: Mapping[str, Quantity], where: str, document: str) -> Iterator[Claim]:
    """Give the indicators of annex III with what they are made from, and the sum of renewables."""
    prefix = f"{where}: " if where else ""
    for name, (above, below) in _RATIOS.items():
        claimed = made.get(name)
        if claimed is None:
            continue
        whole = "facility_energy" if name == "PUE" else "total_energy"
        parts = [made.get(above), made.get(below)]
        known = tuple(_called(each, whole) for each in parts if each is not None)
        role = {"PUE": "pue", "WUE": "wue"}.get(name, "share")
        told = _per_cubic_metre(renamed(claimed, CLAIMED, role), known)
        held = known if len(known) > 1 else ()
        yield Claim(f"{prefix}{name}", told, held, document=document)
    total, parts = made.get("ERESTOT"), [made.get(each) for each in _RENEWABLES]
    listed = tuple(renamed(each, "part", "energy") for each in parts if each is not None)
    if total is not None:
        held = listed if len(listed) == len(_RENEWABLES) else ()
        yield Claim(f"{prefix}ERES-TOT", renamed(total, CLAIMED, "energy"), held, document=document)
    for name in ("EDC", "EIT", "EREUSE", "WIN"):
        if name in made and (made[name].value or name in {"EDC", "EIT"}):  # none reused is a figure
            claimed = renamed(made[name], CLAIMED, "water" if name == "WIN" else "energy")
            yield Claim(f"{prefix}{name}", claimed, document=document)


_RATIOS = {
    "PUE": ("EDC", "EIT"), "WUE": ("WIN", "EIT"), "ERF": ("EREUSE", "EDC"),
    "REF": ("ERESTOT", "EDC"),
}  # fmt: skip
_RENEWABLES = ("ERESGOO", "ERESPPA", "ERESOS")


def _called(each: Quantity, whole: str) -> Quantity:
    """Give a figure under a name that tells a part from its whole."""
    names = {"EDC": whole, "WIN": "water", "EIT": "equipment_energy"}
    role = "water" if each.name == "win" else "energy"
    return renamed(each, names.get(each.name.upper(), each.name), role)


def _per_cubic_metre(claimed: Quantity, parts: Sequence[Quantity]) -> Quantity:
    """Read a WUE without a unit in m3/kWh where that is what follows."""
    if claimed.role != "wue" or len(parts) < 2 or "/" in claimed.text.replace("L/kWh", ""):  # noqa: PLR2004
        return claimed
    follows = parts[0].value / parts[1].value if parts[1].value else 0.0
    stated = quantity(CLAIMED, claimed.text.partition(" ")[0], "m3/kWh")
    near = stated is not None and abs(stated.value - follows) <= 0.1 * abs(follows)
    return renamed(stated, CLAIMED, "wue") if near and stated is not None else claimed


def findings_of_centre(
    made: Mapping[str, Quantity], where: str, document: str
) -> Iterator[Finding]:
    """Tell of parts that are larger than what they are a part of."""
    pairs = [
        ("EIT", "EDC", "the equipment draws no more than the data centre"),
        ("EDCBG", "EDC", "generators give no more than the data centre draws"),
        ("WINPOT", "WIN", "drinking water is a part of all water"),
        ("EREUSE", "EDC", "what is reused is a part of what is drawn"),
    ]  # fmt: skip
    for small, large, text in pairs:
        part, whole = made.get(small), made.get(large)
        if part is not None and whole is not None and part.number.low > whole.number.high:
            yield _larger(part, whole, f"{text}: swapped, or another unit", where, document)
    power, drawn = made.get("PDIT"), made.get("EIT")
    if power is not None and drawn is not None and drawn.number.low > power.number.high * _HOURS:
        text = "more than the installed IT power demand gives in a year: another unit"
        yield _larger(drawn, power, text, where, document)


def _larger(part: Quantity, whole: Quantity, text: str, where: str, document: str) -> Finding:
    small, large = (_printed(each.name.upper()) for each in (part, whole))
    place = f"{where}: {small}" if where else small
    told = f"{small} {part.text}, {large} {whole.text}"
    return Finding(
        "facility-parts", Severity.ERROR, place, figure(part), figure(whole), text, told, document
    )


def _printed(symbol: str) -> str:
    """Write a symbol as the regulation does: ``ERES-TOT``."""
    for head in ("ERES", "WIN", "EDC"):
        if symbol.startswith(head) and symbol != head:
            return f"{head}-{symbol.removeprefix(head)}"
    return symbol
