"""`Request`: one request of a workload of the user's own, by its time and its lengths alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCHEMA = "submeter.workload/1"
MOST = 100_000
"""Requests of a workload at most: every one is kept in memory and in the bundle."""
LONGEST = 2_000_000
"""Tokens of a request at most, in and out."""
LAST = 31 * 86_400.0
"""When the last request comes at the latest [s]."""
_NAME = 64
_COUNTS = ("tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning")
FIELDS = ("at", *_COUNTS, "group")
"""What a line of a workload may say."""


class Request(NamedTuple):
    """One request: when it comes and how long it is; what it says is nobody's business.

    Parameters
    ----------
    at : float
        When it comes, from the start [s].
    tokens_in : int
        Tokens of the prompt, those from the cache among them.
    tokens_out : int
        Tokens of the answer, those of reasoning among them.
    tokens_cached : int
        Tokens of the prompt that the server had in its cache.
    tokens_reasoning : int or None
        Tokens of the answer that were reasoning; None where not told.
    group : str
        Requests of one group begin alike: the cached part of each is the beginning of one text.
    """

    at: float
    tokens_in: int
    tokens_out: int
    tokens_cached: int = 0
    tokens_reasoning: int | None = None
    group: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give the object of a workload's line; what is not known is left out."""
        told = self._asdict()
        absent = {"tokens_cached": 0, "tokens_reasoning": None, "group": ""}
        return {name: value for name, value in told.items() if absent.get(name, ...) != value}


def request_of(told: Mapping[str, Any], after: float = 0.0) -> Request:
    """Read a workload's line.

    Parameters
    ----------
    told : mapping
        Its object.
    after : float
        When the request before it came [s].

    Raises
    ------
    RecordError
        If it is none, or comes before the one before it.

    Examples
    --------
    >>> request_of({"at": 0.5, "tokens_in": 200, "tokens_out": 20}).tokens_in
    200
    """
    unknown = sorted(set(told) - set(FIELDS))
    if unknown:
        raise RecordError(f'"{unknown[0][:_NAME]}" is no field; there are {", ".join(FIELDS)}')
    absent = [name for name in ("at", "tokens_in", "tokens_out") if name not in told]
    if absent:
        raise RecordError(f"{absent[0]} is missing")
    counts = {name: _count(name, told[name]) for name in _COUNTS if name in told}
    for part, whole in (("tokens_cached", "tokens_in"), ("tokens_reasoning", "tokens_out")):
        if counts.get(part, 0) > counts[whole]:
            raise RecordError(f"{part} is a part of {whole}, and is more than it")
    group = told.get("group", "")
    if not isinstance(group, str) or len(group) > _NAME:
        raise RecordError(f"group is a text of {_NAME} letters at most")
    return Request(at=_instant(told["at"], after), group=group, **counts)


def _count(name: str, value: object) -> int:
    least = 1 if name in ("tokens_in", "tokens_out") else 0
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not (is_whole and least <= value <= LONGEST):  # type: ignore[operator] # is_whole
        raise RecordError(f"{name} is a whole number from {least} to {LONGEST:,}")
    return int(value)  # type: ignore[call-overload,no-any-return] # a whole number


def _instant(value: object, after: float) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not (0 <= float(value) <= LAST):  # type: ignore[arg-type] # is_number
        raise RecordError(f"at is a number of seconds from 0 to {LAST:,.0f}")
    at = float(value)  # type: ignore[arg-type] # is_number
    if at < after:
        raise RecordError(f"at {at:g} s comes after {after:g} s: sort the requests by their time")
    return at


def cut(
    requests: Sequence[Request], most: int | None = None, seconds: float = math.inf
) -> tuple[Request, ...]:
    """Give the first requests of a workload.

    Parameters
    ----------
    requests : sequence of Request
        In order of time.
    most : int or None
        How many at most.
    seconds : float
        Those that come within so long [s].
    """
    return tuple(each for each in requests[:most] if each.at < seconds)


def totals(requests: Sequence[Request]) -> dict[str, int]:
    """Add up what is asked for: ``requests`` and tokens; reasoning where all of them tell it."""
    told = {"requests": len(requests)}
    for name in ("tokens_in", "tokens_cached", "tokens_out"):
        told[name] = sum(getattr(each, name) for each in requests)
    reasoning = [each.tokens_reasoning for each in requests]
    known = [each for each in reasoning if each is not None]
    if known and len(known) == len(reasoning):
        told["tokens_reasoning"] = sum(known)
    return told
