"""`Statement`: what the work cost the world, by a named method, with intervals and sources."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from submeter.accounting.desk import Role
from submeter.accounting.fingerprint import of_factors
from submeter.accounting.joint import gathered, work_out_all
from submeter.accounting.lines import (
    CarbonLines,
    EnergyLines,
    PerUnit,
    Place,
    Recipe,
    WaterLines,
    lines,
    plain,
)
from submeter.accounting.method import Basis, Part
from submeter.accounting.patterns import Group, groups_for
from submeter.accounting.widest import widest
from submeter.errors import QuantityError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.accounting.account import Account
    from submeter.accounting.amount import Amount
    from submeter.accounting.draws import Draws
    from submeter.accounting.inventory import FunctionalUnit, Inventory
    from submeter.accounting.method import Method
    from submeter.accounting.widest import Widener
    from submeter.quantities.estimate import Estimate
    from submeter.quantities.factor import Factor, Source

SCHEMA = "submeter.statement/1"
SCHEMA_FILE = "schema/statement-1.json"
"""The JSON Schema, beside this module."""

_ASKED_FOR = MappingProxyType({
    "pue": Part.FACILITY, "wue": Part.ON_SITE, "ewif": Part.ELECTRICITY, "adpe": Part.RESOURCES,
    "primary": Part.PRIMARY_ENERGY, "price": Part.MONEY,
})  # fmt: skip
"""The part of a method that asks for a figure of the place."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a statement is of.

    Parameters
    ----------
    id, name, stage : str
        Of the work.
    unit : FunctionalUnit
        What it delivered.
    missing : tuple of str
        What is known to be missing of the whole, in words.
    """

    id: str
    name: str
    stage: str
    unit: FunctionalUnit
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What the work cost the world; None is not known, or outside the method.

    The fields are those of ``submeter.statement/1``; `recipe` is written flat beside them.
    """

    id: str
    name: str
    stage: str
    method: str
    unit: FunctionalUnit
    energy: EnergyLines
    carbon: CarbonLines
    water: WaterLines
    resources: Estimate | None
    primary_energy: Estimate | None
    money: Estimate | None
    per_unit: PerUnit | None
    missing: tuple[str, ...]
    widest: tuple[Widener, ...]
    sources: tuple[Source, ...]
    overhead: Estimate | None
    place: Place
    recipe: Recipe

    def as_dict(self) -> dict[str, Any]:
        """Give the statement as the JSON object of ``submeter.statement/1``."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "name": self.name,
            "stage": self.stage,
            "method": self.method,
            "unit": {"name": self.unit.name, "count": self.unit.count},
            "energy": lines(self.energy, "total", "by_component"),
            "carbon": lines(self.carbon, "total", "operational", "idle", "embodied", "basis"),
            "water": lines(self.water, "total", "on_site", "electricity", "embodied", "basis"),
            **lines(self, "resources", "primary_energy", "money"),
            "per_unit": self.per_unit and lines(self.per_unit, "energy", "carbon", "water"),
            "missing": list(self.missing),
            "widest": [lines(entry, "factor", "share", "narrows", "hint") for entry in self.widest],
            "sources": [lines(source, "id", "citation", "licence") for source in self.sources],
            "overhead": plain(self.overhead),
            "place": self.place.as_dict(),
            **lines(self.recipe, *Recipe.__slots__),
        }


def state(inventory: Inventory, method: Method, draws: Draws) -> Statement:
    """Account for an inventory by a method, and state the result with its intervals.

    The value of each quantity comes from the central value of every factor, its interval from
    the 2.5th and 97.5th percentile of the realisations.
    """
    heading = Heading(inventory.id, inventory.name, inventory.stage, inventory.unit)
    return state_groups((Group(inventory, 1),), method, draws, heading)


def state_together(
    inventories: Sequence[Inventory], method: Method, draws: Draws, heading: Heading
) -> Statement:
    """Account for several inventories as one: what they share is drawn once, each has its place.

    Parameters
    ----------
    inventories : sequence of Inventory
        At least one, of work that is no part of other work among it.
    method : Method
        The rules.
    draws : Draws
        The realisations.
    heading : Heading
        What the whole is called.

    Notes
    -----
    Those of one pattern are added up before anything is drawn (`patterns.groups_for`); one that is
    alone is stated as `state` does.
    """
    return state_groups(groups_for(inventories, method), method, draws, heading)


def state_groups(
    groups: Sequence[Group], method: Method, draws: Draws, heading: Heading
) -> Statement:
    """Account for all entries of the groups as one.

    Parameters
    ----------
    groups : sequence of Group
        At least one.
    method, draws, heading
        As in `state_together`.

    Raises
    ------
    QuantityError
        If the method rounds each entry, and a group has several: a sum is not the entry of the
        sums.

    Notes
    -----
    The same as of the entries one by one, to rounding. What is told of an entry's coverage and
    idle energy is told of its group.
    """
    entries = [group.entries for group in groups]
    if method.decimals is not None and max(entries) > 1:
        what = f"{method.id} rounds every entry, so that they cannot be added up beforehand"
        raise QuantityError(what, "method", "account for the entries one by one")
    inventories = [group.inventory for group in groups]
    account = work_out_all(groups, method, draws)
    per_unit = _per_unit(account, heading.unit)
    missing = [each.missing for each in inventories]
    told = gathered(missing) if sum(entries) > 1 else missing[0]
    return Statement(
        id=heading.id,
        name=heading.name,
        stage=heading.stage,
        method=method.id,
        unit=heading.unit,
        energy=_energy(account),
        carbon=_carbon(account, method),
        water=_water(account),
        resources=_estimate(account.resources, "kgSb_eq"),
        primary_energy=_estimate(account.primary_energy, "MJ"),
        money=_estimate(account.money, account.currency),
        per_unit=per_unit,
        missing=_missing(
            (*heading.missing, *_asked(told, method)), heading.unit, account, per_unit
        ),
        widest=widest(account, draws, lambda known: work_out_all(groups, method, known)),
        sources=tuple(dict.fromkeys(factor.source for factor in account.uses)),
        overhead=_estimate(account.overhead, "kWh"),
        place=_place(inventories, account, method),
        recipe=Recipe(
            method.version, method.hash(), of_factors(account.uses), draws.seed, draws.count
        ),
    )


def _energy(account: Account) -> EnergyLines:
    parts = {name: amount.estimate("kWh") for name, amount in account.components.items()}
    return EnergyLines(_estimate(account.energy, "kWh"), parts)


def _carbon(account: Account, method: Method) -> CarbonLines:
    amounts = (account.carbon, account.operational, account.idle, account.embodied)
    whole, operational, idle, embodied = (_estimate(amount, "kgCO2e") for amount in amounts)
    return CarbonLines(whole, operational, idle, embodied, method.basis.value)


def _water(account: Account) -> WaterLines:
    amounts = (account.water, account.on_site, account.electricity, account.embodied_water)
    whole, on_site, electricity, embodied = (_estimate(amount, "L") for amount in amounts)
    return WaterLines(whole, on_site, electricity, embodied, account.water_basis)


def _per_unit(account: Account, unit: FunctionalUnit) -> PerUnit | None:
    if not unit.count:
        return None
    share = 1 / unit.count
    totals = ((account.energy, "kWh"), (account.carbon, "kgCO2e"), (account.water, "L"))
    return PerUnit(*(_estimate(amount and amount.scaled(share), name) for amount, name in totals))


def _place(inventories: Sequence[Inventory], account: Account, method: Method) -> Place:
    """Give the place; of several, their names, and the factors only where they are the same."""
    words = [each.place for each in inventories]
    keys = dict.fromkeys(key for each in words for key in each)

    def entered(role: Role) -> set[Factor | None]:
        return {factor for factor, used_for in account.uses.items() if used_for is role}

    intensities = entered(Role.INTENSITY)
    market: set[Factor | None] = intensities if method.basis is Basis.MARKET else set()
    grids = (intensities - market) or {each.grid.intensity for each in inventories}
    pues = entered(Role.PUE) or {each.facility.pue for each in inventories}
    return Place(
        {key: ", ".join(dict.fromkeys(each[key] for each in words if each.get(key)))
         for key in keys},
        *(each.pop() if len(each) == 1 else None for each in (grids, pues, market)),
    )  # fmt: skip


def _asked(notes: Iterable[str], method: Method) -> list[str]:
    """Leave out what is told of a figure that the method does not ask for."""
    unasked = {name for name, part in _ASKED_FOR.items() if not method.includes(part)}
    return [note for note in notes if note.partition(":")[0] not in unasked]


def _missing(
    told: Sequence[str], unit: FunctionalUnit, account: Account, per_unit: PerUnit | None
) -> tuple[str, ...]:
    notes = [*told, *account.missing]
    if per_unit is None:
        notes.append(f"per_unit: the number of {unit.name}s is not known or zero")
    return tuple(dict.fromkeys(notes))


def _estimate(amount: Amount | None, unit: str) -> Estimate | None:
    return amount.estimate(unit) if amount is not None else None
