"""What work is surrounded by: the building it ran in, and the electricity that came into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.accounting.dimensions import check_not_negative, multiplier, numerator
from submeter.errors import QuantityError

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor


@dataclass(frozen=True, slots=True)
class Facility:
    """The building.

    Parameters
    ----------
    pue, wue : Factor or None
        Power usage effectiveness [-] and water usage effectiveness [L/kWh].
    held : bool
        Whether the energy holds the facility already, so that no PUE is to be applied.
    """

    pue: Factor | None = None
    wue: Factor | None = None
    held: bool = False

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
