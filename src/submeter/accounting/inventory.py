"""`Inventory`: all that an account is made from, whatever the method.

It holds figures and factors, and no decision: which parts count, what idle energy is charged and
whose grid is meant is the method's to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.accounting.dimensions import (
    check_not_negative,
    check_share,
    multiplier,
    numerator,
)
from submeter.errors import QuantityError
from submeter.quantities.factor import Factor, Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.quantities.estimate import Tier
    from submeter.quantities.factor import Source

_OWN_ACCOUNT = MappingProxyType(
    {"idle": "give it as an IdleItem", "facility": "give the facility's PUE"}
)


@dataclass(frozen=True, slots=True)
class EnergyItem:
    """Energy that the work drew in one component.

    Parameters
    ----------
    component : str
        ``gpu``, ``cpu``, ``memory``, ``machine`` or any other name; shown under it.
    energy : Factor
        The energy, in kWh or another unit of energy. Its id is the unknown that it hangs on:
        items whose energies come from one meter or one model share an id and vary together.
    coverage : float
        The share of the time that was seen, 0 to 1.
    domain : str
        Id of the domain that was metered, such as ``gpu:UUID``; empty where there is none.
    inside : str
        Id of the domain that contains it, or empty. Where both count, only the outer is added.
    idle_part : Factor or None
        What part of the domain's energy was idle, a ratio from 0 to under 1, where a model told
        it: what idle gains the work loses.
    """

    component: str
    energy: Factor
    coverage: float = 1.0
    domain: str = ""
    inside: str = ""
    idle_part: Factor | None = None

    def __post_init__(self) -> None:
        if self.component in _OWN_ACCOUNT:
            what = f'"{self.component}" is an account of its own and not a component'
            raise QuantityError(what, self.energy.id, _OWN_ACCOUNT[self.component])
        multiplier(self.energy, "kWh", f"the energy of {self.component}")
        check_not_negative(self.energy)
        check_share(self.coverage, "coverage", self.component)
        _check_part(self.idle_part, self.component)
        if self.idle_part is not None and self.idle_part.value == 1:
            what = f"all of {self.component}'s energy was idle: none is left for the work"
            raise QuantityError(what, self.idle_part.id)


@dataclass(frozen=True, slots=True)
class IdleItem:
    """Energy that a component drew with nothing to do while the work ran.

    Parameters
    ----------
    component, energy, coverage, domain, inside, idle_part
        As in `EnergyItem`: the component is the one that idled, the energy all of its idle
        energy, whoever may be charged for it; it grows and shrinks with `idle_part`.
    occupied : float
        The part of the component's capacity that the work occupied, 0 to 1.
    reserved : float
        The part of it that was kept for the work, 0 to 1.
    """

    component: str
    energy: Factor
    occupied: float
    reserved: float = 1.0
    coverage: float = 1.0
    domain: str = ""
    inside: str = ""
    idle_part: Factor | None = None

    def __post_init__(self) -> None:
        multiplier(self.energy, "kWh", f"the idle energy of {self.component}")
        check_not_negative(self.energy)
        for name in ("occupied", "reserved", "coverage"):
            check_share(getattr(self, name), name, self.component)
        _check_part(self.idle_part, self.component)
        if self.idle_part is not None and self.idle_part.value == 0:
            what = f"none of {self.component}'s energy was idle, and some is given"
            raise QuantityError(what, self.idle_part.id)


def _check_part(part: Factor | None, component: str) -> None:
    if part is not None:
        size = multiplier(part, "", f"the idle part of {component}")
        check_share(part.low * size, "the idle part", component)
        check_share(part.high * size, "the idle part", component)


@dataclass(frozen=True, slots=True)
class EmbodiedItem:
    """A device that took part, and for how long.

    Parameters
    ----------
    component, device : str
        Its kind and its name.
    each : Factor or None
        What making one cost [kgCO2e]; None where no figure is known.
    hours : float
        Hours of use, added up over the devices [h].
    share : float
        The part of each that was reserved for the work, 0 to 1.
    lifetime : Factor
        Time in service, in years or another unit of time.
    utilisation : Factor
        The share of that time in which it is used, a ratio above 0 to 1.
    minerals : Factor or None
        Abiotic depletion by making one [kgSb_eq]; None where no figure is known.
    water : Factor or None
        Water that went into making one [L]; None where no figure is known.
    """

    component: str
    device: str
    each: Factor | None
    hours: float
    share: float
    lifetime: Factor
    utilisation: Factor
    minerals: Factor | None = None
    water: Factor | None = None

    def __post_init__(self) -> None:
        if self.water is not None:
            multiplier(self.water, "L", f"the water of making a {self.device}")
            check_not_negative(self.water)
        if self.each is not None:
            multiplier(self.each, "kgCO2e", f"what making a {self.device} cost")
            check_not_negative(self.each)
        if self.minerals is not None:
            if self.minerals.unit != "kgSb_eq":
                what = f'the minerals of a {self.device} have the unit "{self.minerals.unit}"'
                raise QuantityError(what, self.minerals.id, 'give them in "kgSb_eq"')
            check_not_negative(self.minerals)
        multiplier(self.lifetime, "years", f"the lifetime of a {self.device}")
        size = multiplier(self.utilisation, "", f"the utilisation of a {self.device}")
        if not self.hours >= 0:
            raise QuantityError(f"{self.hours} hours are not a time of use", self.device)
        check_share(self.share, "share", self.device)
        if self.lifetime.low <= 0 or self.utilisation.low <= 0:
            raise QuantityError("a lifetime and a utilisation must be above 0", self.device)
        if self.utilisation.high * size > 1:
            raise QuantityError("a utilisation must not be above 1", self.device)


@dataclass(frozen=True, slots=True)
class Facility:
    """The building: power usage effectiveness [-] and water usage effectiveness [L/kWh]."""

    pue: Factor | None = None
    wue: Factor | None = None

    def __post_init__(self) -> None:
        if self.pue is not None:
            size = multiplier(self.pue, "", "a PUE")
            if self.pue.low * size < 1:
                text = f"a PUE of {self.pue.low * size:g} is below 1"
                raise QuantityError(text, self.pue.id, "total energy over IT energy is 1 or more")
        if self.wue is not None:
            multiplier(self.wue, "L/kWh", "a WUE")
            check_not_negative(self.wue)


@dataclass(frozen=True, slots=True)
class Grid:
    """The electricity.

    Parameters
    ----------
    intensity : Factor or None
        Carbon intensity of the place, a mass of CO2e per energy.
    water : Factor or None
        Water of a kWh [L/kWh].
    adpe, primary, price : Factor or None
        Minerals [kgSb_eq/kWh], primary energy [MJ/kWh], price [a currency per kWh].
    market : Factor or None
        Carbon intensity of what was contracted, a mass of CO2e per energy.
    upstream : Factor or None
        Emissions of getting the fuels and of losses of the grid, a mass of CO2e per energy; no
        part of the intensity, unless that is of the lifecycle.
    """

    intensity: Factor | None = None
    water: Factor | None = None
    adpe: Factor | None = None
    primary: Factor | None = None
    price: Factor | None = None
    market: Factor | None = None
    upstream: Factor | None = None

    def __post_init__(self) -> None:
        for factor in (self.intensity, self.market, self.upstream):
            if factor is not None:
                multiplier(factor, "kgCO2e/kWh", "a grid intensity")
                check_not_negative(factor)
        if self.water is not None:
            multiplier(self.water, "L/kWh", "the water of electricity")
            check_not_negative(self.water)
        if self.intensity is not None and "market" in self.intensity.basis.split():
            text = "a market-based intensity is not that of the place"
            raise QuantityError(text, self.intensity.id, "give it as the market's")
        for factor, what, unit in (
            (self.adpe, "a figure for minerals", "kgSb_eq"),
            (self.primary, "a figure for primary energy", "MJ"),
            (self.price, "a price of electricity", ""),
        ):
            if factor is not None:
                numerator(factor, what, unit)
                check_not_negative(factor)


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
    facility: Facility = Facility()
    grid: Grid = Grid()
    missing: tuple[str, ...] = ()
    overhead: Factor | None = None
    place: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for what, entries in (("energy", self.items), ("idle energy", self.idle)):
            domains = [entry.domain for entry in entries if entry.domain]
            twice = sorted({domain for domain in domains if domains.count(domain) > 1})
            if twice:
                raise QuantityError(f"the {what} of {twice[0]} is given twice", self.id)


def metered(
    key: str, kwh: float, ratios: tuple[float, float], tier: Tier, source: Source
) -> Factor:
    """Make the energy of an item from a reading and the interval of its meter or model.

    Parameters
    ----------
    key : str
        The unknown behind it: one for all that one meter, or one model, said.
    kwh : float
        The reading [kWh].
    ratios : tuple of float
        95 % interval of the truth over the reading; stretched to hold 1 if it doesn't.
    tier, source
        How it came about, and what said so.

    Examples
    --------
    >>> from submeter.quantities.estimate import Tier
    >>> from submeter.quantities.factor import Source
    >>> nvml = Source("nvml", "NVIDIA driver 550", "not applicable")
    >>> energy = metered("gpu:0", 2.0, (0.95, 1.05), Tier.MEASURED, nvml)
    >>> energy.low, energy.high
    (1.9, 2.1)
    """
    low, high = min(1.0, ratios[0]), max(1.0, ratios[1])
    spread = Spread.LOGNORMAL if low > 0 else Spread.UNIFORM
    if low == high or kwh == 0:
        spread = Spread.EXACT
    return Factor(key, kwh, kwh * low, kwh * high, "kWh", spread, tier, source)
