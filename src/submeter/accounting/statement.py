"""`Statement`: what the work cost the world, by a named method, with intervals and sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from submeter.accounting.fingerprint import of_factors
from submeter.accounting.joint import gathered, work_out_all
from submeter.accounting.widest import widest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class EnergyLines:
    """Energy [kWh]: all of it, and the parts that add up to it."""

    total: Estimate | None
    by_component: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class CarbonLines:
    """Emissions [kgCO2e]; `total` is the sum of the others, and `operational` leaves idle out."""

    total: Estimate | None
    operational: Estimate | None
    idle: Estimate | None
    embodied: Estimate | None
    basis: str


@dataclass(frozen=True, slots=True)
class WaterLines:
    """Water [L]: on the site, in the making of the electricity, in that of the hardware."""

    total: Estimate | None
    on_site: Estimate | None
    electricity: Estimate | None
    embodied: Estimate | None
    basis: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was accounted for, in words, and the factors that follow; None if not known."""

    words: Mapping[str, str]
    grid: Factor | None
    pue: Factor | None

    def as_dict(self) -> dict[str, Any]:
        """Give the ``place`` object: its words, and each factor as value, low, high, unit."""
        factors = {"grid": self.grid, "pue": self.pue}
        return {
            **self.words,
            **{
                name: {key: getattr(each, key) for key in _FACTOR}
                for name, each in factors.items()
                if each is not None
            },
        }


_FACTOR = ("id", "value", "low", "high", "unit", "period")


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Each total over the number of functional units."""

    energy: Estimate | None
    carbon: Estimate | None
    water: Estimate | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is needed beside the inventory to work a statement out again, bit for bit.

    Parameters
    ----------
    method_version, method_hash : str
        Of the method.
    factors : str
        SHA-256 of every factor that entered.
    seed, draws : int
        Of the realisations, and their number.
    """

    method_version: str
    method_hash: str
    factors: str
    seed: int
    draws: int


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
            "energy": _lines(self.energy, "total", "by_component"),
            "carbon": _lines(self.carbon, "total", "operational", "idle", "embodied", "basis"),
            "water": _lines(self.water, "total", "on_site", "electricity", "embodied", "basis"),
            **_lines(self, "resources", "primary_energy", "money"),
            "per_unit": self.per_unit and _lines(self.per_unit, "energy", "carbon", "water"),
            "missing": list(self.missing),
            "widest": [
                _lines(entry, "factor", "share", "narrows", "hint") for entry in self.widest
            ],
            "sources": [_lines(source, "id", "citation", "licence") for source in self.sources],
            "overhead": _plain(self.overhead),
            "place": self.place.as_dict(),
            **_lines(self.recipe, *Recipe.__slots__),
        }


def state(inventory: Inventory, method: Method, draws: Draws) -> Statement:
    """Account for an inventory by a method, and state the result with its intervals.

    The value of each quantity comes from the central value of every factor, its interval from
    the 2.5th and 97.5th percentile of the realisations.
    """
    heading = Heading(inventory.id, inventory.name, inventory.stage, inventory.unit)
    return state_together((inventory,), method, draws, heading)


def state_together(
    inventories: Sequence[Inventory],
    method: Method,
    draws: Draws,
    heading: Heading,
    entries: Sequence[int] = (),
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
    entries : sequence of int
        How many entries each inventory stands for; one by default.
    """
    account = work_out_all(inventories, method, draws, entries)
    per_unit = _per_unit(account, heading.unit)
    several = max(len(inventories), sum(entries)) > 1
    missing = [each.missing for each in inventories]
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
            (*heading.missing, *(gathered(missing) if several else missing[0])),
            heading.unit,
            account,
            per_unit,
        ),
        widest=widest(
            account, draws, lambda known: work_out_all(inventories, method, known, entries)
        ),
        sources=tuple(dict.fromkeys(factor.source for factor in account.uses)),
        overhead=_estimate(account.overhead, "kWh"),
        place=_place(inventories),
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


def _place(inventories: Sequence[Inventory]) -> Place:
    """Give the place; of several, their names, and the factors only where they are the same."""
    words = [each.place for each in inventories]
    grids = {each.grid.intensity for each in inventories}
    pues = {each.facility.pue for each in inventories}
    keys = dict.fromkeys(key for each in words for key in each)
    return Place(
        {key: ", ".join(dict.fromkeys(each[key] for each in words if each.get(key)))
         for key in keys},
        grids.pop() if len(grids) == 1 else None,
        pues.pop() if len(pues) == 1 else None,
    )  # fmt: skip


def _missing(
    told: Sequence[str], unit: FunctionalUnit, account: Account, per_unit: PerUnit | None
) -> tuple[str, ...]:
    notes = [*told, *account.missing]
    if per_unit is None:
        notes.append(f"per_unit: the number of {unit.name}s is not known or zero")
    return tuple(dict.fromkeys(notes))


def _estimate(amount: Amount | None, unit: str) -> Estimate | None:
    return amount.estimate(unit) if amount is not None else None


def _lines(record: object, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(entry: Any) -> Any:  # noqa: ANN401 - any field of a statement
    if hasattr(entry, "as_dict"):
        return entry.as_dict()
    if hasattr(entry, "items"):
        return {name: _plain(value) for name, value in entry.items()}
    return entry
