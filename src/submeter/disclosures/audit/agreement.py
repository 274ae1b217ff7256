"""When a claim agrees with what follows from its inputs: within the rounding of what was printed.

A claim stands for all numbers that round to its printed digits, and so does each input; they agree
if the two ranges meet. Whole hours are counted rather than rounded: a claim of two digits more than
they have, and that is met only by stretching inputs, does not follow from what was printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.disclosures.audit.printed import EXACT
from submeter.disclosures.audit.reach import SLACK
from submeter.disclosures.audit.units import TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.disclosures.audit.printed import Printed
    from submeter.disclosures.audit.quantity import Quantity
    from submeter.disclosures.audit.reach import Reach

BEYOND = 2
"""Digits of a claim beyond its coarsest input that no rounding of it explains. A product carries
as many digits as its coarsest factor (JCGM 100, 7.2.6), and one more is common practice."""
FINE = 4
"""Digits from which on a claim is held to that."""
COARSE = 2
"""Digits up to which whole hours are held against it: 79 h may be 79.2 h, by judgement."""
LAST_DIGIT = 0.05
"""Part of a claim that one unit of its last digit may be for it to pass, though it was cut off or
rounded the wrong way; a judgement."""


def agrees(claimed: Printed, found: Reach) -> bool:
    """Tell whether the ranges of a claim and of a recomputed number meet."""
    low, high = _widened(found.low, found.high)
    bottom, top = _widened(claimed.low, claimed.high)
    return low <= top and bottom <= high


def exactly(claimed: Printed, found: Reach) -> bool:
    """Tell whether the inputs as they are printed give a number that rounds to the claim."""
    bottom, top = _widened(claimed.low, claimed.high)
    return bottom <= found.value <= top


def too_fine(claimed: Printed, found: Reach, inputs: Sequence[Quantity]) -> bool:
    """Tell whether a claim agrees only by stretching inputs, of which whole hours are coarsest.

    Parameters
    ----------
    claimed : Printed
        The claim.
    found : Reach
        What follows from its inputs.
    inputs : sequence of Quantity
        Its inputs.
    """
    whole = [each for each in inputs if each.dimension == TIME and "." not in each.text]
    others = [each.number.digits for each in inputs if each not in whole]
    coarsest = min((each.number.digits for each in whole), default=EXACT)
    if exactly(claimed, found) or coarsest > COARSE or coarsest >= min(others, default=0):
        return False
    unit = claimed.high - claimed.low
    if abs(claimed.value - found.value) < unit <= LAST_DIGIT * abs(claimed.value):
        return False
    return claimed.digits >= max(FINE, found.digits + BEYOND)


def off_by_last_digit(claimed: Printed, found: Reach) -> bool:
    """Tell whether a claim misses by less than one unit of its last digit, and that is little."""
    unit = claimed.high - claimed.low
    if unit > LAST_DIGIT * abs(claimed.value):
        return False
    low, high = _widened(found.low, found.high)
    return claimed.value - unit <= high and low <= claimed.value + unit


def _widened(low: float, high: float) -> tuple[float, float]:
    room = SLACK * max(abs(low), abs(high))
    return low - room, high + room
