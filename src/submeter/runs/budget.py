"""A budget in energy or carbon, tested as the work goes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple, Protocol

from submeter.errors import BudgetExceeded, QuantityError, SubmeterError, UsageError
from submeter.quantities.digits import column, phrase
from submeter.quantities.parsing import UNITS, parse

if TYPE_CHECKING:
    from submeter.quantities.estimate import Estimate


_JOULES_PER_KWH = 3.6e6
_DRAWS = ("has drawn", "is forecast to draw")
_MOST_DIGITS = 6
_HAIR = 1 + 1e-9
"""Products of a number and a unit lie a hair off what is meant."""


class BudgetWarning(UserWarning):
    """A window drew, or is forecast to draw, more than its budget."""


class Spent(Protocol):
    """What is held against a budget; its interval is only asked for where it is passed."""

    @property
    def value(self) -> float:
        """The central value [J or kgCO2e]."""
        ...

    def estimate(self) -> Estimate:
        """Give it with its interval."""
        ...


class Drawn(NamedTuple):
    """An energy that is held against a budget [J]."""

    energy: Estimate

    @property
    def value(self) -> float:
        """The central value [J]."""
        return self.energy.value

    def estimate(self) -> Estimate:
        """Give it with its interval."""
        return self.energy


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

    def test(self, spent: Spent, name: str, *, forecast: bool) -> bool:
        """Tell whether there is no more to test: it is passed, or cannot be told.

        Parameters
        ----------
        spent : Spent
            What was drawn or caused, or is forecast, in the unit of `amount`.
        name : str
            Of the window whose budget it is.
        forecast : bool
            Whether `spent` is a forecast.

        Raises
        ------
        BudgetExceeded
            If it is passed, and is to raise; else that is a warning.
        """
        whose = f'the window "{name}"' if name else "the work"
        try:
            if spent.value <= self.amount:
                return False
            shown = self._shown(spent.estimate())
        except SubmeterError as error:
            told = f"{whose} is not held to its budget of {self.text}: {error}"
            warnings.warn(BudgetWarning(told), stacklevel=4)
            return True
        verbs = ("has caused", "is forecast to cause") if self.carbon else _DRAWS
        what = f"{whose} {verbs[forecast]} {shown}, more than its budget of {self.text}"
        fix = "stop it, shrink it, or raise the budget"
        if self.raises:
            raise BudgetExceeded(what, fix=fix)
        warnings.warn(BudgetWarning(f"{what}; {fix}"), stacklevel=4)
        return True

    def _shown(self, spent: Estimate) -> str:
        """Write what is compared, in the kind of unit that the budget was written in."""
        unit, size = "kWh", _JOULES_PER_KWH
        if self.carbon or self.text.rstrip().endswith("J"):
            unit, size = spent.unit, 1.0
        value, low, high = (each / size for each in (spent.value, spent.low, spent.high))
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
