"""Columns of a table that tell of the work: the model's size, its data, speed, batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from submeter.disclosures.audit.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.quantity import Quantity

_MULTIPLES = {"b": "billion", "bn": "billion", "m": "million", "t": "trillion", "k": "thousand"}
_KINDS = (
    ("throughput", r"tok(?:en)?s?\s*(?:/|per)\s*(?:s|sec|second)\b|\bthroughput\b", "tokens/s"),
    ("energy_per_token", r"\b(m?J|joules?)\s*(?:/|per)\s*tok(?:en)?\b|energy per token", "J/token"),
    ("flops", r"\b[TPEZ]?FLOPs?\b(?!\s*(?:/|per))", "FLOP"),
    ("batch", r"^batch(?:\s*size)?$", ""),
    ("active_parameters", r"\bactiv\w*\s+param|\bactive\b", "parameters"),
    ("parameters", r"\bparam(?:eter)?s?\b|^model size$", "parameters"),
    ("tokens", r"\b(?:train\w*\s+)?tokens?\b(?!\s*(?:/|per))", "tokens"),
)  # fmt: skip
"""What a column is of, by its heading, and its unit where it names none."""
_BRACKET = re.compile(r"[(\[]\s*([A-Za-z/ ]{1,12})\s*[)\]]")


def work_of_row(heading: Sequence[str], row: Sequence[str]) -> tuple[Quantity, ...]:
    """Give what a row says of its work.

    Examples
    --------
    >>> [(each.name, each.value) for each in work_of_row(["Params (B)", "tokens_t"], ["8", "15"])]
    [('parameters', 8000000000.0), ('tokens', 15000000000000.0)]
    """
    return tuple(_of_row(heading, row))


def _of_row(heading: Sequence[str], row: Sequence[str]) -> Iterator[Quantity]:
    seen: set[str] = set()
    for name, raw in zip(heading, row, strict=False):
        plain = re.sub(r"[*`_]+", " ", str(name))[:120].strip()
        for kind, pattern, unit in _KINDS:
            if not re.search(pattern, plain, re.IGNORECASE):
                continue
            made = quantity(kind, str(raw).strip(), _unit(plain, unit))
            small = kind in _LARGE and made is not None and made.value < _LARGE[kind]
            if made is not None and kind not in seen and not small and _PLAIN.match(str(raw)):
                seen.add(kind)
                yield made
            break


_LARGE = {"parameters": 1e5, "active_parameters": 1e5}
"""Fewest of a model; a bare 7 says no unit."""


_PLAIN = re.compile(
    r"\s*\d[\d.,'_\u2009\u202f ]{0,30}(?:e\+?\d{1,2}\s*)?[A-Za-z/]{0,20}\+?\s*$", re.IGNORECASE
)
"""A cell that is one number; not ``7 or 13``, ``8x7B``, ``1-2``."""


def _unit(heading: str, unit: str) -> str:
    """Give a unit with the multiple that the heading names: ``(B)``, ``billions``, `` b``."""
    if unit in {"parameters", "tokens"}:
        bracket = _BRACKET.search(heading)
        last = bracket[1] if bracket else heading.rpartition(" ")[2]
        word = _MULTIPLES.get(last.strip().lower()) or last.strip().lower().rstrip("s")
        return f"{word} {unit}" if word in _MULTIPLES.values() else unit
    stated = re.search(r"[TPEZ]FLOPs?|mJ\s*(?:/|per)\s*tok\w*", heading)
    return stated[0].replace("tok", "token").replace("tokenen", "token") if stated else unit
