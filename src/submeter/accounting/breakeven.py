"""Parity: after how many uses a model's use has drawn as much as its making."""

from __future__ import annotations

import math

from submeter.errors import QuantityError


def uses_until_parity(making: float, use: float) -> int:
    """Give the whole uses after which they have drawn no more than the making.

    Parameters
    ----------
    making : float
        What making the model drew: training, fine-tuning, its runs that failed [kWh, or kgCO2e].
    use : float
        What one use draws [the same unit].

    Returns
    -------
    int
        ``floor(making / use)``; one more use is past parity.

    Raises
    ------
    QuantityError
        If a use draws nothing: then there is no parity.

    Notes
    -----
    ``n = floor(making / use)``. Holds while a use draws the same: another batch, length or grid
    moves it in proportion.

    References
    ----------
    Luccioni, Jernite and Strubell: Power hungry processing, FAccT 2024, section 4.3 and table 5,
    https://arxiv.org/abs/2311.16863; Morrison et al., ICLR 2025, table 3,
    https://arxiv.org/abs/2503.05804.

    Examples
    --------
    BLOOMz-1B (training, fine-tuning; one inference):

    >>> uses_until_parity(17052 + 1081, 6.2e-5)
    292467741
    """
    if use <= 0:
        raise QuantityError("a use that draws nothing has no parity with the making", "use")
    return math.floor(making / use)
