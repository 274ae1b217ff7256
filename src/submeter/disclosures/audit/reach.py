"""`Reach`: a number worked out from printed ones, and how far their rounding lets it reach."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.printed import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from submeter.disclosures.audit.quantity import Quantity

SLACK = 1e-9
"""Part of a number by which binary arithmetic may miss a decimal one."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A number with the range that its inputs' rounding leaves it.

    Parameters
    ----------
    value, low, high : float
        In base units.
    digits : int
        The fewest significant digits of what was multiplied; `EXACT` where nothing was rounded.
    text : str
        The arithmetic.
    """

    value: float
    low: float
    high: float
    digits: int = EXACT
    text: str = ""

    def __mul__(self, other: Reach) -> Reach:
        """Multiply."""
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        text = " × ".join(_held(each.text) for each in (self, other) if each.text)
        return _made(self.value * other.value, ends, min(self.digits, other.digits), text)

    def __truediv__(self, other: Reach) -> Reach:
        """Divide; by what may be zero gives no number."""
        if other.value == 0 or other.low <= 0 <= other.high:
            return Reach(math.nan, math.nan, math.nan)
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        below = f"({other.text})" if " × " in other.text else _held(other.text)
        text = " / ".join(each for each in (_held(self.text), below) if each)
        return _made(self.value / other.value, ends, min(self.digits, other.digits), text)

    def __add__(self, other: Reach) -> Reach:
        """Add."""
        ends = (self.low + other.low, self.high + other.high)
        text = " + ".join(each.text for each in (self, other) if each.text)
        return _made(self.value + other.value, ends, max(self.digits, other.digits), text)

    def __sub__(self, other: Reach) -> Reach:
        """Subtract."""
        ends = (self.low - other.high, self.high - other.low)
        text = f"{self.text} − {_held(other.text)}"
        return _made(self.value - other.value, ends, max(self.digits, other.digits), text)

    def times(self, factor: float) -> Reach:
        """Scale by an exact number, without a word of it."""
        low, high = sorted((self.low * factor, self.high * factor))
        return replace(self, value=self.value * factor, low=low, high=high)

    def called(self, text: str) -> Reach:
        """Give it with another text."""
        return replace(self, text=text)

    @property
    def known(self) -> bool:
        """Whether it is a number."""
        return all(map(math.isfinite, (self.value, self.low, self.high)))


def reach(given: Quantity, label: str = "") -> Reach:
    """Give what an input reaches."""
    number = given.number
    text = f"{label} {given.text}".strip()
    return Reach(number.value, number.low, number.high, number.digits, text)


def exact(value: float, text: str = "") -> Reach:
    """Give a number that is not rounded."""
    return Reach(value, value, value, EXACT, text)


def total(parts: Sequence[Quantity]) -> Reach:
    """Give the sum of inputs; the text names a few and counts the others."""
    numbers = [each.number for each in parts]
    text = " + ".join(each.text for each in parts)
    if len(parts) > SHOWN_PARTS:
        text = f"{parts[0].text} + … + {parts[-1].text} ({len(parts)} parts)"
    return Reach(
        math.fsum(each.value for each in numbers), math.fsum(each.low for each in numbers),
        math.fsum(each.high for each in numbers), EXACT, text,
    )  # fmt: skip


SHOWN_PARTS = 5
"""Parts of a sum that are written out."""


def product(factors: Iterable[Reach]) -> Reach:
    """Multiply all."""
    found = exact(1.0)
    for each in factors:
        found = found * each
    return found


def rounded(value: float, decimals: int) -> float:
    """Round half up, as JavaScript's ``Math.round`` does."""
    size = 10.0**decimals
    return math.floor(value * size * (1 + SLACK) + 0.5) / size


def stepped(steps: Sequence[Reach], decimals: int, change: Callable[[Reach], Reach]) -> Reach:
    """Multiply, each step rounded to so many decimals in the unit that `change` brings it to."""
    found = exact(1.0)
    for each in steps:
        found = found * change(each)
        value = rounded(found.value, decimals)
        found = replace(found, value=value, low=value, high=value)
    return found


def _made(value: float, ends: Iterable[float], digits: int, text: str) -> Reach:
    both = [*ends, value]
    if not all(map(math.isfinite, both)):
        return Reach(math.nan, math.nan, math.nan, digits, text)
    return Reach(value, min(both), max(both), digits, text)


def _held(text: str) -> str:
    return f"({text})" if " + " in text or " − " in text else text
