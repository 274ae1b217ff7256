"""What a column is of, where a table tells of several: training and inference, a query and a run.

A column of carbon follows from the energy of the same, and the energy of a whole is not added to
that of its parts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from submeter.disclosures.audit.energy_ways import HELD
from submeter.disclosures.audit.printed import EXACT
from submeter.disclosures.audit.roles import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from submeter.disclosures.audit.printed import Printed
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.readers.columns import Column

    Cell = tuple[Column, Quantity]

_SCOPES = {
    "pretraining": ("pretrain", "pretraining", "pretrained"),
    "finetuning": ("finetune", "finetuning", "finetuned"),
    "training": ("train", "training", "trained"),
    "inference": ("inference", "serving", "deployment"),
    "evaluation": ("eval", "evaluation", "validation", "test", "testing"),
    "query": ("query", "queries"), "prefill": ("prefill",), "decode": ("decode", "decoding"),
    "load": ("load", "loading"), "preprocessing": ("preprocess", "preprocessing"),
    "experiments": ("experiment", "experiments", "development", "search", "ablations"),
    "run": ("run",),
}  # fmt: skip
_CALLED = {word: scope for scope, named in _SCOPES.items() for word in named}
_PARTS = {
    "training": {"pretraining", "finetuning"},
    "run": set(_SCOPES) - {"run", "training"},
    "inference": {"prefill", "decode", "query", "load"},
}
"""What a scope may be made up of, where it is not told by itself."""
_COMPONENTS = frozenset({"cpu", "gpu", "ram", "dram", "memory", "disk", "npu", "network"})
_WHOLE = frozenset({"total", "sum", "overall", "all", "combined"})
MOST_AMOUNTS = 12
"""Energies of a row; with more, nothing says which of them is meant."""
_EXTENSIVE = frozenset({"energy", "idle_energy", "hours", "device_hours"})


@lru_cache(maxsize=4096)
def scope(heading: str) -> str:
    """Give what a heading is of; empty where it says nothing of that.

    Examples
    --------
    >>> scope("Pre-training energy (MWh)"), scope("query_emissions"), scope("Energy per query")
    ('pretraining', 'query', '')
    """
    plain = re.sub(r"(?i)\b(pre|fine|post)[-_ ](train|tun)", r"\1\2", heading)
    plain = re.sub(r"(?i)(?:/|\bper)[\s_]*(?:[\d.,]+k?[\s_]*)?\w+", " ", plain)
    found = {_CALLED[word] for word in words(plain) if word in _CALLED}
    return found.pop() if len(found) == 1 else ""


def is_component(heading: str) -> bool:
    """Tell whether a heading is of a part of a machine."""
    return bool(_COMPONENTS & set(words(heading)))


def is_whole(heading: str) -> bool:
    """Tell whether a heading calls itself the total of others."""
    return bool(_WHOLE & set(words(re.sub(r"[_\W]+", " ", heading))))


def wholes(cells: Sequence[Cell]) -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
    """Give the amounts of one kind that others beside them make up, by what they are called."""
    if len(cells) > MOST_AMOUNTS:
        return
    named = [each for each in cells if is_whole(each[0].heading)]
    rest = [each for each in cells if each not in named]
    parts = _without_components(rest)
    if len(named) == 1 and len(parts) > 1:
        yield named[0], tuple(parts)
    for own in {scope(each.heading) for each, _ in rest}:
        mine = [each for each in rest if scope(each[0].heading) == own]
        components = tuple(each for each in mine if is_component(each[0].heading))
        if len(components) > 1 and len(mine) - len(components) == 1:
            yield next(each for each in mine if each not in components), components


def readings(claimed: Column, beside: Sequence[Column], cells: Sequence[Cell]) -> list[list[Cell]]:
    """Give the cells that a claim may be made from: the likeliest first.

    Parameters
    ----------
    claimed : Column
        What is claimed.
    beside : sequence of Column
        All columns of the same role.
    cells : sequence of pair
        What it could be made from.
    """
    if sum(each.role == "energy" for each, _ in cells) > MOST_AMOUNTS:
        return [[each for each in cells if each[0].role != "energy"]]
    own = scope(claimed.heading)
    several = len({scope(each.heading) for each in beside}) > 1
    mine = list(_of(own, cells, several=several)) if own else list(cells)
    beside_held = any(HELD in each.flags for each in beside) and HELD not in claimed.flags
    if claimed.role == "carbon" and beside_held:  # that one holds the facility, this one does not
        mine = [each for each in mine if each[0].role != "pue"]
    likely = [_one_level(_without_components(mine), claimed.role)]
    energies = [each for each in mine if each[0].role == "energy"]
    if len(energies) > 1 and not own and not is_whole(claimed.heading):
        plain = [each for each in energies if not is_component(each[0].heading)]
        scopes = dict.fromkeys(scope(each.heading) for each, _ in plain)
        likely += [_without_components(list(_of(each, mine, several=False))) for each in scopes]
        likely += [[one for one in mine if one is each or one not in energies] for each in plain]
    likely = [_measured(each) for each in likely]
    if claimed.role == "energy" or any(each.role in {"grid", "market", "wue"} for each, _ in mine):
        likely += [bounded for each in likely if (bounded := _up_to_limit(each))]
    return likely


def of_energy(
    claimed: Column, beside: Sequence[Cell], likely: list[list[Cell]]
) -> list[list[Cell]]:
    """Give what an energy may be made from that stands beside other energies.

    That of a facility is made from that of its equipment, and one of a scope from the hours and
    powers of the same.
    """
    equipment = [each for each in beside if HELD not in each[0].flags]
    if len(equipment) == 1 and len(beside) == 2:  # noqa: PLR2004 - equipment and facility
        if HELD not in claimed.flags:
            return likely
        return [[*equipment, *(each for each in likely[0] if each[0].role == "pue")]]
    own = scope(claimed.heading)
    if own and any(scope(each.heading) == own for each, _ in likely[0]):
        return likely
    return []


def _of(own: str, cells: Sequence[Cell], *, several: bool) -> Iterator[Cell]:
    """Give the cells of a scope: its own, else those of its parts, else what is of no scope.

    Where claims of other scopes stand beside it, an amount of no scope may be of all of them.
    """
    for role in dict.fromkeys(each.role for each, _ in cells):
        mine = [each for each in cells if each[0].role == role]
        same = [each for each in mine if scope(each[0].heading) == own]
        parts = [each for each in mine if scope(each[0].heading) in _PARTS.get(own, ())]
        unsaid = [each for each in mine if not scope(each[0].heading)]
        yield from same or parts or (unsaid if not (several and role in _EXTENSIVE) else [])


def _one_level(cells: list[Cell], role: str) -> list[Cell]:
    """Leave one of the energies of a facility and of its equipment, beside one another.

    Water follows by a WUE from that of the equipment (ISO/IEC 30134-9), carbon from all.
    """
    energies = [each for each in cells if each[0].role == "energy"]
    held = [each for each in energies if HELD in each[0].flags]
    if not held or len(held) == len(energies):
        return cells
    left_out = held if role == "water" else [each for each in energies if each not in held]
    return [each for each in cells if each not in left_out]


_RATED = re.compile(
    r"\b(?:TDP|thermal design|rated|nameplate|limit|max(?:imum)?|peak)\b", re.IGNORECASE
)
LEAST_OF_LIMIT = 0.05
"""Part of its limit that a device draws at least: as for `audit.implied.IDLE`."""


def _measured(cells: list[Cell]) -> list[Cell]:
    """Leave out the limits of devices beside a power that they drew."""
    powers = [each for each in cells if each[0].role == "power"]
    rated = [each for each in powers if _RATED.search(each[0].heading)]
    if len(rated) == len(powers):
        return cells
    return [each for each in cells if each not in rated]


def _up_to_limit(cells: list[Cell]) -> list[Cell]:
    """Give the cells with limits of devices as what they drew at most; none where none is told."""
    if not any(_is_limit(each) for each in cells):
        return []
    return [
        (each, replace(value, number=_below(value.number))) if _is_limit((each, value))
        else (each, value) for each, value in cells
    ]  # fmt: skip


def _is_limit(cell: Cell) -> bool:
    return cell[0].role == "power" and _RATED.search(cell[0].heading) is not None


def _below(number: Printed) -> Printed:
    return number._replace(low=LEAST_OF_LIMIT * number.low, digits=EXACT)


def _without_components(cells: Sequence[Cell]) -> list[Cell]:
    """Leave out the energy of components beside that of the whole machine."""
    left_out: list[Cell] = []
    energies = [each for each in cells if each[0].role == "energy"]
    for own in {scope(each.heading) for each, _ in energies}:
        mine = [each for each in energies if scope(each[0].heading) == own]
        parts = [each for each in mine if is_component(each[0].heading)]
        if len(mine) - len(parts) == 1:
            left_out += parts
    return [each for each in cells if each not in left_out]
