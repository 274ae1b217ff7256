"""Water: on the site, in the making of the electricity, in that of the hardware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.carbon_ways import amortised
from submeter.disclosures.audit.energy_ways import facility, overhead_free
from submeter.disclosures.audit.reach import reach, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.reach import Reach
    from submeter.disclosures.audit.rules_of import Rules


def water(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    """Give the ways to water.

    Notes
    -----
    ``W = E (WUE + PUE EWIF)``: the WUE is of the equipment's energy (ISO/IEC 30134-9), the water
    of the electricity of all that the facility draws; by a method that was published so, both.
    """
    wue, ewif = claim.one("wue"), claim.one("ewif")
    if (wue or ewif) and claim.of("energy", "power", "idle_energy"):
        pue = facility(claim, rules)
        for one, note in overhead_free(claim, rules):
            far = None
            if ewif is not None:
                far = (one * pue if pue is not None else one) * reach(ewif)
            near = one * reach(wue) if wue is not None else None
            if near is not None and pue is not None and rules.facility_water:
                near = near * pue
            if near is not None and far is not None:
                yield near + far, note
                yield near, "on the site alone"
                yield far, "in the electricity alone"
            elif near is not None:
                yield near, note
            elif far is not None:
                yield far, note
        return
    yield from amortised(claim, rules)
    parts = claim.of("water", "each")
    if parts and not claim.of("lifetime"):
        yield total(parts), ""
