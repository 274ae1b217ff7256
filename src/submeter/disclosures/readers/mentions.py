"""Figures that a sentence mentions: energy, carbon, hours, devices, power, the grid, the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.boards import boards
from submeter.disclosures.audit.quantity import CLAIMED, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.quantity import Quantity

_HEDGES = r"(?:~|≈|about|around|approximately|approx\.|roughly|nearly|almost|some|circa)\s*"
_NUMBER = (
    rf"(?<![\w.,/–-])(?P<number>(?:{_HEDGES})?\d[\d,]*(?:\.\d+)?"
    r"(?:\s*[x×*·]\s*10\s?\^?\s?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|[eE]\+?\d{1,2})?"
    r"(?:\s*(?:thousand|million|billion|trillion)|\s?[kKMB](?![A-Za-z0-9]))?)"
)
_CO2 = (
    r"(?:\s*(?:of\s+)?(?:CO\s?[2₂]|carbon\s+dioxide)(?:[\s-]?(?:equivalents?|eq|e))?(?![a-z])\.?)"
)
_MASS = (
    r"(?:kilo|metric\s+|mega)?(?:tonnes?|tons?)|[kM]?t(?![a-z])|kilograms?|kgs?|grams?|g(?![a-z])"
    r"|lbs?|pounds?"
)
_BOARD = r"(?:NVIDIA\s+|AMD\s+|Google\s+|Intel\s+)?(?:[A-Z]{1,3}\d{1,4}[A-Za-z]?|TPU\s?v\d\w?)"
_UNITS = {
    "grid": rf"(?:k?g|lbs?|t)\s*(?:{_CO2}|(?:of\s+)?carbon)?\s*(?:/|per)\s*[kM]Wh",
    "device_hours": (
        rf"(?:GPU|TPU|device|chip|accelerator|{_BOARD}(?:[-\s]?\d+\s?GB)?(?:[-\s]?(?:SXM|PCIe)\d?)?"
        r"(?:\s+GPU)?)[-\s]?(?:hours?|hrs?|h)(?![A-Za-z])"
    ),
    "energy": r"(?:[kMGT]?Wh|(?:kilo|mega|giga|tera)?watt[-\s]?hours?|[MGT]J)(?![A-Za-z])",
    "carbon": rf"(?:{_MASS}){_CO2}",
    "mass": rf"(?:{_MASS})(?![A-Za-z])(?!\s*Sb|\s+of\s+(?!CO|carbon|greenhouse|emission))",
    "hours": r"(?:hours?|hrs?|days?|weeks?|months?)(?![A-Za-z])",
    "power": r"(?:k|M)?W(?![A-Za-z])|(?:kilo|mega)?watts?(?![A-Za-z])",
    "parameters": r"(?:active\s+|activated\s+|total\s+)?(?:-\s?)?param(?:eter)?s?\b",
    "tokens": r"(?:training\s+)?tokens?\b",
    "flops": (
        r"(?:[TPEZY]|peta|exa|zetta|yotta|tera)?-?FLOPs?(?![A-Za-z/])"
        r"|floating[\s-]point\s+operations"
    ),
    "active": r"(?:active|activated)\b",
}  # fmt: skip
_BARE = {"parameters": r"(?:B|M|T)", "tokens": r"(?:B|M|T)", "active": r"(?:B|M)"}
"""Multipliers that stand close to a number of these alone."""
_PER = re.compile(
    r"^[\s)]*(?:/|per\b|each\b|every\b|an?\s+(?:year|month|day|hour|week|query|prompt|token)|annual"
    r"|yearly|daily|monthly)", re.IGNORECASE,
)  # fmt: skip
_APART = re.compile(
    r"\b(?:equivalent to|equals?|compar\w+|versus|vs\.?|instead of|rather than|than|similar to|"
    r"like|unlike|while|whereas|although|but|of which|in contrast|would|could|might|if|typical\w*|"
    r"average (?:car|person|household)|driving|flights?|budget|limit|(?<!add )(?<!adds )up to|"
    r"at most|at least|target)\b",
    re.IGNORECASE,
)
"""What stands behind these words, in the same sentence, is of something else or of nothing."""
_SAVED = re.compile(
    r"\b(?:save|saves|saved|saving|avoid\w*|offset\w*|reduc\w+|cut\w*|credits?|remov\w+|less|fewer|lower\w*|"
    r"capacity|batter\w+)\b[^,;]{0,40}$",
    re.IGNORECASE,
)
_PUE = re.compile(
    r"\b(?:PUE|power usage effectiveness)\b[^\d.,;]{0,30}?(\d(?:\.\d+)?)(?![\d%])", re.IGNORECASE
)
_COUNT = re.compile(
    rf"(?<![\w.,/-])(\d[\d,]*)\s*(?:[x×]\s*)?(?=(?:{_BOARD}|GPUs?\b|TPUs?\b|accelerators\b|chips\b))"
)
_LABELLED = re.compile(
    r"\b(?:GPU|TPU|device|accelerator)[-\s]?hours?\s*(?:used|total)?\s*[:=]\s*(?P<number>[~≈]?\d[\d,.]*\s?[kKM]?)",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """One figure.

    Parameters
    ----------
    kind : str
        What it is of.
    quantity : Quantity
        The figure.
    start : int
        Where it stands in its sentence.
    """

    kind: str
    quantity: Quantity
    start: int


def mentions(text: str) -> tuple[Mention, ...]:
    """Give the figures of a sentence that are of the work itself.

    Figures for one piece or a year, what is compared with, what would be or was saved, are left
    out.

    Examples
    --------
    >>> [
    ...     each.kind
    ...     for each in mentions("It took 1,082,990 GPU hours and emitted 50.5 tonnes of CO2.")
    ... ]
    ['device_hours', 'carbon']
    >>> mentions("That is as much as 50.5 tonnes of CO2 per year.")
    ()
    """
    if not any(map(str.isdigit, text)):
        return ()
    edge = _APART.search(text)
    end = edge.start() if edge else len(text)
    found = [each for each in _found(text) if each.start < end and not _left_out(text, each.start)]
    return tuple(sorted(found, key=lambda each: each.start))


def _left_out(text: str, start: int) -> bool:
    return _SAVED.search(text[:start]) is not None


def _found(text: str) -> Iterator[Mention]:
    taken: list[tuple[int, int]] = []
    for kind, unit in _UNITS.items():
        bare = rf"\s?(?:{_BARE[kind]}(?![A-Za-z]))?" if kind in _BARE else ""
        pattern = re.compile(rf"{_NUMBER}{bare}[\s-]*(?P<unit>{unit})")
        for match in pattern.finditer(text):
            inside = any(a < match.end() and match.start() < b for a, b in taken)
            if inside or (kind != "grid" and _PER.match(text[match.end() :])):
                taken.append(match.span())
                continue
            taken.append(match.span())
            made = _made(kind, match)
            if made is not None:
                yield Mention(kind, made, match.start())
    yield from _others(text)


def _made(kind: str, match: re.Match[str]) -> Quantity | None:
    printed = match[0].strip().rstrip(".")
    if kind == "active":
        size = printed[: match.start("unit") - match.start()].strip()
        return quantity("active_parameters", f"{size} parameters")
    if kind in {"parameters", "tokens"}:
        name = (
            "active_parameters"
            if match["unit"].lower().startswith(("active", "activated"))
            else kind
        )
        return quantity(name, printed.replace("-", " "))
    if kind == "device_hours":
        return quantity("device_hours", f"{match['number']} h")
    if kind == "mass":
        return quantity(CLAIMED, f"{printed} CO2e")
    if kind == "grid":
        return quantity("grid", printed)
    return quantity({"carbon": CLAIMED, "energy": "energy"}.get(kind, kind), printed)


def _others(text: str) -> Iterator[Mention]:
    for match in _PUE.finditer(text):
        made = quantity("pue", match[1])
        if made is not None:
            yield Mention("pue", made, match.start())
    for match in _LABELLED.finditer(text):
        made = quantity("device_hours", f"{match['number'].strip()} h")
        if made is not None:
            yield Mention("device_hours", made, match.start())
    for match in _COUNT.finditer(text):
        made = quantity("devices", match[1])
        hours = re.match(rf"\s*(?:{_UNITS['device_hours']})", text[match.end(1) :])
        if made is not None and hours is None:
            yield Mention("devices", made, match.start())


def device_of(text: str) -> str:
    """Give the accelerator that a sentence names, or nothing.

    Examples
    --------
    >>> device_of("trained on 64 A100-80GB GPUs"), device_of("trained on a cluster")
    ('A100-80GB', '')
    """
    found = re.findall(
        r"\b(?:RTX\s?\w*\d{4}\w*|TPU\s?v\d\w*|MI\d{3}X?|[A-Z]{1,2}\d{2,3}[SG]?)"
        r"(?:[-\s](?:SXM\d?|PCIe|NVL|\d+\s?GB))*(?=s?\b)", text,
    )  # fmt: skip
    known = list(dict.fromkeys(each for each in found if boards(each) is not None))
    return known[0] if len({each.split("-")[0].split(" ")[0] for each in known}) == 1 else ""
