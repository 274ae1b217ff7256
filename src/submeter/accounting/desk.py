"""The desk at which one account is worked out: it hands out amounts and keeps notes.

Whatever factor enters an account passes here, so that sources, the hash of the factors and what
widens the answer follow from use and never from a second list.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from submeter.accounting.amount import Amount, combined
from submeter.accounting.dimensions import multiplier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from submeter.accounting.draws import Draws
    from submeter.accounting.method import Method, Part
    from submeter.quantities.factor import Factor


class Role(StrEnum):
    """What a factor is used for; its value is the way to know it better."""

    ENERGY = "measure the energy instead of modelling it, or with a finer meter"
    IDLE = "measure what the machine draws with nothing to do"
    INTENSITY = "give the grid's intensity there at that time"
    PUE = "give the facility's own PUE"
    WUE = "give the facility's own WUE"
    WATER = "give the water intensity of the grid at that place"
    EACH = "get the maker's footprint of this very device"
    LIFETIME = "say how many years the hardware is kept"
    UTILISATION = "say for what share of its life the hardware is used"
    EMBODIED_WATER = "get the maker's water footprint of this very device"
    MINERALS = "get the maker's inventory of minerals"
    PRIMARY = "give the grid's mix at that place"
    OVERHEAD = "let the meter time itself on this machine"
    PRICE = "give the tariff"


class Desk:
    """One account in the making.

    Parameters
    ----------
    method : Method
        The rules.
    draws : Draws
        The realisations.
    """

    def __init__(self, method: Method, draws: Draws) -> None:
        self.method = method
        self.draws = draws
        self.uses: dict[Factor, Role] = {}
        self.missing: dict[str, None] = {}

    def amount(self, factor: Factor, unit: str, role: Role, coverage: float = 1.0) -> Amount:
        """Give a factor in every realisation, in `unit`, and note its use."""
        self.uses.setdefault(factor, role)
        figures = self.draws.figures(factor)
        size = multiplier(factor, unit, factor.id)
        return Amount(figures if size == 1 else figures * size, frozenset((factor.tier,)), coverage)

    def as_published(self, amount: Amount) -> Amount:
        """Round an amount as the method does on the way; most do not."""
        decimals = self.method.decimals
        if decimals is None:
            return amount
        return combined(lambda figures: rounded_half_up(figures, decimals), amount)

    def note(self, part: str, reason: str) -> None:
        """Note that `part` is absent or incomplete, and why; a repeated note counts once."""
        self.missing.setdefault(f"{part}: {reason}")

    def includes(self, part: Part) -> bool:
        """Tell whether the method includes `part`, and note it if not."""
        if self.method.includes(part):
            return True
        self.leave_out(part)
        return False

    def leave_out(self, part: str) -> None:
        """Note that `part` is outside the method's boundary."""
        self.note(part, f"not part of the method {self.method.id}")


def rounded_half_up(figures: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """Round to `decimals`, halves up, as published calculators do: ``floor(x 10^d + 1/2) / 10^d``.

    A last digit of binary arithmetic (0.285 is 0.28499…) does not push a half down.
    """
    size = 10.0**decimals
    rounded: NDArray[np.float64] = np.floor(figures * size + 0.5 + 1e-9) / size
    return rounded
