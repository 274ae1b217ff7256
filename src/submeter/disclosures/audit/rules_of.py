"""What a claim's method asks for: is the facility inside, is idle energy, whose electricity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from submeter.accounting.method import Basis, Idle, Part
from submeter.disclosures.audit.roles import words
from submeter.runs.methods import all_methods

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.accounting.method import Method
    from submeter.disclosures.audit.claim import Claim

_HOST = frozenset({"cpu", "memory", "ram", "dram", "host", "disk", "network", "storage", "fans"})
"""Parts of a machine that are no accelerators."""


@lru_cache(maxsize=1)
def _installed() -> Mapping[str, Method]:
    """Give the methods by id; looking for plug-ins takes milliseconds, once for all rows."""
    return {method.id: method for method in all_methods()}


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
    facility_water : bool
        Whether water on the site goes with all energy of the facility.
    """

    method: Method | None
    facility: bool = True
    idle: bool = True
    embodied: bool = True
    market: bool = False
    decimals: int | None = None
    facility_water: bool = False

    @classmethod
    def of(cls, claim: Claim) -> Rules:
        """Give the rules that a claim names."""
        held = "included" in claim.flags
        market = "market" in claim.flags
        method = _installed().get(claim.method) if claim.method else None
        if method is None:
            return cls(None, facility=not held, market=market)
        return cls(
            method,
            method.includes(Part.FACILITY) and not held,
            method.idle is not Idle.NONE,
            method.includes(Part.EMBODIED),
            market or method.basis is Basis.MARKET,
            method.decimals,
            method.facility_water,
        )

    def counts(self, name: str) -> bool:
        """Tell whether a part of the energy is inside the method's boundary, by its name."""
        hosts = self.method is not None and bool(self.method.components)
        return not (hosts and _HOST & set(words(name)))

    def assumed(self, part: str) -> float | None:
        """Give the figure that was published with the method: a PUE, or a grid [kg/kWh]."""
        for each in self.method.assumed if self.method else ():
            if each.part == part:
                return each.value / (1e3 if part == "grid" else 1.0)
        return None
