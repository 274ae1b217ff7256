"""When work runs: its emissions hour by hour, and what a later start or pauses would save."""

from __future__ import annotations

from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import QuantityError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Schedule(NamedTuple):
    """Which slots the work runs in, and what it emits there.

    Parameters
    ----------
    slots : tuple of int
        Indices of the slots, in the order of the work.
    carbon : float
        Emissions [kgCO2e].
    """

    slots: tuple[int, ...]
    carbon: float


def emitted_over(energies: Sequence[float], intensities: Sequence[float], start: int = 0) -> float:
    """Give the emissions of work whose energy and grid are known slot by slot.

    Parameters
    ----------
    energies : sequence of float
        Energy of the work in each of its slots [kWh].
    intensities : sequence of float
        Carbon intensity in each slot of time [kgCO2e/kWh].
    start : int
        The slot that the work starts in.

    Returns
    -------
    float
        Emissions [kgCO2e].

    Raises
    ------
    QuantityError
        If the intensity of a slot is not known: a gap is no zero.

    Notes
    -----
    ``C = sum over t of E_t I_(start + t)``, for slots of one length within which the energy and
    the grid may be taken as even: an hour or less, since a grid seldom turns faster. By average
    intensities it is the work's share of the grid's emissions; by marginal ones what the grid
    would not have emitted without the work.

    References
    ----------
    Dodge et al.: Measuring the carbon intensity of AI in cloud instances, FAccT 2022, section 5,
    https://arxiv.org/abs/2206.05229.

    Examples
    --------
    >>> round(emitted_over([1.0, 2.0], [0.4, 0.1, 0.5]), 9)
    0.6
    """
    if start < 0 or start + len(energies) > len(intensities):
        what = f"the intensity is known for {len(intensities)} slots, not for {len(energies)}"
        raise QuantityError(what, "intensities", f"from slot {start} on")
    return sum(
        energy * intensity for energy, intensity in zip(energies, intensities[start:], strict=False)
    )


def flexible_start(
    energies: Sequence[float], intensities: Sequence[float], latest: int
) -> Schedule:
    """Give the start of least emissions among slots 0 to `latest`, the work being unbroken.

    Parameters
    ----------
    energies : sequence of float
        Energy of the work in each of its slots [kWh].
    intensities : sequence of float
        Carbon intensity in each slot of time [kgCO2e/kWh].
    latest : int
        The last slot that the work may start in.

    Returns
    -------
    Schedule
        Its slots, and its emissions [kgCO2e].

    Notes
    -----
    ``min over s in 0..latest of sum(E_t I_(s+t))``; never worse than starting at once. The
    intensities must be known beforehand: a forecast gives less.

    References
    ----------
    Dodge et al. 2022, section 6 (Flexible Start).

    Examples
    --------
    >>> flexible_start([1.0, 1.0], [5.0, 1.0, 2.0, 9.0], latest=2)
    Schedule(slots=(1, 2), carbon=3.0)
    """
    starts = range(latest + 1)
    carbon, start = min((emitted_over(energies, intensities, each), each) for each in starts)
    return Schedule(tuple(range(start, start + len(energies))), carbon)


def pause_and_resume(
    energies: Sequence[float], intensities: Sequence[float], latest: int
) -> Schedule:
    """Give the slots of least emissions in which the work runs with pauses.

    Parameters
    ----------
    energies : sequence of float
        Energy of the work in each of its slots [kWh].
    intensities : sequence of float
        Carbon intensity in each slot of time [kgCO2e/kWh].
    latest : int
        The last slot that the work could start in, were it unbroken; it ends no later.

    Returns
    -------
    Schedule
        Its slots, and its emissions [kgCO2e].

    Notes
    -----
    Pausing costs nothing here. The best schedule for an energy that varies over the work is found
    by dynamic programming over slots: ``C(t, n) = min(C(t-1, n), C(t-1, n-1) + E_n I_t)``. For
    even energy it is the cheapest slots, as in the paper. Never worse than `flexible_start`.

    References
    ----------
    Dodge et al. 2022, section 6 (Pause and Resume).

    Examples
    --------
    >>> pause_and_resume([1.0, 1.0], [5.0, 1.0, 9.0, 2.0], latest=2)
    Schedule(slots=(1, 3), carbon=3.0)
    """
    length, known = len(energies), intensities[: latest + len(energies)]
    if len(known) < length + latest:
        emitted_over(energies, intensities, latest)  # tells what is not known
    at_once = accumulate(map(mul, energies, known), initial=0.0)
    best = [Schedule(tuple(range(done)), carbon) for done, carbon in enumerate(at_once)]
    for slot, intensity in enumerate(known):
        for done in range(min(length, slot), 0, -1):
            before = best[done - 1]
            carbon = before.carbon + energies[done - 1] * intensity
            if carbon < best[done].carbon:
                best[done] = Schedule((*before.slots, slot), carbon)
    return best[length]
