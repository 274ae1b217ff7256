"""The energy lines of an inventory: what the work drew, and what was drawn idle meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.accounting.dimensions import check_not_negative, check_share, multiplier
from submeter.errors import QuantityError
from submeter.quantities.factor import Factor, Spread

if TYPE_CHECKING:
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
    if part is None:
        return
    if part.unit:
        what = f'the idle part of {component} has the unit "{part.unit}"'
        raise QuantityError(what, part.id, "give a plain ratio")
    check_share(part.low, "the idle part", component)
    check_share(part.high, "the idle part", component)


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
