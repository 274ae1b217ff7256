"""Resources: minerals and primary energy behind electricity, and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from submeter.accounting.amount import Number


def minerals_used_up(energy: Number, adpe: Number) -> Number:
    """Minerals and metals used up in making electricity.

    Parameters
    ----------
    energy : float or array
        Electricity of the facility [kWh].
    adpe : float or array
        Abiotic depletion potential, elements [kgSb_eq/kWh].

    Returns
    -------
    float or array
        Depletion [kgSb_eq], as so much antimony.

    Notes
    -----
    ``R = E ADPe``. Of the grid alone; most of a computer's depletion lies in its making.

    References
    ----------
    van Oers, Guinée and Heijungs: Abiotic resource depletion potentials (ADPs) for elements
    revisited, Int. J. Life Cycle Assess. 25, 2020, https://doi.org/10.1007/s11367-019-01683-x.

    Examples
    --------
    >>> minerals_used_up(10.0, 3.0e-8)
    3e-07
    """
    return energy * adpe


def primary_energy_drawn(energy: Number, primary: Number) -> Number:
    """Energy taken from nature to make electricity.

    Parameters
    ----------
    energy : float or array
        Electricity of the facility [kWh].
    primary : float or array
        Primary energy of a kWh [MJ/kWh].

    Returns
    -------
    float or array
        Primary energy [MJ].

    Notes
    -----
    ``P = E p``, with `p` from 3.6 (wind, sun and water counted as drawn) to about 13.

    References
    ----------
    ISO 52000-1:2017, Energy performance of buildings (primary energy factors).

    Examples
    --------
    >>> primary_energy_drawn(2.0, 9.0)
    18.0
    """
    return energy * primary


def money_spent(energy: Number, price: Number) -> Number:
    """Price of electricity.

    Parameters
    ----------
    energy : float or array
        Electricity of the facility [kWh].
    price : float or array
        Price of a kWh, in any currency.

    Returns
    -------
    float or array
        Money, in that currency.

    Notes
    -----
    ``M = E price``. Electricity alone: neither the hardware nor a cloud's bill.

    References
    ----------
    The tariff or the bill that the price is taken from.

    Examples
    --------
    >>> money_spent(10.0, 0.25)
    2.5
    """
    return energy * price
