"""Operation: what a facility adds to the energy, and what the grid emits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from submeter.accounting.amount import Number


def facility_overhead(it_energy: Number, pue: Number) -> Number:
    """Energy that a facility spends on cooling, power conversion and light, beside its IT.

    Parameters
    ----------
    it_energy : float or array
        Energy of the IT equipment [kWh].
    pue : float or array
        Power usage effectiveness [-], total energy over IT energy.

    Returns
    -------
    float or array
        Overhead [kWh].

    Notes
    -----
    ``E_overhead = max(PUE - 1, 0) E_IT``. A PUE is a year's mean of a site, so that for one
    piece of work it is an assumption; below 1 it has no meaning, and a realisation that falls
    there counts as 1.

    References
    ----------
    ISO/IEC 30134-2:2016, Power usage effectiveness (PUE).

    Examples
    --------
    >>> float(facility_overhead(10.0, 1.5))
    5.0
    """
    above: Number = np.maximum(pue - 1.0, 0.0)
    return above * it_energy


def emitted(energy: Number, intensity: Number) -> Number:
    """Greenhouse gases emitted to make electricity.

    Parameters
    ----------
    energy : float or array
        Electricity [kWh].
    intensity : float or array
        Carbon intensity of the electricity [kgCO2e/kWh].

    Returns
    -------
    float or array
        Emissions [kgCO2e].

    Notes
    -----
    ``C = E I``. With a yearly mean it holds for work spread over the year; work of some hours
    meets the grid of those hours. An average intensity says what the work's share is, and not
    what would be saved without it (that is a marginal intensity).

    References
    ----------
    WRI and WBCSD: GHG Protocol Scope 2 Guidance, 2015, chapter 6.

    Examples
    --------
    BLOOM-176B's dynamic energy on the French grid:

    >>> round(emitted(433_196.0, 0.057))
    24692
    """
    return energy * intensity
