"""`Account`: an inventory worked out by a method, in every realisation at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.accounting.amount import combined, total
from submeter.accounting.assumptions import with_assumptions
from submeter.accounting.desk import Desk, Role
from submeter.accounting.dimensions import PER_KWH
from submeter.accounting.embodied import amortised
from submeter.accounting.energy import energy_of
from submeter.accounting.method import Basis, Part, Wear
from submeter.accounting.operational import emitted
from submeter.accounting.resources import minerals_used_up, money_spent, primary_energy_drawn
from submeter.accounting.water import water_of_electricity, water_on_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.accounting.amount import Amount
    from submeter.accounting.draws import Draws
    from submeter.accounting.energy import Energy
    from submeter.accounting.inventory import EmbodiedItem, Grid, Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor

_KINDS = (frozenset({"lifecycle", "combustion"}), frozenset({"average", "marginal"}))
_WATER = ("consumption", "withdrawal")
_WATERS = (Part.ON_SITE, Part.ELECTRICITY, Part.EMBODIED_WATER)


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """Every amount of an account; None is not known, or outside the method.

    Accounts that were drawn alike can be added up, amount by amount: what they share is then one
    unknown (the life of a model, a ledger, a day of hourly grids).

    Parameters
    ----------
    components : mapping of str to Amount
        Energy by component [kWh], with ``idle`` and ``facility``.
    energy : Amount or None
        All of it [kWh].
    operational, idle, embodied, carbon : Amount or None
        Emissions [kgCO2e] of the work's own electricity, of the idle electricity, of making the
        hardware, and of all.
    on_site, electricity, embodied_water, water : Amount or None
        Water [L] on the site, in the electricity, in making the hardware, and all.
    water_basis : str
        ``consumption``, ``withdrawal``, ``mixed`` or ``unspecified``.
    resources, primary_energy, money : Amount or None
        Minerals [kgSb_eq], primary energy [MJ], money [`currency`].
    currency : str
        Unit of `money`, or empty.
    overhead : Amount or None
        The meter's own energy [kWh], which is no part of the account.
    missing : tuple of str
        What is absent or incomplete, and why.
    uses : mapping of Factor to Role
        The factors that entered, in order of first use.
    """

    components: Mapping[str, Amount]
    energy: Amount | None
    operational: Amount | None
    idle: Amount | None
    embodied: Amount | None
    carbon: Amount | None
    on_site: Amount | None
    electricity: Amount | None
    embodied_water: Amount | None
    water: Amount | None
    water_basis: str
    resources: Amount | None
    primary_energy: Amount | None
    money: Amount | None
    currency: str
    overhead: Amount | None
    missing: tuple[str, ...]
    uses: Mapping[Factor, Role]


def work_out(inventory: Inventory, method: Method, draws: Draws) -> Account:
    """Work out `inventory` by the rules of `method`, in every realisation of `draws`."""
    method.check(inventory.stage)
    desk = Desk(method, draws)
    inventory = with_assumptions(inventory, desk)
    _note_defined_for(inventory, desk)
    energy = energy_of(inventory, desk)
    components = energy.by_component()
    whole = energy.at_facility(energy.it)
    operational, idle = _emissions(energy, inventory.grid, desk)
    embodied = _embodied(inventory.embodied, desk)
    on_site, electricity = _waters(energy.it, whole, inventory, desk)
    embodied_water = _embodied_water(inventory.embodied, desk)
    price = inventory.grid.price
    return Account(
        components=components,
        energy=whole,
        operational=operational,
        idle=idle,
        embodied=embodied,
        carbon=total((operational, idle, embodied)) if operational else None,
        on_site=on_site,
        electricity=electricity,
        embodied_water=embodied_water,
        water=total((on_site, electricity, embodied_water)),
        water_basis=_water_basis(desk),
        resources=_resources(whole, inventory, desk),
        primary_energy=_primary_energy(whole, inventory.grid, desk),
        money=_money(whole, inventory.grid, desk),
        currency=price.unit.removesuffix(PER_KWH) if price else "",
        overhead=_overhead(inventory, desk),
        missing=tuple(desk.missing),
        uses=desk.uses,
    )


def _note_defined_for(inventory: Inventory, desk: Desk) -> None:
    stages, asked = desk.method.stages, desk.method.units
    if stages and inventory.stage not in stages:
        desk.note("stage", f"not stated; {desk.method.id} is for {', '.join(stages)}")
    if asked and inventory.unit.name not in asked:
        desk.note("per_unit", f"{desk.method.id} asks for a unit of {' or '.join(asked)}")


def _overhead(inventory: Inventory, desk: Desk) -> Amount | None:
    if inventory.overhead is None:
        desk.note("overhead", "the meter's own energy is not known")
        return None
    return desk.amount(inventory.overhead, "kWh", Role.OVERHEAD)


def _emissions(energy: Energy, grid: Grid, desk: Desk) -> tuple[Amount | None, Amount | None]:
    if not desk.method.includes(Part.OPERATIONAL):
        desk.leave_out("carbon")
        return None, None
    _note_contract(grid, desk)
    factor = grid.market if desk.method.basis is Basis.MARKET else grid.intensity
    if factor is None:
        desk.note("carbon", f"no {desk.method.basis}-based intensity of the grid is known")
        return None, None
    if energy.active is None:
        desk.note("carbon", "without energy there is no total")
        return None, None
    _note_kind(factor, desk)
    intensity = desk.amount(factor, "kgCO2e/kWh", Role.INTENSITY)
    if "custom" not in factor.basis.split():
        intensity = desk.as_published(intensity)
    own = energy.at_facility(energy.active)
    idle = energy.at_facility(energy.idle)
    return (
        desk.as_published(combined(emitted, own, intensity)) if own else None,
        desk.as_published(combined(emitted, idle, intensity)) if idle else None,
    )


def _note_contract(grid: Grid, desk: Desk) -> None:
    """Tell that a contract changes nothing where the rules take the grid of the place."""
    if grid.market is not None and desk.method.basis is Basis.LOCATION:
        text = f"does not count: {desk.method.id} takes the grid of the place"
        desk.note("market", f"what was contracted for {text}")


def _note_kind(factor: Factor, desk: Desk) -> None:
    """Tell where the intensity is of another kind than the method asks for."""
    said = set(factor.basis.split())
    for wanted in desk.method.intensity.split():
        for kinds in _KINDS:
            other = said & kinds - {wanted}
            if wanted in kinds and other:
                text = f"the grid's intensity is of {other.pop()} where {desk.method.id} takes"
                desk.note(Part.OPERATIONAL, f"{text} {wanted}")


def _embodied(items: tuple[EmbodiedItem, ...], desk: Desk) -> Amount | None:
    if not desk.includes(Part.EMBODIED):
        return None
    if not items:
        desk.note(Part.EMBODIED, "no hardware is known")
    parts = []
    for item in items:
        if item.each is None:
            desk.note(Part.EMBODIED, f"no figure for {item.device}")
        else:
            each = desk.amount(item.each, "kgCO2e", Role.EACH)
            parts.append(_share_of_making(each, item, desk))
    return total(parts)


def _share_of_making(each: Amount, item: EmbodiedItem, desk: Desk) -> Amount:
    lifetime = desk.amount(item.lifetime, "years", Role.LIFETIME)
    if desk.method.wear is Wear.OWNED:
        return combined(
            lambda cost, years: amortised(cost, item.hours, item.share, years, 1.0), each, lifetime
        )
    utilisation = desk.amount(item.utilisation, "", Role.UTILISATION)
    return combined(
        lambda cost, years, used: amortised(cost, item.hours, item.share, years, used),
        each,
        lifetime,
        utilisation,
    )


def _waters(
    it: Amount | None, whole: Amount | None, inventory: Inventory, desk: Desk
) -> tuple[Amount | None, Amount | None]:
    if not any(map(desk.method.includes, _WATERS)):
        desk.leave_out("water")
        return None, None
    if it is None or whole is None:
        desk.note("water", "without energy there is none to tell")
        return None, None
    on_site = electricity = None
    if desk.includes(Part.ON_SITE):
        wue = inventory.facility.wue
        if wue is None:
            desk.note(Part.ON_SITE, "no WUE is known")
        else:
            effectiveness = desk.amount(wue, "L/kWh", Role.WUE)
            on_site = combined(water_on_site, it, effectiveness)
    if desk.includes(Part.ELECTRICITY):
        if inventory.grid.water is None:
            desk.note(Part.ELECTRICITY, "no water intensity of the grid is known")
        else:
            intensity = desk.amount(inventory.grid.water, "L/kWh", Role.WATER)
            electricity = combined(water_of_electricity, whole, intensity)
    if on_site is None and electricity is None:
        desk.note("water", "neither of its parts is known")
    return on_site, electricity


def _embodied_water(items: tuple[EmbodiedItem, ...], desk: Desk) -> Amount | None:
    if not any(map(desk.method.includes, _WATERS)) or not desk.includes(Part.EMBODIED_WATER):
        return None
    if not items:
        desk.note(Part.EMBODIED_WATER, "no hardware is known")
    parts = []
    for item in items:
        if item.water is None:
            desk.note(Part.EMBODIED_WATER, f"no figure for {item.device}")
        else:
            each = desk.amount(item.water, "L", Role.EMBODIED_WATER)
            parts.append(_share_of_making(each, item, desk))
    return total(parts)


def _water_basis(desk: Desk) -> str:
    words: set[str] = set()
    for factor, role in desk.uses.items():
        if role in {Role.WUE, Role.WATER}:
            said = set(factor.basis.split())
            words |= said & set(_WATER)
            if role is Role.WUE and "withdrawal" in said:
                desk.note(Part.ON_SITE, "water withdrawn, which is more than what is consumed")
            if "unspecified" in said:
                desk.note(Part.ON_SITE, "whether consumed or withdrawn is not stated by its source")
    if len(words) > 1:
        return "mixed"
    return words.pop() if words else "unspecified"


def _resources(whole: Amount | None, inventory: Inventory, desk: Desk) -> Amount | None:
    if not desk.includes(Part.RESOURCES):
        return None
    parts: list[Amount] = []
    if whole is None or inventory.grid.adpe is None:
        desk.note(Part.RESOURCES, "no figure for the electricity")
    else:
        adpe = desk.amount(inventory.grid.adpe, "kgSb_eq/kWh", Role.MINERALS)
        parts.append(combined(minerals_used_up, whole, adpe))
    for item in inventory.embodied:
        if item.minerals is None:
            desk.note(Part.RESOURCES, f"no figure for making {item.device}")
        else:
            minerals = desk.amount(item.minerals, "kgSb_eq", Role.MINERALS)
            parts.append(_share_of_making(minerals, item, desk))
    return total(parts)


def _primary_energy(whole: Amount | None, grid: Grid, desk: Desk) -> Amount | None:
    if not desk.includes(Part.PRIMARY_ENERGY):
        return None
    if whole is None or grid.primary is None:
        desk.note(Part.PRIMARY_ENERGY, "no figure for the electricity")
        return None
    return combined(primary_energy_drawn, whole, desk.amount(grid.primary, "MJ/kWh", Role.PRIMARY))


def _money(whole: Amount | None, grid: Grid, desk: Desk) -> Amount | None:
    if not desk.includes(Part.MONEY):
        return None
    if whole is None or grid.price is None:
        desk.note(Part.MONEY, "no price of the electricity is known")
        return None
    return combined(money_spent, whole, desk.amount(grid.price, grid.price.unit, Role.PRICE))
