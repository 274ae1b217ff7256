"""`Account`: an inventory worked out by a method, in every realisation at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.accounting import electricity, hardware
from submeter.accounting.amount import total
from submeter.accounting.assumptions import with_assumptions
from submeter.accounting.desk import Desk, Role
from submeter.accounting.dimensions import PER_KWH
from submeter.accounting.energy import energy_of
from submeter.accounting.method import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.accounting.amount import Amount
    from submeter.accounting.draws import Draws
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.quantities.factor import Factor


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
    operational, idle = electricity.emissions(energy, inventory.grid, desk)
    embodied = hardware.carbon(inventory.embodied, desk)
    on_site, in_electricity = electricity.waters(energy.it, whole, inventory, desk)
    embodied_water = hardware.water(inventory.embodied, desk)
    price = inventory.grid.price
    return Account(
        components=components,
        energy=whole,
        operational=operational,
        idle=idle,
        embodied=embodied,
        carbon=total((operational, idle, embodied)) if operational else None,
        on_site=on_site,
        electricity=in_electricity,
        embodied_water=embodied_water,
        water=_all_water(on_site, in_electricity, embodied_water, desk),
        water_basis=electricity.water_basis(desk),
        resources=total(
            (
                electricity.minerals(whole, inventory.grid, desk),
                *hardware.minerals(inventory.embodied, desk),
            )
        ),
        primary_energy=electricity.primary_energy(whole, inventory.grid, desk),
        money=electricity.money(whole, inventory.grid, desk),
        currency=price.unit.removesuffix(PER_KWH) if price else "",
        overhead=_overhead(inventory, desk),
        missing=tuple(desk.missing),
        uses=desk.uses,
    )


def _all_water(
    on_site: Amount | None, electricity: Amount | None, embodied: Amount | None, desk: Desk
) -> Amount | None:
    """Add up the water; as of carbon, there is no total without that of the electricity.

    Where a method does not count that, its foremost part must be known: what is used on the site
    before what went into making the hardware.
    """
    known = {Part.ELECTRICITY: electricity, Part.ON_SITE: on_site, Part.EMBODIED_WATER: embodied}
    counted = [part for part in known if desk.method.includes(part)]
    if counted and known[counted[0]] is None and any(known[part] for part in counted):
        desk.note("water", f"without its part {counted[0]} there is no total")
        return None
    return total(known[part] for part in counted)


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
