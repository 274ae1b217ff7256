"""The energy of a claim's equipment, stated or claimed, and the time of its devices."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.disclosures.audit.boards import NAMED
from submeter.disclosures.audit.energy_ways import device_time, equipment
from submeter.disclosures.audit.reach import reach
from submeter.disclosures.audit.rules_of import Rules
from submeter.disclosures.audit.units import ENERGY

if TYPE_CHECKING:
    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.reach import Reach


def drawn(claim: Claim) -> Reach | None:
    """Give the energy that is stated or claimed [kWh], without the facility's part."""
    if claim.claimed is not None and claim.claimed.dimension == ENERGY:
        found = reach(claim.claimed)
    elif claim.of("energy"):
        return next((one for one, _ in equipment(claim, Rules.of(claim))), None)
    else:
        return None
    pue = claim.one("pue")
    return found / reach(pue, "PUE") if pue is not None and pue.value > 0 else found


_COUNT = re.compile(r"^\W*(\d[\d,]{0,8})\s*(?:[x×*]\s*|\s)(?=[A-Za-z])|[x×*]\s*(\d[\d,]{0,8})\W*$")
_MACHINES = re.compile(r"\b(?:node|server|machine|host|instance|pod|rack)s?\b", re.IGNORECASE)


def counted(claim: Claim) -> int | None:
    """Give how many devices their name counts, as in ``8 x A100``; None where it counts machines.

    One, where it counts nothing.
    """
    text = next((claim.texts[name] for name in NAMED if claim.texts.get(name)), "")[:100]
    if _MACHINES.search(text):
        return None
    found = _COUNT.search(text)
    return max(1, int((found[1] or found[2]).replace(",", ""))) if found else 1


def device_hours(claim: Claim) -> Reach | None:
    """Give the hours of all devices together.

    Where only the name of the devices counts them, the hours may be of one or of all.
    """
    found = device_time(claim)
    if found is None or claim.of("device_hours", "devices"):
        return found
    number = counted(claim)
    if number is None or number == 1:
        return found if number else None
    times = f"{found.text} × {number:,} devices"
    return replace(found, value=found.value * number, high=found.high * number, text=times)
