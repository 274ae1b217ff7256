"""What most likely happened to a claim: each hypothesis is tried, the first that fits is named."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from submeter.disclosures.audit.agreement import agrees
from submeter.disclosures.audit.carbon_ways import MEAN_YEAR
from submeter.disclosures.audit.other_ways import statistic
from submeter.disclosures.audit.printed import shown
from submeter.disclosures.audit.reach import SLACK, exact, rounded
from submeter.disclosures.audit.units import CARBON, ENERGY, NAMES, RATIO, TIME, WATER
from submeter.quantities.clock import HOURS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submeter.disclosures.audit.claim import Claim
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.audit.reach import Reach
    from submeter.disclosures.audit.units import Dimension

_POUND = 0.45359237
_CARBON_IN_CO2 = 12.011 / 44.009
"""Mass of carbon in carbon dioxide, by the atomic weights of IUPAC."""
_NEAR = 0.03
"""How near a ratio must come to a power of ten to be taken for a unit, once rounding fails; a
judgement."""


class Hypothesis(NamedTuple):
    """What may have happened: the claim would then be the recomputed figure times `factor`."""

    text: str
    factor: float


def cause(claim: Claim, found: Reach) -> str:
    """Give the most likely cause of a difference, or what the claim implies."""
    if claim.claimed is None:
        return ""
    return (
        _missing_row(claim, found)
        or _unit(claim, found)
        or (_gap(claim, found) if len(summed(claim)) > 1 else _tried(claim, found))
    )


def _unit(claim: Claim, found: Reach) -> str:
    for text, factor in _units(claim.claimed.dimension) if claim.claimed else ():
        if claim.claimed and agrees(claim.claimed.number, found.times(factor)):
            return text
    return ""


def _tried(claim: Claim, found: Reach) -> str:
    """Try what may have happened to a product, and else tell what it implies."""
    number = claim.claimed.number if claim.claimed else None
    if claim.claimed is None or number is None:
        return ""
    for each in _hypotheses(claim):
        if agrees(number, found.times(each.factor)):
            return each.text
    for text, factor in _units(claim.claimed.dimension):
        near = number.value / (found.value * factor) if found.value else math.nan
        if abs(near - 1) < _NEAR:
            return f"{text} (to {abs(near - 1):.1%})"
    return _stepwise(claim, found) or implied(claim, found)


def _hypotheses(claim: Claim) -> Iterator[Hypothesis]:
    dimension = claim.claimed.dimension if claim.claimed else RATIO
    pue = claim.one("pue")
    if pue is not None and pue.value > 0:
        text = f"PUE {pue.text} was applied"
        yield Hypothesis(f"the {text.replace('was applied', 'was not applied')}", 1 / pue.value)
        yield Hypothesis(f"the {text} twice", pue.value)
    grid, market = claim.one("grid"), claim.one("market")
    if grid is not None and market is not None and grid.value > 0 and market.value > 0:
        text = "the {} intensity was used where the {} one is meant"
        yield Hypothesis(text.format("market", "location"), market.value / grid.value)
        yield Hypothesis(text.format("location", "market"), grid.value / market.value)
    if dimension.carbon:
        yield Hypothesis("pounds stand where kilograms are meant", 1 / _POUND)
        yield Hypothesis("kilograms stand where pounds are meant", _POUND)
        yield Hypothesis("carbon stands where carbon dioxide is meant", _CARBON_IN_CO2)
        yield Hypothesis("carbon dioxide was converted from carbon once more", 1 / _CARBON_IN_CO2)
    yield from _of_use(claim)
    if dimension.energy:
        yield Hypothesis("kWh were taken for MJ (3.6)", 3.6)
        yield Hypothesis("MJ were taken for kWh (3.6)", 1 / 3.6)
    yield Hypothesis("a decimal point is off by one place", 10.0)
    yield Hypothesis("a decimal point is off by one place", 0.1)
    if claim.of("lifetime"):
        year = HOURS_PER_YEAR
        yield Hypothesis("years of 8,766 h stand beside years of 8,760 h", year / MEAN_YEAR)
        yield Hypothesis("years of 8,760 h stand beside years of 8,766 h", MEAN_YEAR / year)
        yield Hypothesis("years stand where hours are meant, or hours where years are", year)


def _of_use(claim: Claim) -> Iterator[Hypothesis]:
    """Give what may have been left out, or counted twice, of the use of devices."""
    names = {"utilisation": "the utilisation", "devices": "the number of devices"}
    names |= {"count": "the number of pieces"}
    for role, name in names.items():
        given = claim.one(role)
        if given is not None and given.value > 0 and given.value != 1:
            left_out = given.value if _divides(claim, role) else 1 / given.value
            yield Hypothesis(f"{name} ({given.text}) was left out", left_out)
            yield Hypothesis(f"{name} ({given.text}) was applied twice", 1 / left_out)
    if any(each.dimension == TIME for each in claim.inputs):
        yield Hypothesis("hours were taken for days", 24.0)
        yield Hypothesis("days were taken for hours", 1 / 24)
    for each in claim.of("share", "other"):
        if each.dimension == RATIO and each.value not in {0.0, 1.0}:
            yield Hypothesis(f"{each.name} ({each.text}) was applied beside", abs(each.value))


def _divides(claim: Claim, role: str) -> bool:
    """Tell whether more of it makes less.

    A life that is used more spreads the making further, and more pieces share a whole.
    """
    if role == "count":
        return claim.claimed is not None and claim.claimed.dimension.pieces < 0
    return role == "utilisation" and bool(claim.of("lifetime"))


_BESIDE = {
    CARBON: ("grams beside kilograms, or kilograms beside tonnes", "grams beside tonnes"),
    ENERGY: ("Wh beside kWh, or kWh beside MWh", "Wh beside MWh"),
    WATER: ("mL beside L, or L beside m³", "mL beside m³"),
}


def _units(dimension: Dimension) -> Iterator[tuple[str, float]]:
    plain = dimension.uncounted()
    key = next((each for each in (CARBON, WATER, ENERGY) if _holds(plain, each)), None)
    thousand, million = _BESIDE.get(key, ("a prefix", "a prefix")) if key else ("", "")
    if key is None:
        thousand, million = "thousands beside ones", "millions beside ones"
    for power, words in ((3, thousand), (6, million), (9, "a prefix, or billions beside ones")):
        yield f"the unit is off by 10^{power}, too high: {words}", 10.0**power
        yield f"the unit is off by 10^{power}, too low: {words}", 10.0**-power


def _holds(dimension: Dimension, other: Dimension) -> bool:
    return any(a > 0 and b > 0 for a, b in zip(dimension, other, strict=True))


def _missing_row(claim: Claim, found: Reach) -> str:
    """Tell which part of a sum is missing from the claim, or is in it twice."""
    parts = summed(claim)
    if len(parts) < 2 or claim.claimed is None:  # noqa: PLR2004 - a sum
        return ""
    number = claim.claimed.number
    fitting: list[tuple[float, str]] = []
    for each in parts:
        name = f"{each.name or each.part_of} ({each.text})"
        for value, text in (
            (each.value, "is missing from the sum"),
            (-each.value, "is counted twice"),
        ):
            if value and agrees(number, found - exact(value)):
                fitting.append((abs(number.value - found.value + value), f"{name} {text}"))
    return min(fitting, key=lambda each: each[0])[1] if fitting else ""


def _gap(claim: Claim, found: Reach) -> str:
    """Tell by how much a sum is missed that nothing explains."""
    if claim.claimed is None:
        return ""
    gap = (claim.claimed.value - found.value) / claim.claimed.unit.size
    more = "more" if gap > 0 else "less"
    return (
        f"{shown(abs(gap))} {unit_text(claim.claimed)} {more} than the sum of its parts; no part "
        "that is missing or counted twice explains it"
    )


def summed(claim: Claim) -> tuple[Quantity, ...]:
    """Give the parts that a claim is the sum of; none where it is no sum."""
    if claim.claimed is None:
        return ()
    parts = tuple(each for each in claim.inputs if each.dimension == claim.claimed.dimension)
    one_list = len({each.part_of for each in parts}) == 1
    if len(parts) != len(claim.inputs) or not one_list or statistic(claim) is not None:
        return ()
    return parts


def _stepwise(claim: Claim, found: Reach) -> str:
    """Tell whether the claim was cut off, or comes of numbers that were rounded on the way."""
    if claim.claimed is None:
        return ""
    number = claim.claimed.number
    unit = number.high - number.low
    if number.value * (1 - SLACK) <= found.value < number.value + unit:
        return "the last digit was cut off instead of rounded"
    for each in claim.inputs:
        value = each.value / each.unit.size
        for decimals in (0, 1, 2, 3):
            shorter = rounded(value, decimals)
            step = exact(found.value * shorter / value) if value else exact(0.0)
            if shorter and shorter != value and agrees(number, step):
                return f"{each.text} was rounded to {shorter:g} on the way"
    return ""


_TELLING = ("grid", "market", "wue", "ewif", "hours", "device_hours", "energy", "power", "pue")


def implied(claim: Claim, found: Reach, *, rounding: bool = False) -> str:
    """Tell which value of an input would give the claim; one that is rounded to it, if asked."""
    if claim.claimed is None or not found.value or len(summed(claim)) > 1:
        return "" if claim.claimed is None else _times(claim, found)
    if len(claim.inputs) == 1 and claim.inputs[0].dimension == claim.claimed.dimension:
        return f"its own input states {claim.inputs[0].text}"
    ratio = claim.claimed.value / found.value
    coarse = sorted(claim.inputs, key=lambda each: (each.number.digits, _rank(each)))
    order = coarse if abs(ratio - 1) < _NEAR else sorted(claim.inputs, key=_rank)
    told = []
    for each in order:
        wanted = each.value * ratio
        fits = not rounding or each.number.low <= wanted <= each.number.high
        if _rank(each) < len(_TELLING) and len(claim.of(each.role)) == 1 and fits:
            value = shown(_short(wanted / each.unit.size))
            if value != each.text.partition(" ")[0]:
                told.append(_instead(each, ratio))
    if not told and len(claim.inputs) == 2 and found.text.startswith(claim.inputs[1].text):  # noqa: PLR2004
        told = [_instead(claim.inputs[1], ratio)]
    elif not told and found.text.startswith(claim.inputs[0].text) and " / " in found.text:
        told = [_instead(claim.inputs[0], ratio)]
    if not told:
        return _times(claim, found)
    return f"it would follow from {' or '.join(told[:2])}"


def _instead(each: Quantity, ratio: float) -> str:
    value = shown(_short(each.value * ratio / each.unit.size))
    return f"{value} {unit_text(each)}".strip() + f" instead of {each.text}"


def _short(value: float) -> float:
    return float(f"{value:.3g}") if abs(value) < 1e3 else float(f"{value:.4g}")  # noqa: PLR2004


def _rank(each: Quantity) -> int:
    return _TELLING.index(each.role) if each.role in _TELLING else len(_TELLING)


def _times(claim: Claim, found: Reach) -> str:
    if claim.claimed is None or not found.value:
        return "what follows from the inputs is zero"
    ratio = claim.claimed.value / found.value
    kind = NAMES.get(claim.claimed.dimension, "figure")
    times = f"{shown(_short(ratio))} times" if ratio >= 1 else f"1/{shown(_short(1 / ratio))} of"
    if ratio <= 0:
        times = "of another sign than"
    return f"the claimed {kind} is {times} what follows from its inputs"


def unit_text(given: Quantity) -> str:
    """Give the unit of a quantity as it was printed."""
    head, _, rest = given.text.partition(" ")
    return rest if any(letter.isdigit() for letter in head) else ""
