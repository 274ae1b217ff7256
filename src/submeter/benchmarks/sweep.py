"""A sweep: one benchmark for each combination of what is varied."""

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
_NUMBERS = {"batch": "batch", "concurrency": "concurrency", "output-tokens": "output"}
_WORDS = {"model": "model", "effort": "effort", "data": "data"}
VARIED = (*_NUMBERS, *_WORDS)
"""What can be varied, beside a backend's own options (as ``option.NAME``)."""


class Step(NamedTuple):
    """One benchmark of a sweep: its plan, and a name for its bundle."""

    plan: Plan
    name: str


def steps(plan: Plan, varied: Sequence[str]) -> list[Step]:
    """Give a sweep's benchmarks.

    Parameters
    ----------
    plan : Plan
        What they have in common.
    varied : sequence of str
        Each ``NAME=VALUE,VALUE,…``.

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
    """
    axes = [_axis(each) for each in varied]
    number = 1
    for _, values in axes:
        number *= len(values)
    if number > _MOST:
        raise UsageError(f"{number} benchmarks", "--sweep", f"vary less: {_MOST} at most")
    found = []
    for combination in product(*(values for _, values in axes)):
        pairs = [(name, value) for (name, _), value in zip(axes, combination, strict=True)]
        changed = plan
        for name, value in pairs:
            changed = _changed(changed, name, value)
        told = "_".join(f"{name.removeprefix('option.')}-{value}" for name, value in pairs)
        found.append(Step(changed, re.sub(r"[^A-Za-z0-9._-]+", "-", told)[:150]))
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise UsageError("two of its benchmarks have one name", "--sweep", "name each value once")
    return found


def _axis(text: str) -> tuple[str, list[str]]:
    name, is_pair, values = text.partition("=")
    found = [each for each in values.split(",") if each]
    if not is_pair or not found:
        raise UsageError(f'"{text}" varies nothing', "--sweep", "write NAME=VALUE,VALUE")
    if name not in VARIED and not name.startswith("option."):
        fix = f"one of {', '.join(VARIED)}, or option.NAME"
        raise UsageError(f'"{name}" cannot be varied', "--sweep", fix)
    return name, found


def _changed(plan: Plan, name: str, value: str) -> Plan:
    if name.startswith("option."):
        return replace(plan, options={**plan.options, name.removeprefix("option."): value})
    if name in _WORDS:
        word: dict[str, Any] = {_WORDS[name]: value}
        return replace(plan, **word)
    if not value.isdigit():
        raise UsageError(f'"{value}" is no number', f"--sweep {name}", "whole numbers")
    number: dict[str, Any] = {_NUMBERS[name]: int(value)}
    return replace(plan, **number)
