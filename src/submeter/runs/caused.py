"""The carbon of a window so far, or of the whole that is forecast, as its statement tells it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from submeter.accounting.account import work_out
from submeter.accounting.amount import Amount, combined
from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.portion import portion
from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread
from submeter.runs.account import inventory_of
from submeter.runs.methods import all_methods
from submeter.runs.place import FILES

if TYPE_CHECKING:
    from submeter.quantities.estimate import Estimate
    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity

CENTRAL = Draws(count=2)
"""Where only the central value is asked for, two realisations do."""

_STEPS = Source("steps-so-far", "the spread of the steps that were reported", "not applicable")


class Caused:
    """What the statement of a window tells as its carbon in all, before it is over.

    Parameters
    ----------
    entry : Activity
        The window as far as it has come.
    settings : Settings
        Method, and files of factors of the user's own.
    energy : Estimate
        What it has drawn [J].
    whole : Estimate or None
        What the whole is forecast to draw [J]; None if what it has caused so far is asked for.
    """

    def __init__(
        self, entry: Activity, settings: Settings, energy: Estimate, whole: Estimate | None = None
    ) -> None:
        self._rules = find(settings["method"], all_methods())
        inventory = inventory_of(entry, {FILES: settings[FILES]})
        self._spread: Factor | None = None
        if whole is not None:
            # The rest goes on as what was seen: its hardware, its idle energy and its place.
            inventory = portion(inventory, whole.value / energy.value if energy.value else 1.0)
            self._spread = _spread(energy, whole)
        self._inventory = inventory

    @cached_property
    def value(self) -> float:
        """The central value [kgCO2e].

        Raises
        ------
        UsageError
            If the method gives no carbon.
        """
        # What is ahead has 1 as its central value.
        return self._stated(CENTRAL).value

    def estimate(self) -> Estimate:
        """Give it [kgCO2e] with the interval of a statement: by the same draws of the same factors.

        Raises
        ------
        UsageError
            If the method gives no carbon.
        """
        draws = Draws()
        stated = self._stated(draws)
        told = stated.estimate("kgCO2e")
        if self._spread is None:
            return told
        ahead = Amount(draws.figures(self._spread), frozenset((Tier.MODELLED,)))
        whole = combined(np.multiply, stated, ahead).estimate("kgCO2e")
        # By chance of the draws another unknown can move an end inwards: it never makes surer.
        return replace(whole, low=min(whole.low, told.low), high=max(whole.high, told.high))

    def _stated(self, draws: Draws) -> Amount:
        """Give it without the spread of what is ahead."""
        account = work_out(self._inventory, self._rules, draws)
        if account.carbon is None:
            why = [each for each in account.missing if each.startswith(("carbon", "operational"))]
            what = f"the method {self._rules.id} gives no carbon ({'; '.join(why)})"
            raise UsageError(what, "budget", "name another method, or a budget in energy")
        return account.carbon


def _spread(energy: Estimate, whole: Estimate) -> Factor | None:
    """Give what a forecast may be off by beside the meter, as a ratio; None if by nothing."""
    if not energy.value or not whole.value:
        return None
    meter = (energy.low / energy.value, energy.high / energy.value)
    low = whole.low / whole.value / meter[0] if meter[0] else 1.0
    high = whole.high / whole.value / meter[1]
    low, high = min(1.0, low), max(1.0, high)
    if low == high:
        return None
    spread = Spread.LOGNORMAL if low > 0 else Spread.UNIFORM
    return Factor("forecast/steps", 1.0, low, high, "", spread, Tier.MODELLED, _STEPS)
