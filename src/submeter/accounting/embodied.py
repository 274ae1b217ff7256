"""Embodied: the part of making the hardware that falls to the time it was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.quantities.clock import HOURS_PER_YEAR

if TYPE_CHECKING:
    from submeter.accounting.amount import Number


def amortised(
    each: Number, device_hours: float, share: float, lifetime: Number, utilisation: Number
) -> Number:
    """Part of what making a device cost that falls to its hours of use.

    Parameters
    ----------
    each : float or array
        What making one device cost [kgCO2e, or any other unit].
    device_hours : float
        Hours of use, added up over the devices [h].
    share : float
        The part of each device that was reserved for the work, 0 to 1.
    lifetime : float or array
        Time in service [year].
    utilisation : float or array
        The share of that time in which the device is used, above 0 to 1.

    Returns
    -------
    float or array
        The work's part, in the unit of `each`.

    Notes
    -----
    ``M = each * hours / (lifetime * 8760 * utilisation) * share``: straight over time; over
    all the hours a device is ever used, the parts add up to `each`.

    References
    ----------
    Luccioni, Viguier and Ligozat: Estimating the carbon footprint of BLOOM, a 176B parameter
    language model, JMLR 24(253), 2023, section 4.1, https://arxiv.org/abs/2211.02001.

    Examples
    --------
    >>> # the GPUs that trained BLOOM-176B [kgCO2e]
    >>> round(amortised(150.0, 1_082_990.0, 1.0, 6.0, 0.85), 1)
    3636.1
    """
    return each * (device_hours * share) / (lifetime * HOURS_PER_YEAR * utilisation)
