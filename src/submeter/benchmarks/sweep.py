"""A sweep: one benchmark for each combination of what is varied, or every N-th of them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.plan import Plan

_MOST = 1000
_NUMBERS = {
    "batch": "batch",
    "concurrency": "concurrency",
    "output-tokens": "output",
    "budget": "budget",
    "power-limit": "power_limit",
}
_WORDS = {"model": "model", "backend": "backend", "effort": "effort", "data": "data"}
VARIED = (*_NUMBERS, *_WORDS)
"""What can be varied, beside a backend's own options (as ``option.NAME``)."""
FREE = "free"
"""A length of answers that is none."""
_LENGTHS = ("budget", "output-tokens")


class Step(NamedTuple):
    """One benchmark of a sweep: its plan, and a name for its bundle."""

    plan: Plan
    name: str


class _Axis(NamedTuple):
    """What is varied together: names, and for each step a value of each."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]


def steps(plan: Plan, varied: Sequence[str]) -> list[Step]:
    """Give a sweep's benchmarks.

    Parameters
    ----------
    plan : Plan
        What they have in common.
    varied : sequence of str
        Each ``NAME=VALUE,VALUE,…``; ``NAME+NAME=VALUE+VALUE,…`` varies several together.

    Raises
    ------
    UsageError
        If there is no such name, a value doesn't fit, or it makes more than 1,000 benchmarks.

    Examples
    --------
    >>> from submeter.benchmarks.plan import Plan
    >>> plan = Plan("text-generation", "m", "openai", "offline")
    >>> [each.name for each in steps(plan, ["batch=1,8", "output-tokens=10"])]
    ['batch-1_output-tokens-10', 'batch-8_output-tokens-10']
    >>> [each.name for each in steps(plan, ["backend+model=llama-cpp+a.gguf,openai+a"])]
    ['backend-llama-cpp_model-a.gguf', 'backend-openai_model-a']
    """
    axes = [_axis(each) for each in varied]
    number = 1
    for axis in axes:
        number *= len(axis.values)
    if number > _MOST:
        raise UsageError(f"{number} benchmarks", "--sweep", f"vary less: {_MOST} at most")
    names = [name for axis in axes for name in axis.names]
    if len(set(names)) < len(names):
        raise UsageError("one thing is varied twice", "--sweep", "name each once")
    found = []
    for combination in product(*(axis.values for axis in axes)):
        pairs = list(zip(names, [value for each in combination for value in each], strict=True))
        told = "_".join(f"{name.removeprefix('option.')}-{value}" for name, value in pairs)
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", told)[:150]
        found.append(Step(replace(plan, **_changes(plan, pairs)), name))
    if len({each.name for each in found}) < len(found):
        raise UsageError("two of its benchmarks have one name", "--sweep", "name each value once")
    return found


def part(whole: Sequence[Step], text: str) -> list[Step]:
    """Give every N-th benchmark of a sweep, from the K-th on, as ``K/N`` says.

    All parts together are the whole, and none is in two of them.

    Raises
    ------
    UsageError
        If it is no part.

    Examples
    --------
    >>> from submeter.benchmarks.plan import Plan
    >>> plan = Plan("text-generation", "m", "openai", "offline")
    >>> [each.name for each in part(steps(plan, ["batch=1,2,4"]), "1/2")]
    ['batch-1', 'batch-4']
    """
    first, slash, number = text.partition("/")
    if not (slash and first.isdigit() and number.isdigit() and 1 <= int(first) <= int(number)):
        fix = "write K/N with K from 1 to N, such as 2/8"
        raise UsageError(f'"{text}" is no part', "--part", fix)
    return list(whole[int(first) - 1 :: int(number)])


def _axis(text: str) -> _Axis:
    told, is_pair, values = text.partition("=")
    found = [each for each in values.split(",") if each]
    if not is_pair or not found:
        raise UsageError(f'"{text}" varies nothing', "--sweep", "write NAME=VALUE,VALUE")
    names = tuple(told.split("+"))
    for name in names:
        if name not in VARIED and not name.startswith("option."):
            fix = f"one of {', '.join(VARIED)}, or option.NAME"
            raise UsageError(f'"{name}" cannot be varied', "--sweep", fix)
    together = [tuple(each.split("+")) if len(names) > 1 else (each,) for each in found]
    for each in together:
        if len(each) != len(names):
            fix = f"write {len(names)} values with + between them"
            raise UsageError(f'"{"+".join(each)}" is not a value for each', f"--sweep {told}", fix)
    return _Axis(names, tuple(together))


def _changes(plan: Plan, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    options = dict(plan.options)
    for name, value in pairs:
        if name.startswith("option."):
            options[name.removeprefix("option.")] = value
        elif name in _WORDS:
            changes[_WORDS[name]] = value
        elif name in _LENGTHS and value == FREE:
            changes[_NUMBERS[name]] = None
        elif value.isdigit():
            changes[_NUMBERS[name]] = int(value)
        else:
            raise UsageError(f'"{value}" is no number', f"--sweep {name}", "whole numbers")
    return {**changes, "options": options}
