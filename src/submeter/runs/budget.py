"""A budget in energy or carbon, tested as the work goes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import BudgetExceeded, QuantityError, UsageError
from submeter.quantities.digits import column, phrase
from submeter.quantities.parsing import UNITS, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from submeter.quantities.estimate import Estimate


_JOULES_PER_KWH = 3.6e6
_DRAWS = ("has drawn", "is forecast to draw")
_MOST_DIGITS = 6
_HAIR = 1 + 1e-9
"""Products of a number and a unit lie a hair off what is meant."""


class BudgetWarning(UserWarning):
    """A window drew, or is forecast to draw, more than its budget."""


class Budget(NamedTuple):
    """What a window may draw.

    Parameters
    ----------
    text : str
        As it was written, such as ``0.5 kWh``.
    amount : float
        The same in J or kgCO2e.
    carbon : bool
        Whether it is in carbon.
    raises : bool
        Whether passing it raises or warns.
    """

    text: str
    amount: float
    carbon: bool
    raises: bool

    def test(
        self,
        energy: Estimate | None,
        carbon_of: Callable[[float], float],
        name: str,
        *,
        forecast: bool,
    ) -> bool:
        """Tell whether the budget is passed, and warn or raise if it is.

        Parameters
        ----------
        energy : Estimate or None
            What was drawn, or is forecast [J].
        carbon_of : callable
            Gives the carbon [kgCO2e] of an energy [J].
        name : str
            Of the window whose budget it is.
        forecast : bool
            Whether `energy` is a forecast.
        """
        if energy is None:
            return False
        drawn = carbon_of(energy.value) if self.carbon else energy.value
        if drawn <= self.amount:
            return False
        shown = self._shown(energy, carbon_of)
        verbs = ("has caused", "is forecast to cause") if self.carbon else _DRAWS
        whose = f'the window "{name}"' if name else "the work"
        what = f"{whose} {verbs[forecast]} {shown}, more than its budget of {self.text}"
        fix = "stop it, shrink it, or raise the budget"
        if self.raises:
            raise BudgetExceeded(what, fix=fix)
        warnings.warn(BudgetWarning(f"{what}; {fix}"), stacklevel=4)
        return True

    def _shown(self, energy: Estimate, carbon_of: Callable[[float], float]) -> str:
        """Write what is compared, in the kind of unit that the budget was written in."""
        ends = (energy.value, energy.low, energy.high)
        if self.carbon:
            # The grid's own interval is not in what is compared, so that none is shown.
            value, low, high = map(carbon_of, ends)
            return _above(self.amount, value, low, high, "kgCO2e")[0]
        unit, size = ("J", 1.0) if self.text.rstrip().endswith("J") else ("kWh", _JOULES_PER_KWH)
        value, low, high = (each / size for each in ends)
        shown, interval = _above(self.amount / size, value, low, high, unit)
        return f"{shown} ({interval})"


def _above(amount: float, value: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """Write what is more than a budget with so many digits that it reads as more, too."""
    for least in range(1, _MOST_DIGITS):
        factor, _, place = column(value, low, high, unit, least)
        if round(value * factor, place) > amount * factor * _HAIR:
            break
    return phrase(value, low, high, unit, least)


def budget(text: str, on_budget: str) -> Budget:
    """Read a budget such as ``"0.5 kWh"`` or ``"2 kgCO2e"``.

    Parameters
    ----------
    text : str
        An energy or a mass of CO2e.
    on_budget : str
        ``warn`` or ``raise``.

    Raises
    ------
    UsageError
        If it is neither an energy nor a mass of carbon, or not positive, or `on_budget` is neither.
    """
    if on_budget not in ("warn", "raise"):
        raise UsageError(
            f'"{on_budget}" is no answer to a budget', "on_budget", "choose warn or raise"
        )
    text = str(text)
    unit = text.strip().lstrip("0123456789.,_eE+- ").strip()
    carbon = unit in UNITS and UNITS[unit].dimension == "carbon"
    amount = parse(text, "carbon" if carbon else "energy", "budget")
    if amount <= 0:
        raise QuantityError(f'a budget of "{text}" allows nothing', "budget", "write more than 0")
    return Budget(text, amount, carbon, on_budget == "raise")
