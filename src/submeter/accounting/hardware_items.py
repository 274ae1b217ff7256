"""The hardware lines of an inventory: a device that took part, and what making one cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.accounting.dimensions import check_not_negative, check_share, multiplier
from submeter.errors import QuantityError

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor


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
