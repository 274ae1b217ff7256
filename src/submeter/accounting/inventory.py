"""`Inventory`: all that an account is made from, whatever the method.

It holds figures and factors, and no decision: which parts count, what idle energy is charged and
whose grid is meant is the method's to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.accounting.surroundings import Facility, Grid
from submeter.errors import QuantityError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.accounting.energy_items import EnergyItem, IdleItem
    from submeter.accounting.hardware_items import EmbodiedItem
    from submeter.quantities.factor import Factor


@dataclass(frozen=True, slots=True)
class FunctionalUnit:
    """What the work delivered: ``run``, ``request``, ``token``, and how many; None if unknown."""

    name: str = "run"
    count: float | None = 1.0

    def __post_init__(self) -> None:
        if self.count is not None and not self.count >= 0:
            raise QuantityError(f"{self.count} is not a number of {self.name}s", "unit")


@dataclass(frozen=True, slots=True)
class Inventory:
    """What one account is made from.

    Parameters
    ----------
    id, name, stage : str
        Of the entry that it was made from.
    unit : FunctionalUnit
        What the work delivered.
    items : tuple of EnergyItem
        The energy of the work.
    idle : tuple of IdleItem
        The machine's idle energy meanwhile.
    embodied : tuple of EmbodiedItem
        The hardware.
    facility : Facility
        The building.
    grid : Grid
        The electricity.
    missing : tuple of str
        What was not seen, in words.
    overhead : Factor or None
        The meter's own energy, in kWh or another unit of energy; not part of the account.
    place : mapping of str to str
        Where it is accounted for, in words: ``region``, ``name``, ``from``; empty where unknown.
    """

    id: str
    name: str
    stage: str = "other"
    unit: FunctionalUnit = FunctionalUnit()
    items: tuple[EnergyItem, ...] = ()
    idle: tuple[IdleItem, ...] = ()
    embodied: tuple[EmbodiedItem, ...] = ()
    facility: Facility = Facility()  # noqa: RUF009 - frozen
    grid: Grid = Grid()  # noqa: RUF009 - frozen
    missing: tuple[str, ...] = ()
    overhead: Factor | None = None
    place: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for what, entries in (("energy", self.items), ("idle energy", self.idle)):
            domains = [entry.domain for entry in entries if entry.domain]
            twice = sorted({domain for domain in domains if domains.count(domain) > 1})
            if twice:
                raise QuantityError(f"the {what} of {twice[0]} is given twice", self.id)
