"""What widens an answer most, and how much a better figure would narrow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from submeter.quantities.factor import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from submeter.accounting.account import Account
    from submeter.accounting.amount import Amount
    from submeter.accounting.desk import Role
    from submeter.accounting.draws import Draws
    from submeter.quantities.factor import Factor

SHOWN = 5
"""At most so many are named."""
_TOLD = 0.005
WORLD = "grid/world"
"""Id of the intensity of a place that nobody stated."""

_PLACE = "name the place where it ran"


@dataclass(frozen=True, slots=True)
class Widener:
    """A factor that widens the answer.

    Parameters
    ----------
    factor : str
        Its id.
    share : float
        The share of the answer's variance that goes with it, 0 to 1.
    narrows : float
        By what part the interval would shrink if its value were exact, 0 to 1.
    hint : str
        How to know it better, in plain words.
    """

    factor: str
    share: float
    narrows: float
    hint: str


def widest(
    account: Account, draws: Draws, again: Callable[[Draws], Account]
) -> tuple[Widener, ...]:
    """Name what widens total carbon most (total energy, where there is no total of carbon).

    Parameters
    ----------
    account : Account
        The account.
    draws : Draws
        Its realisations.
    again : callable
        Works the same account out in other realisations.

    Notes
    -----
    Shares are squared rank correlations (Spearman) of each unknown with the total over the
    realisations, brought to a sum of 1; below 0.5 % they are noise and left out. Ranks are whole
    numbers, so that the shares are the same on every machine.
    """
    answer = _answer(account)
    spread = _unknowns(account.uses)
    width = _width(answer)
    if answer is None or width == 0:
        return ()
    ranks = np.argsort(np.argsort(answer.draws, kind="stable"), kind="stable")
    squares = {key: _correlation(draws.ranks(key), ranks) ** 2 for key in spread}
    whole = sum(squares.values())
    order = sorted(squares, key=lambda key: (-squares[key], key))[:SHOWN]
    shares = {key: squares[key] / whole for key in order}
    return tuple(
        Widener(
            key,
            round(share, 3),
            _narrows(again, draws, key, width),
            _PLACE if key == WORLD else spread[key].value,
        )
        for key, share in shares.items()
        if share >= _TOLD
    )


def _unknowns(uses: Mapping[Factor, Role]) -> dict[str, Role]:
    unknowns: dict[str, Role] = {}
    for factor, role in uses.items():
        if factor.spread is not Spread.EXACT and factor.low < factor.high:
            unknowns.setdefault(factor.id, role)
    return unknowns


def _answer(account: Account) -> Amount | None:
    return account.carbon or account.energy


def _width(amount: Amount | None) -> float:
    shown = amount.estimate("") if amount else None
    return shown.high - shown.low if shown else 0.0


def _correlation(ranks: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    """Give Spearman's coefficient of two rankings without ties."""
    count = len(ranks)
    gaps = int(((ranks - others) ** 2).sum())
    return 1 - 6 * gaps / (count * (count**2 - 1))


def _narrows(again: Callable[[Draws], Account], draws: Draws, key: str, before: float) -> float:
    known = replace(draws, known=draws.known | {key})
    after = _width(_answer(again(known)))
    return round(max(0.0, 1 - after / before), 3)
