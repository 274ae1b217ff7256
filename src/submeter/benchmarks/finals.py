"""The final answer in a text that reasons: what is taken for it, and when it is right."""

from __future__ import annotations

import re
from fractions import Fraction

_THOUGHT = re.compile(r".*</think>", re.DOTALL)
_NUMBER = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+|/[1-9]\d*)?|[-−]?\.\d+")
_HASHES = re.compile(r"####[ \t]*([^\n]+)")
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_LONGEST = 40
"""Digits of a number at most."""


def final(text: object) -> str:
    r"""Give the final answer in a text.

    What stands before ``</think>`` is left out. Then it is, of these the first that is there:
    what follows the last ``####``, what stands in the last ``\boxed{}``, the first number after
    the last word *answer*, the last number, the whole text.

    Examples
    --------
    >>> final("6 times 7 is 42. The answer is 42, as 40 + 2 is.")
    '42'
    """
    told = _THOUGHT.sub("", str(text))
    for marked in (_HASHES, _BOXED):
        found = marked.findall(told)
        if found:
            return str(found[-1]).strip()
    after = told[told.lower().rfind("answer") :] if "answer" in told.lower() else ""
    if numbers := _NUMBER.findall(after):
        return str(numbers[0])
    numbers = _NUMBER.findall(told)
    return str(numbers[-1]) if numbers else told.strip()


def is_same(answer: str, reference: str) -> bool:
    """Tell whether two final answers are the same number, or else the same words.

    Examples
    --------
    >>> is_same("$1,200.00", "1200"), is_same("1/2", "0.5"), is_same("North gate.", "north gate")
    (True, True, True)
    """
    one, other = number(answer), number(reference)
    if one is not None and other is not None:
        return one == other
    return _words(answer) == _words(reference)


def number(text: str) -> Fraction | None:
    """Give the number that a text is, but for its unit; None if it has none or several."""
    found = _NUMBER.findall(text)
    if len(found) != 1 or len(found[0]) > _LONGEST:
        return None
    return Fraction(found[0].replace(",", "").replace("−", "-"))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def right(answer: object, reference: object) -> tuple[float, float]:
    """Give 1 if the final answer in a text is the reference's, else 0; and 1."""
    return float(is_same(final(answer), final(reference))), 1.0
