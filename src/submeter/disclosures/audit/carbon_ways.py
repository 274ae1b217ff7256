"""Carbon: energy times the grid, parts that add up, or the making of hardware by its hours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from submeter.accounting.method import Wear
from submeter.disclosures.audit.energy_ways import device_time, equipment, facility, inside
from submeter.disclosures.audit.reach import Reach, exact, reach, rounded, total
from submeter.quantities.clock import HOURS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.rules_of import Rules

MEAN_YEAR = 8766.0
"""Hours of the Julian year of 365.25 days, which some publications spread the making over."""


def intensity(claim: Claim, rules: Rules) -> Reach | None:
    """Give the intensity that is meant; the other where there is only that."""
    names = ("market", "grid") if rules.market else ("grid", "market")
    for name in names:
        found = claim.of(name)
        if len(found) == 1:
            return reach(found[0])
    assumed = rules.assumed("grid")
    return exact(assumed, f"{assumed * 1e3:.4g} g/kWh of the method") if assumed else None


def carbon(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    """Give the ways to carbon."""
    grid = intensity(claim, rules)
    if grid is not None and claim.of("energy", "idle_energy", "power", "idle_power"):
        made = _making(claim, rules)
        for one, note in _operational(claim, rules, grid):
            if made is None:
                yield one, note
                continue
            inside, outside = (one + made, note), (one, note)
            yield inside if rules.embodied else outside
            word = "with" if not rules.embodied else "without"
            second = outside if rules.embodied else inside
            yield second[0], f"{word} the making of the hardware"
        return
    yield from _parts(claim, rules)


def _operational(claim: Claim, rules: Rules, grid: Reach) -> Iterator[tuple[Reach, str]]:
    pue, stated = facility(claim, rules), claim.one("pue")
    for one, note in equipment(claim, rules):
        if rules.decimals is not None:
            yield from _stepped(one, grid, rules.decimals, note)
        elif rules.method is None and pue is None and stated is None:
            also = "as ML CO2 Impact rounds on the way, to two decimals"
            rounding = [(each, also) for each, _ in _stepped(one, grid, 2, note)]
            yield one * grid, note
            yield from rounding
            continue
        if pue is not None:
            yield one * pue * grid, note
            if stated is None:
                yield one * grid, "without the PUE that the method assumes"
        else:
            yield one * grid, note
            if stated is not None and "included" not in claim.flags and not inside(claim, stated):
                yield one * reach(stated, "PUE") * grid, "with the PUE, which the method leaves out"


def _stepped(energy: Reach, grid: Reach, decimals: int, note: str) -> Iterator[tuple[Reach, str]]:
    """Give the product as the method rounds it on the way, with and without the grid rounded."""
    kwh = rounded(energy.value, decimals)
    for per_kwh in (rounded(grid.value, decimals), grid.value):
        value = rounded(kwh * per_kwh, decimals)
        text = f"{energy.text} → {kwh:g} kWh × {per_kwh:g} kg/kWh"
        yield replace(energy, value=value, low=value, high=value, text=text), note


def _making(claim: Claim, rules: Rules) -> Reach | None:
    """Give the part of making the hardware, where it is stated beside the energy."""
    whole = claim.of("embodied")
    made = [total(whole)] if whole else []
    listed = [each for each in claim.groups() if each.of("each")]
    for each in listed or ([] if whole else [claim]):
        made += [one for one, _ in amortised(each, rules)][:1]
    found = made[0] if made else None
    for one in made[1:]:
        found = found + one if found is not None else one
    return found


def amortised(
    claim: Claim, rules: Rules, *, each_hour: bool = False
) -> Iterator[tuple[Reach, str]]:
    """Give the part of the making of devices that their hours are of their life.

    Notes
    -----
    ``M = M_each t / (T U)`` with the hours of use t, the lifetime T and the utilisation U, as in
    Luccioni et al. 2022 (arXiv:2211.02001, 4.1); without U by ISO/IEC 21031:2024, and by any method
    that spreads the making over all hours of the life.
    """
    each, lifetime = claim.one("each"), claim.one("lifetime")
    if each is None or lifetime is None:
        return
    hours = device_time(claim)
    if hours is None and not each_hour:
        return
    use = claim.one("utilisation")
    owned = rules.method is not None and rules.method.wear is Wear.OWNED
    if use is not None and owned:
        made = reach(each) if hours is None or each_hour else reach(each) * hours
        yield made / reach(lifetime), ""
    for year, note in ((HOURS_PER_YEAR, ""), (MEAN_YEAR, "with years of 8,766 h")):
        life = reach(lifetime).times(year / HOURS_PER_YEAR)
        span = life.called(f"{lifetime.text} of {year:,.0f} h")
        spread = span * reach(use, "utilisation") if use is not None else span
        made = reach(each) if hours is None or each_hour else reach(each) * hours
        held = spread.called(f"({spread.text})") if use is not None else spread
        yield made / held, "by the hours in which it is used" if use is not None and owned else note


def _parts(claim: Claim, rules: Rules) -> Iterator[tuple[Reach, str]]:
    spread = list(amortised(claim, rules))
    if spread:
        yield from spread
        return
    parts = claim.of("carbon", "embodied", "each")
    if not parts:
        return
    pue = facility(claim, rules)
    found = total(parts)
    if pue is None or claim.one("pue") is None:
        yield found, ""
        if claim.one("pue") is not None:
            yield found * reach(claim.of("pue")[0], "PUE"), "with the PUE"
        return
    yield found * pue, ""
