"""Water: what evaporates on the site, and what went into the electricity."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from submeter.accounting.amount import Number


def water_on_site(it_energy: Number, wue: Number) -> Number:
    """Water that a facility uses to cool its IT.

    Parameters
    ----------
    it_energy : float or array
        Energy of the IT equipment [kWh]; the facility's overhead is not in it.
    wue : float or array
        Water usage effectiveness [L/kWh], site water over IT energy.

    Returns
    -------
    float or array
        Water [L], withdrawn or consumed as the WUE is.

    Notes
    -----
    ``W = E_IT WUE``. A WUE is a year's mean; on a hot day it is several times higher.

    References
    ----------
    ISO/IEC 30134-9:2022, Water usage effectiveness (WUE); Elsworth et al.: Measuring the
    environmental impact of delivering AI at Google scale, 2025, https://arxiv.org/abs/2508.15734.

    Examples
    --------
    Gemini's median prompt, 0.24 Wh with 0.02 Wh of overhead [L]:

    >>> round(water_on_site(0.22e-3, 1.15), 6)
    0.000253
    """
    return it_energy * wue


def water_of_electricity(energy: Number, ewif: Number) -> Number:
    """Water consumed in making electricity.

    Parameters
    ----------
    energy : float or array
        Electricity of the facility, its overhead included [kWh].
    ewif : float or array
        Energy water intensity factor [L/kWh].

    Returns
    -------
    float or array
        Water [L].

    Notes
    -----
    ``W = E EWIF``. Whether the evaporation of reservoirs counts moves a hydropower grid a
    hundredfold: compare figures of one kind only.

    References
    ----------
    Li, Yang, Islam and Ren: Making AI less "thirsty", Communications of the ACM 68(7), 2025,
    https://doi.org/10.1145/3724499.

    Examples
    --------
    >>> water_of_electricity(2.0, 3.5)
    7.0
    """
    return energy * ewif
