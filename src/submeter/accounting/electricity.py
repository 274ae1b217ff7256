"""What electricity cost: carbon, water, minerals, primary energy and money, by a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.accounting.amount import combined
from submeter.accounting.desk import Role
from submeter.accounting.method import WATERS, Basis, Part
from submeter.accounting.operational import emitted
from submeter.accounting.resources import minerals_used_up, money_spent, primary_energy_drawn
from submeter.accounting.water import water_of_electricity, water_on_site

if TYPE_CHECKING:
    from submeter.accounting.amount import Amount
    from submeter.accounting.desk import Desk
    from submeter.accounting.energy import Energy
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.surroundings import Grid
    from submeter.quantities.factor import Factor

_KINDS = (frozenset({"lifecycle", "combustion"}), frozenset({"average", "marginal"}))
_WATER = ("consumption", "withdrawal")


def emissions(energy: Energy, grid: Grid, desk: Desk) -> tuple[Amount | None, Amount | None]:
    """Give the emissions [kgCO2e] of the work's own electricity, and of the idle electricity."""
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


def waters(
    it_energy: Amount | None, energy: Amount | None, inventory: Inventory, desk: Desk
) -> tuple[Amount | None, Amount | None]:
    """Give the water [L] on the site, by the energy that the method asks for, and in all of it."""
    if not any(map(desk.method.includes, WATERS)):
        desk.leave_out("water")
        return None, None
    if it_energy is None or energy is None:
        desk.note("water", "without energy there is none to tell")
        return None, None
    on_site = in_making = None
    if desk.includes(Part.ON_SITE):
        wue = inventory.facility.wue
        if wue is None:
            desk.note(Part.ON_SITE, "no WUE is known")
        else:
            effectiveness = desk.amount(wue, "L/kWh", Role.WUE)
            cooled = energy if desk.method.facility_water else it_energy
            if inventory.facility.held and not desk.method.facility_water:
                text = "the energy holds the facility, and a WUE goes with that of the equipment"
                desk.note(Part.ON_SITE, f"{text}: too high by as much as the PUE")
            on_site = combined(water_on_site, cooled, effectiveness)
    if desk.includes(Part.ELECTRICITY):
        if inventory.grid.water is None:
            desk.note(Part.ELECTRICITY, "no water intensity of the grid is known")
        else:
            intensity = desk.amount(inventory.grid.water, "L/kWh", Role.WATER)
            in_making = combined(water_of_electricity, energy, intensity)
    if on_site is None and in_making is None:
        desk.note("water", "neither of its parts is known")
    return on_site, in_making


def water_basis(desk: Desk) -> str:
    """Tell what kind of water the figures that entered count, in one word."""
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


def minerals(energy: Amount | None, grid: Grid, desk: Desk) -> Amount | None:
    """Give the minerals [kgSb_eq] used up in making it."""
    if not desk.includes(Part.RESOURCES):
        return None
    if energy is None or grid.adpe is None:
        desk.note(Part.RESOURCES, "no figure for the electricity")
        return None
    adpe = desk.amount(grid.adpe, "kgSb_eq/kWh", Role.MINERALS)
    return combined(minerals_used_up, energy, adpe)


def primary_energy(energy: Amount | None, grid: Grid, desk: Desk) -> Amount | None:
    """Give the energy [MJ] taken from nature to make it."""
    if not desk.includes(Part.PRIMARY_ENERGY):
        return None
    if energy is None or grid.primary is None:
        desk.note(Part.PRIMARY_ENERGY, "no figure for the electricity")
        return None
    return combined(primary_energy_drawn, energy, desk.amount(grid.primary, "MJ/kWh", Role.PRIMARY))


def money(energy: Amount | None, grid: Grid, desk: Desk) -> Amount | None:
    """Give its price [the currency of the grid's]."""
    if not desk.includes(Part.MONEY):
        return None
    if energy is None or grid.price is None:
        desk.note(Part.MONEY, "no price of the electricity is known")
        return None
    return combined(money_spent, energy, desk.amount(grid.price, grid.price.unit, Role.PRICE))
