"""What a claim's method asks for: is the facility inside, is idle energy, whose electricity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.accounting.method import Basis, Idle, Part
from submeter.runs.methods import all_methods

if TYPE_CHECKING:
    from submeter.accounting.method import Method
    from submeter.disclosures.audit.claim import Claim

PLAIN = ("energy", "water", "carbon", "")
"""Methods that mean a quantity alone: all that is stated is applied."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a claim.

    Parameters
    ----------
    method : Method or None
        Its method; None where a quantity alone is meant, or the method is not known.
    facility, idle, embodied, market : bool
        Whether a stated PUE is applied, idle energy charged, making the hardware counted, and the
        contract's intensity meant.
    decimals : int or None
        Decimals that the method rounds to on the way.
    """

    method: Method | None
    facility: bool = True
    idle: bool = True
    embodied: bool = True
    market: bool = False
    decimals: int | None = None

    @classmethod
    def of(cls, claim: Claim) -> Rules:
        """Give the rules that a claim names."""
        held = "included" in claim.flags
        market = "market" in claim.flags
        method = next((each for each in all_methods() if each.id == claim.method), None)
        if method is None:
            return cls(None, facility=not held, market=market)
        return cls(
            method,
            method.includes(Part.FACILITY) and not held,
            method.idle is not Idle.NONE,
            method.includes(Part.EMBODIED),
            market or method.basis is Basis.MARKET,
            method.decimals,
        )

    def assumed(self, part: str) -> float | None:
        """Give the figure that was published with the method: a PUE, or a grid [kg/kWh]."""
        for each in self.method.assumed if self.method else ():
            if each.part == part:
                return each.value / (1e3 if part == "grid" else 1.0)
        return None
