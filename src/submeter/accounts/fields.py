"""Fields of an account file: each is taken once, and what nobody takes is an error."""

from __future__ import annotations

import re
from difflib import get_close_matches
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.quantities.parsing import UNITS
from submeter.quantities.price import parse_price
from submeter.quantities.spread import parse_span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    Told = tuple[float, float, float, str]
    """A value, the ends of its interval, and their unit."""

_WITH_MORE = ("value", "low", "high", "source", "tier", "note")


class Fields:
    """One mapping of the file.

    Parameters
    ----------
    content : object
        What stands there.
    where : str
        Its place in the file, such as ``energy[1]``.
    known : collection of str
        The fields that it may have.

    Raises
    ------
    UsageError
        If it is no mapping, or has a field that is not known.
    """

    def __init__(self, content: object, where: str, known: Collection[str]) -> None:
        if not isinstance(content, dict):
            what = f"{_shown(content)} stands where fields are expected"
            raise UsageError(what, where, f"write {', '.join(list(known)[:4])}")
        for key in content:
            if key not in known:
                close = get_close_matches(str(key), known, 1)
                fix = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
                raise UsageError(f'there is no field "{key}"', where, fix)
        self.content: Mapping[str, Any] = content
        self.where = where

    def __contains__(self, name: str) -> bool:
        return self.content.get(name) is not None

    def at(self, name: str) -> str:
        """Give the place of a field in the file."""
        return f"{self.where}.{name}" if self.where else name

    def text(self, name: str, default: str = "") -> str:
        """Give a field as text."""
        value = self.content.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            raise UsageError(f"{_shown(value)} stands where a text is expected", self.at(name))
        return str(value)

    def flag(self, name: str) -> bool:
        """Give a field as yes or no."""
        value = self.content.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"{_shown(value)} is neither true nor false", self.at(name))
        return value

    def entries(self, name: str, known: Collection[str]) -> Iterable[Fields]:
        """Give the mappings of a list."""
        content = self.content.get(name) or []
        if not isinstance(content, list):
            what = f"{_shown(content)} stands where a list is expected"
            raise UsageError(what, self.at(name), "begin each entry with a dash")
        return [Fields(each, f"{self.at(name)}[{n}]", known) for n, each in enumerate(content)]

    def section(self, name: str, known: Collection[str]) -> Fields:
        """Give the mapping under a field; an empty one where it is absent."""
        return Fields(self.content.get(name) or {}, self.at(name), known)

    def number(self, name: str, dimension: str) -> float | None:
        """Give a field in the base unit of its dimension, without an interval."""
        if name not in self:
            return None
        return parse_span(self._plain(name), dimension, self.at(name)).value

    def numbers(self, name: str, dimension: str) -> tuple[float, ...]:
        """Give a list of numbers in the base unit of their dimension; empty where absent."""
        content = self.content.get(name) or []
        if not isinstance(content, list):
            raise UsageError(f"{_shown(content)} stands where a list is expected", self.at(name))
        places = [f"{self.at(name)}[{number}]" for number in range(len(content))]
        for each, where in zip(content, places, strict=True):
            if isinstance(each, (dict, list, bool)) or each is None:
                raise UsageError(f"{_shown(each)} stands where a number is expected", where)
        return tuple(
            parse_span(each, dimension, where).value
            for each, where in zip(content, places, strict=True)
        )

    def factor(self, name: str, dimension: str, unit: str, key: str) -> Factor | None:
        """Give a field as a factor in `unit`, with the unknown `key` behind it.

        A field may be a quantity, with or without an interval, or a mapping with ``value``,
        ``low``, ``high``, ``source`` and ``tier``.
        """
        size = UNITS[unit].size

        def read(text: str | float, where: str) -> Told:
            value, low, high = parse_span(text, dimension, where)
            return value / size, low / size, high / size, unit

        return self._told(name, key, read)

    def price(self, name: str, key: str) -> Factor | None:
        """Give a price of electricity, in the currency that it is told in; else as `factor`."""
        return self._told(name, key, parse_price)

    def _told(self, name: str, key: str, read: Callable[[str | float, str], Told]) -> Factor | None:
        if name not in self:
            return None
        content = self.content[name]
        if not isinstance(content, dict):
            return _made(read(self._plain(name), self.at(name)), key, self)
        more = Fields(content, self.at(name), _WITH_MORE)
        if "value" not in more or ("low" in more) != ("high" in more):
            raise UsageError("a value needs both ends of its interval or none", more.where)
        names = ("value", "low", "high") if "low" in more else ("value",)
        spans = [read(more._plain(each), more.at(each)) for each in names]
        if len(spans) == 1:
            return _made(spans[0], key, more)
        value, low, high = (span[0] for span in spans)
        if len({span[-1] for span in spans}) > 1:
            raise UsageError("the ends of the interval are in another currency", more.where)
        if not low <= value <= high:
            raise UsageError("the interval does not hold its value", more.where)
        return _made((value, low, high, spans[0][-1]), key, more)

    def _plain(self, name: str) -> str | float:
        value = self.content[name]
        if isinstance(value, (dict, list, bool)):
            what = f"{_shown(value)} stands where a quantity is expected"
            raise UsageError(what, self.at(name))
        return value if isinstance(value, (int, float)) else str(value)


def _made(told: Told, key: str, fields: Fields) -> Factor:
    value, low, high, unit = told
    spread = Spread.EXACT if low == high else Spread.LOGNORMAL if low > 0 else Spread.UNIFORM
    cited = fields.text("source")
    source = Source(cited or "stated", cited or f"stated in {fields.where}", "not applicable")
    if low != high:
        key = unknown(key, value, low, high, unit, cited)
    return Factor(
        key, value, low, high, unit, spread, tier(fields), source, note=fields.text("note")
    )


def unknown(key: str, *told: object) -> str:
    """Give the key of what is not known to the last digit.

    What is told alike is one unknown, in whichever file and at whichever place of it; what is told
    otherwise is another, so that two stated figures are not wrong by the same part.
    """
    digest = sha256(repr(told).encode()).hexdigest()[:8]
    return f"{re.sub(r'/[0-9]+$', '', key)}:{digest}"


def tier(fields: Fields) -> Tier:
    """Give the tier that is stated; a figure that says nothing of how it came about is assumed."""
    said = fields.text("tier", "assumed")
    allowed = [each.value for each in (Tier.MEASURED, Tier.MODELLED, Tier.ASSUMED)]
    if said not in allowed:
        fix = f"choose one of {', '.join(allowed)}"
        raise UsageError(f'there is no tier "{said}"', fields.at("tier"), fix)
    return Tier(said)


def _shown(content: object) -> str:
    names = {dict: "a mapping", list: "a list", bool: "true or false"}
    return names.get(type(content), f'"{content}"')
