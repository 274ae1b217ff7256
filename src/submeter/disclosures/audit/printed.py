"""Numbers as they are printed: a value, and the range that rounds to its digits."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

LEAST_DIGITS = 3
"""Digits that a whole number is taken to have at least, zeros at its end included: 7,000,000 may
stand for anything from 6,995,000 on. A judgement, since print does not tell."""
LEAST_OF_CLAIM = 2
"""The same of a claim, which is a result and more often rounded: 120 t may be 115.2 t."""
EXACT = 99
"""Digits of a number that is counted or defined, not rounded."""

_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u2009\u202f'_](?=\d{3}(?!\d))")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?!\d)")
_DOTTED = re.compile(r"^[+-]?\d{1,3}(?:\.\d{3}){2,}(?![\d.,])[^.]*$")
"""Two dots or more: these set off thousands, as in 1.090.000."""
_NUMBER = re.compile(r"^([+-]?)(\d+\.?\d*|\.\d+)(?:\s*(?:[eE]|[x×*·]\s*10\^?)\s*([+-]?\d{1,3}))?")
_POWER = re.compile(r"^10\^([+-]?\d{1,2})(?!\d)")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_HEDGE = re.compile(
    r"^(?:~|≈|about|approx\.?|approximately|around|ca\.?|roughly|circa)\s*", re.IGNORECASE
)
_LETTERS = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
_SUFFIX = re.compile(r"^\s?(bn|[kKMBT])(?![A-Za-z0-9/])")
_WORDS = {
    "thousand": 1e3, "million": 1e6, "mio": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12,
}  # fmt: skip
_WORD = re.compile(rf"^\s*({'|'.join(_WORDS)})\b", re.IGNORECASE)
_SPAN = re.compile(r"^\s*(?:±|\+/-|\+-)\s*(\d+\.?\d*|\.\d+)")


class Printed(NamedTuple):
    """A printed number.

    Parameters
    ----------
    value : float
        As printed.
    low, high : float
        What rounds to it.
    digits : int
        Significant digits; `EXACT` where nothing was rounded.
    rest : str
        What stands behind it: its unit.
    """

    value: float
    low: float
    high: float
    digits: int
    rest: str = ""

    def scaled(self, size: float) -> Printed:
        """Give it in another unit."""
        low, high = sorted((self.low * size, self.high * size))
        return Printed(self.value * size, low, high, self.digits, self.rest)

    def exactly(self) -> Printed:
        """Give it as a number that was counted or defined."""
        return Printed(self.value, self.value, self.value, EXACT, self.rest)


def read(raw: object, least: int = LEAST_DIGITS) -> Printed | None:
    """Read the number that a text begins with; None where there is none.

    Parameters
    ----------
    raw : object
        A text such as ``"433,196 kWh"``, ``"7.0M"``, ``"~12 t"``, ``"57 ± 2 g"`` or ``"24,69 t"``;
        or a number of JSON, whose trailing ``.0`` was not printed.
    least : int
        Digits that a whole number has at least, zeros at its end included.

    Examples
    --------
    >>> read("1.5")
    Printed(value=1.5, low=1.45, high=1.55, digits=2, rest='')
    >>> read("7.0M GPU hours")
    Printed(value=7000000.0, low=6950000.0, high=7050000.0, digits=2, rest='GPU hours')
    >>> read("no number") is None
    True
    """
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, float):
        if not math.isfinite(raw):
            return None
        raw = f"{raw:.0f}" if raw.is_integer() and abs(raw) < 1e15 else repr(raw)  # noqa: PLR2004
    text = str(raw).strip().replace("−", "-")
    text = re.sub(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda each: f"^{each[0].translate(_RAISED)}", text)
    hedged = _HEDGE.match(text)
    text = _SPACES.sub("", text[hedged.end() :] if hedged else text)
    text = _POWER.sub(r"1e\1", text)
    return _read(text, hedged is not None, least)


def _read(text: str, hedged: bool, least: int) -> Printed | None:  # noqa: FBT001 - a fact of the text
    match = _NUMBER.match(_pointed(text))
    if match is None:
        return None
    sign, mantissa, exponent = match.groups()
    size, rest = _multiplier(_pointed(text)[match.end() :])
    power = int(exponent or 0)
    value = float(f"{sign}{mantissa}e{power}") * size
    digits, place = _digits(mantissa, least if exponent is None and size == 1.0 else EXACT)
    half = float(f"5e{place + power - 1}") * size * (2 if hedged else 1)
    span = _SPAN.match(rest)
    if span:
        half, rest = float(span[1]) * size, rest[span.end() :]
    if not math.isfinite(value) or not math.isfinite(half):
        return None
    return Printed(value, value - half, value + half, digits, rest.strip())


def _pointed(text: str) -> str:
    """Write the number that a text begins with with a decimal point and without separators."""
    continental = re.match(r"^([+-]?\d{1,3}(?:\.\d{3})+),(\d+)", text)
    if continental:
        return f"{continental[1].replace('.', '')}.{continental[2]}{text[continental.end() :]}"
    if _DOTTED.match(text):
        return text.replace(".", "")
    grouped = _THOUSANDS.match(text)
    if grouped:
        return grouped[0].replace(",", "") + text[grouped.end() :]
    return re.sub(r"^([+-]?\d+),(\d+)(?![\d,])", r"\1.\2", text)


def _multiplier(rest: str) -> tuple[float, str]:
    word = _WORD.match(rest)
    if word:
        return _WORDS[word[1].lower()], rest[word.end() :]
    letter = _SUFFIX.match(rest)
    if letter:
        return _LETTERS[letter[1]], rest[letter.end() :]
    return 1.0, rest


def _digits(mantissa: str, least: int) -> tuple[int, int]:
    """Give the significant digits, and the decimal place of the last one."""
    whole, point, decimals = mantissa.partition(".")
    if point and decimals:
        return max(1, len((whole + decimals).lstrip("0"))), -len(decimals)
    whole = whole.lstrip("0") or "0"
    digits = min(len(whole), max(least, len(whole.rstrip("0"))))
    return digits, len(whole) - digits


def shown(value: float) -> str:
    """Write a number so that a reader can check it: six digits, groups, no exponent if it fits.

    Examples
    --------
    >>> shown(1503.0212782), shown(0.00154657), shown(78050000.0)
    ('1,503.02', '0.00154657', '78,050,000')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    if not -7 < size < 15:  # noqa: PLR2004 - what is read at a glance
        return f"{value:.4g}"
    text = f"{value:,.{max(0, 5 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
