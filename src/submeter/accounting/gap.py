"""Why two accounts differ: the gap between them, split exactly into its causes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.accounting.account import work_out
from submeter.accounting.differences import TOGETHER, conditions, electricity_of, in_words
from submeter.accounting.draws import Draws
from submeter.accounting.widest import WORLD
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor

QUANTITIES = MappingProxyType({"carbon": "kgCO2e", "energy": "kWh", "water": "L"})
"""What can be compared, and its unit."""

ASPECTS = ("boundary", "method", "place", "facility", "idle", "hardware", "work")
"""What two accounts can differ in; `work` is the energy of one unit."""

_LENGTH = "length"
_ROUNDING = 1e-9
"""A part of a gap that is smaller than this share of it is no cause but rounding."""
_CENTRAL = Draws(count=2)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two accounts.

    Parameters
    ----------
    name : str
        What it is called.
    inventory : Inventory
        What it was made from.
    method : Method
        Its rules.
    conditions : mapping of str to str
        ``device``, ``batch``, ``output_tokens``, ``precision``, ``stack``, ``model``, ``task``,
        where they are known.
    """

    name: str
    inventory: Inventory
    method: Method
    conditions: Mapping[str, str] = field(default_factory=dict)


class Cause(NamedTuple):
    """One cause of a gap.

    Parameters
    ----------
    aspect : str
        What differs.
    effect : float
        Its part of the gap, in the unit of the gap; all of them add up to it.
    factor : float
        What it multiplies the first figure by; the product over all is the ratio.
    words : str
        What differs, in words.
    """

    aspect: str
    effect: float
    factor: float
    words: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap between two figures, for one unit of each.

    Parameters
    ----------
    quantity, unit : str
        ``carbon``, ``energy`` or ``water``, and its unit.
    first, second : float
        The two figures.
    causes : tuple of Cause
        They add up to ``second - first``.
    """

    quantity: str
    unit: str
    first: float
    second: float
    causes: tuple[Cause, ...]


def gap(first: Side, second: Side, quantity: str = "") -> Gap:
    """Split the gap between two accounts.

    Parameters
    ----------
    first, second : Side
        The accounts; each figure is for one functional unit.
    quantity : str
        ``carbon``, ``energy`` or ``water``; by default carbon, where both have it, else energy.

    Raises
    ------
    UsageError
        If one of them has no such figure.

    Notes
    -----
    Shapley value: each aspect's effect is the mean, over all orders in which the aspects of the
    first account can be replaced by those of the second, of what replacing it changes. It is the
    one split that is exact, symmetric, and gives nothing to what doesn't differ. The energy of
    one unit is split further by logarithms, so that lengths and batches that multiply add up too.
    Where one account is of a contract and the other of a place, and not both intensities are known
    of each, method and place are replaced together: apart, a figure that nobody stated (the
    world's grid) would stand between the two.

    References
    ----------
    Shorrocks: Decomposition procedures for distributional analysis: a unified framework based on
    the Shapley value, Journal of Economic Inequality 11, 2013; Ang: The LMDI approach to
    decomposition analysis, Energy Policy 33, 2005.
    """
    wanted = quantity or _common(first, second)
    aspects = _aspects(first, second)
    worth = {chosen: _figure(first, second, chosen, wanted) for chosen in _subsets(aspects)}
    effects = {aspect: _shapley(aspect, aspects, worth) for aspect in aspects}
    start, end = worth[frozenset()], worth[frozenset(aspects)]
    words = in_words(first, second)
    causes: list[Cause] = []
    for aspect in aspects:
        if aspect == "work":
            told = words.get(aspect, "")
            causes += _work(first, second, effects[aspect], (start, end), told)
        elif effects[aspect]:
            told = words.get(aspect, "")
            causes.append(
                Cause(aspect, effects[aspect], _factor(effects[aspect], start, end), told)
            )
    return Gap(wanted, QUANTITIES[wanted], start, end, tuple(causes))


def _aspects(first: Side, second: Side) -> tuple[str, ...]:
    """Give what is replaced one by one; method and place together where they hang together."""
    if first.method.basis is second.method.basis:
        return ASPECTS
    asked = (
        electricity_of(first.inventory, second.method),
        electricity_of(second.inventory, first.method),
    )
    if all(each is not None and each.id != WORLD for each in asked):
        return ASPECTS
    rest = [each for each in ASPECTS if each not in {"method", "place"}]
    return (rest[0], TOGETHER, *rest[1:])


def _common(first: Side, second: Side) -> str:
    for name in QUANTITIES:
        if all(_amount(each.inventory, each.method, name) is not None for each in (first, second)):
            return name
    what = "the two accounts have no figure in common"
    raise UsageError(what, f"{first.name}, {second.name}", "account for both by one method")


def _subsets(aspects: Sequence[str]) -> list[frozenset[str]]:
    sizes = range(len(aspects) + 1)
    return [frozenset(each) for size in sizes for each in combinations(aspects, size)]


def _figure(first: Side, second: Side, chosen: frozenset[str], quantity: str) -> float:
    """Give the figure of one unit with the chosen aspects of the second account."""
    here, there = first.inventory, second.inventory

    together = TOGETHER in chosen

    def of(aspect: str) -> Inventory:
        return there if aspect in chosen else here

    rules = second.method if together or "method" in chosen else first.method
    bounds = second.method if "boundary" in chosen else first.method
    method = replace(
        rules, parts=bounds.parts, components=bounds.components, idle=bounds.idle, stages=()
    )
    work, idle, hardware = of("work"), of("idle"), of("hardware")
    inventory = replace(
        here,
        items=work.items,
        idle=_per(idle, work, idle.idle, "energy"),
        embodied=_per(hardware, work, hardware.embodied, "hours"),
        grid=(there if together else of("place")).grid,
        facility=of("facility").facility,
        unit=work.unit,
    )
    found = _amount(inventory, method, quantity)
    if found is None:
        # What is not known under mixed aspects counts as not there, and the split stays exact.
        if chosen in (frozenset(), frozenset(_aspects(first, second))):
            side = second if chosen else first
            what = f"{side.name} has no figure for {quantity}"
            raise UsageError(what, "--of", "name energy, carbon or water")
        return 0.0
    return found


def _per(source: Inventory, work: Inventory, items: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """Bring items of `source` to as many units as `work` has."""
    ratio = (work.unit.count or 1.0) / (source.unit.count or 1.0)
    if ratio == 1:
        return items
    if name == "hours":
        return tuple(replace(each, hours=each.hours * ratio) for each in items)
    return tuple(replace(each, energy=_scaled(each.energy, ratio)) for each in items)


def _scaled(factor: Factor, ratio: float) -> Factor:
    numbers = {name: getattr(factor, name) * ratio for name in ("value", "low", "high")}
    return replace(factor, **numbers)


def _amount(inventory: Inventory, method: Method, quantity: str) -> float | None:
    account = work_out(inventory, replace(method, stages=()), _CENTRAL)
    found = getattr(account, quantity)
    return found.value / (inventory.unit.count or 1.0) if found is not None else None


def _shapley(aspect: str, aspects: Sequence[str], worth: Mapping[frozenset[str], float]) -> float:
    others = [each for each in aspects if each != aspect]
    count = len(aspects)
    return math.fsum(
        math.factorial(len(chosen)) * math.factorial(count - 1 - len(chosen))
        / math.factorial(count) * (worth[chosen | {aspect}] - worth[chosen])
        for chosen in _subsets(others)
    )  # fmt: skip


def _factor(effect: float, start: float, end: float) -> float:
    """Give what an effect multiplies the first figure by, so that the product is the ratio."""
    if start <= 0 or end <= 0:
        return math.nan
    mean = start if start == end else (end - start) / math.log(end / start)
    return math.exp(effect / mean)


def _work(
    first: Side, second: Side, effect: float, ends: tuple[float, float], energies: str
) -> list[Cause]:
    """Split the energy of one unit into its length and what else differs between the runs."""
    differs = conditions(first, second)
    names = " and ".join(differs) or "energy of one unit"
    words = "; ".join(f"{name} {one} → {other}" for name, (one, other) in differs.items())
    words = words or energies
    length = _length(first, second)
    whole = _factor(effect, *ends)
    if length is None or math.isnan(whole):
        return [Cause(names, effect, whole, words)] if effect or differs else []
    mean = ends[0] if ends[0] == ends[1] else (ends[1] - ends[0]) / math.log(ends[1] / ends[0])
    by_length = mean * math.log(length)
    counts = [side.conditions["output_tokens"] for side in (first, second)]
    told = f"{counts[0]} → {counts[1]} output tokens, as if energy went with them"
    if not differs and math.isclose(effect, by_length, rel_tol=_ROUNDING):
        return [Cause(_LENGTH, effect, length, told)]
    return [
        Cause(_LENGTH, by_length, length, told),
        Cause(names, effect - by_length, whole / length, words),
    ]


def _length(first: Side, second: Side) -> float | None:
    try:
        one, other = (float(side.conditions["output_tokens"]) for side in (first, second))
    except (KeyError, ValueError):
        return None
    return other / one if one > 0 and other > 0 and one != other else None
