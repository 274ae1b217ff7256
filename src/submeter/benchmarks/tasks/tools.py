"""Tools that an agent may call: a made-up town, whose prices, rates and distances are fixed."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

PRICES = {
    "Northport": {"flour": 2, "rice": 3, "tea": 7, "salt": 1, "oil": 9, "honey": 12},
    "Easton": {"flour": 3, "rice": 2, "tea": 8, "salt": 2, "oil": 7, "honey": 14},
    "Mill Lane": {"flour": 1, "rice": 4, "tea": 6, "salt": 1, "oil": 11, "honey": 10},
}
"""By shop and goods [euros a kilogram]."""
RATES = {"krone": 8, "dinar": 15, "peso": 20, "lira": 4}
"""What a euro is worth."""
ROADS = {
    ("Alder", "Birch"): 12, ("Birch", "Cedar"): 7, ("Cedar", "Dogwood"): 15,
    ("Alder", "Dogwood"): 21, ("Birch", "Dogwood"): 18,
}  # fmt: skip
"""Between villages, either way [km]."""
_LONGEST = 1000
_CALL = re.compile(r"^\s*CALL\s+(\w+)\s*(\{.*)$")

TOLD = """You can use these tools:
price {"shop": text, "goods": text}: the price of a kilogram, in euros
rate {"currency": text}: how many of a currency a euro is worth
distance {"from": text, "to": text}: the length of the road between two villages, in km
calculate {"left": number, "operator": "+", "-", "*" or "/", "right": number}: the result

To use one, write one line and nothing after it:
CALL name {arguments as JSON}
You are then told its result. Use one tool at a time. When you know the answer, write one line:
ANSWER the number or the name alone"""
"""What a model is told of them."""


class ToolError(Exception):
    """A call that gives no result, and why."""


def price(shop: object, goods: object) -> int:
    """Give the price of a kilogram [euros]."""
    return _of(_of(PRICES, "shop", shop), "goods", goods)


def rate(currency: object) -> int:
    """Give what a euro is worth in a currency."""
    return _of(RATES, "currency", currency)


def distance(one: object, other: object) -> int:
    """Give the length of the road between two villages [km].

    Raises
    ------
    ToolError
        If there is none.
    """
    for pair in ((one, other), (other, one)):
        if pair in ROADS:
            return ROADS[pair]
    raise ToolError(f"there is no road from {one} to {other}")


def calculate(left: object, operator: object, right: object) -> Fraction:
    """Give the result of one operation.

    Raises
    ------
    ToolError
        If these are no numbers, there is no such operator, or it divides by 0.
    """
    one, other = (_number(each) for each in (left, right))
    operations: dict[object, Callable[[], Fraction]] = {
        "+": lambda: one + other,
        "-": lambda: one - other,
        "*": lambda: one * other,
        "/": lambda: one / other,
    }
    try:
        return operations[operator]()
    except KeyError as error:
        raise ToolError("the operator is one of + - * /") from error
    except ZeroDivisionError as error:
        raise ToolError("it divides by 0") from error


_TOOLS: Mapping[str, tuple[Callable[..., object], tuple[str, ...]]] = {
    "price": (price, ("shop", "goods")),
    "rate": (rate, ("currency",)),
    "distance": (distance, ("from", "to")),
    "calculate": (calculate, ("left", "operator", "right")),
}


def called(line: str) -> str | None:
    """Give what a line that calls a tool is answered; None if it calls none.

    Examples
    --------
    >>> called('CALL price {"shop": "Easton", "goods": "oil"}')
    'RESULT 7'
    >>> called('CALL price {"shop": "Easton"}')
    'ERROR price takes shop, goods'
    """
    match = _CALL.match(line)
    if match is None:
        return None
    name, told = match[1], match[2]
    try:
        return f"RESULT {_shown(_result(name, told))}"
    except ToolError as error:
        return f"ERROR {error}"


def _result(name: str, told: str) -> object:
    if name not in _TOOLS:
        raise ToolError(f"there is no tool {name[:_LONGEST]}; there are {', '.join(_TOOLS)}")
    tool, wanted = _TOOLS[name]
    try:
        given = json.loads(told[:_LONGEST])
    except (ValueError, RecursionError) as error:
        raise ToolError("the arguments are no JSON") from error
    if not isinstance(given, dict) or sorted(given) != sorted(wanted):
        raise ToolError(f"{name} takes {', '.join(wanted)}")
    return tool(*(given[each] for each in wanted))


def _of(table: Mapping[str, T], what: str, name: object) -> T:
    found = {each.casefold(): value for each, value in table.items()}
    if str(name).casefold() not in found:
        raise ToolError(f"there is no {what} {name}; there are {', '.join(table)}")
    return found[str(name).casefold()]


def _number(value: object) -> Fraction:
    try:
        told = Fraction(str(value)[:40])
    except (ValueError, ZeroDivisionError) as error:
        raise ToolError(f"{value} is no number") from error
    if abs(told) > 10**12:
        raise ToolError(f"{value} is too large")
    return told


def _shown(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.6g}"
    return str(value)
