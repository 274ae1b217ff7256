"""Scopes and categories of the GHG Protocol, location- and market-based side by side.

The same joules stand in different scopes of different books: Scope 2 of who runs the machines,
Scope 3 category 1 of who buys the service, Scope 3 category 11 of who sold the model that others
run (Corporate Value Chain (Scope 3) Standard, World Resources Institute, 2011, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.accounting.amount import total
from submeter.accounting.joint import work_out_all
from submeter.accounting.method import Part
from submeter.accounting.methods.standards import GHG_LOCATION, GHG_MARKET
from submeter.accounting.patterns import grouped
from submeter.accounting.surroundings import Grid
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.accounting.amount import Amount
    from submeter.accounting.draws import Draws
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.patterns import Group
    from submeter.quantities.estimate import Estimate

METHODS = (GHG_LOCATION.id, GHG_MARKET.id)
"""The methods under whose statements the scopes are shown."""

_UNIT = "kgCO2e"
_CAPITAL = (
    "the part that goes with the hours; category 2 asks for all of it in the year of purchase"
)


class Reporter(StrEnum):
    """Whose books an account is for."""

    OPERATOR = "operator"
    """Who runs the machines."""
    BUYER = "buyer"
    """Who buys the service."""
    SELLER = "seller"
    """Who sells the model that others run."""


@dataclass(frozen=True, slots=True)
class Row:
    """One part, and where it stands in the books.

    Parameters
    ----------
    scope : int
        2 or 3.
    category : int or None
        Of Scope 3.
    name : str
        What it is.
    location, market : Estimate or None
        Emissions [kgCO2e] on either basis; never to be added up. None where not known.
    note : str
        What a reader must know, or why it is not known.
    """

    scope: int
    category: int | None
    name: str
    location: Estimate | None
    market: Estimate | None
    note: str = ""

    @property
    def title(self) -> str:
        """Where it stands, such as ``Scope 3, category 1``."""
        return f"Scope {self.scope}" + (f", category {self.category}" if self.category else "")

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "scope": self.scope,
            "category": self.category,
            "name": self.name,
            "location": self.location and self.location.as_dict(),
            "market": self.market and self.market.as_dict(),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Scopes:
    """The rows of one reporter, and their sum on either basis (None where a row is not known)."""

    reporter: Reporter
    rows: tuple[Row, ...]
    location: Estimate | None
    market: Estimate | None

    def as_dict(self) -> dict[str, Any]:
        """Give the ``scopes`` object of a statement."""
        return {
            "role": self.reporter.value,
            "rows": [row.as_dict() for row in self.rows],
            "total": {
                "location": self.location and self.location.as_dict(),
                "market": self.market and self.market.as_dict(),
            },
        }


class _Part(NamedTuple):
    """An amount on either basis, and why it is not known."""

    location: Amount | None
    market: Amount | None
    note: str = ""

    def row(self, scope: int, category: int | None, name: str, note: str = "") -> Row:
        note = "; ".join(filter(None, (self.note, note)))
        return Row(scope, category, name, _estimate(self.location), _estimate(self.market), note)


def scopes(
    inventories: Sequence[Inventory],
    reporter: Reporter,
    draws: Draws,
    over_life: float | None = None,
) -> Scopes:
    """Tell where each part of an account stands in the books of its reporter.

    Parameters
    ----------
    inventories : sequence of Inventory
        At least one, of work that is no part of other work among it.
    reporter : Reporter
        Whose books they are.
    draws : Draws
        The realisations; with those of a statement the figures are the statement's.
    over_life : float or None
        For a seller: units that the model will deliver over its life; None if only what was
        accounted for is meant.

    Raises
    ------
    UsageError
        If a seller's account is not of use, or has no number of units to scale by.
    """
    # As in the statement, and in its order: so the figures are the same to the last bit.
    groups = grouped(inventories)
    electricity, chain = _electricity(groups, draws), _fuel_chain(groups, draws)
    hardware = _hardware(groups, draws)
    if reporter is Reporter.SELLER:
        ratio, note = _lifetime_use(inventories, over_life)
        return _added(reporter, [(_scaled(electricity, ratio), (3, 11, "electricity", note))])
    if reporter is Reporter.BUYER:
        of_service = [(electricity, "electricity"), (hardware, "hardware"), (chain, "fuel chain")]
        return _added(reporter, [(part, (3, 1, name, "")) for part, name in of_service])
    return _added(
        reporter,
        [
            (electricity, (2, None, "electricity", "")),
            (hardware, (3, 2, "hardware", _CAPITAL)),
            (chain, (3, 3, "fuel chain", "")),
        ],
    )


def _electricity(groups: Sequence[Group], draws: Draws) -> _Part:
    found, notes = [], []
    for method in (GHG_LOCATION, GHG_MARKET):
        account = work_out_all(groups, method, draws)
        found.append(account.carbon)
        notes += [
            each.partition(": ")[2] for each in account.missing
            if each.startswith(("carbon: ", "operational: "))
        ]  # fmt: skip
    return _Part(found[0], found[1], "; ".join(dict.fromkeys(notes)))


def _hardware(groups: Sequence[Group], draws: Draws) -> _Part:
    """Give the making of the hardware, which no contract for electricity changes."""
    method = replace(GHG_LOCATION, parts=(Part.EMBODIED,), stages=())
    account = work_out_all(groups, method, draws)
    reasons = [each.partition(": ")[2] for each in account.missing if each.startswith("embodied")]
    return _Part(account.embodied, account.embodied, "; ".join(reasons))


def _fuel_chain(groups: Sequence[Group], draws: Draws) -> _Part:
    """Give what getting the fuels and bringing the electricity cost, where that is known."""
    grids = [each.inventory.grid for each in groups]
    if any(each.upstream is None for each in grids):
        lifecycle = all(
            each.intensity is not None and "lifecycle" in each.intensity.basis.split()
            for each in grids
        )
        inside = "the lifecycle intensity of the place holds it"
        return _Part(None, None, inside if lifecycle else "no figure for it is known")
    alone = [
        replace(each, inventory=replace(each.inventory, grid=Grid(intensity=grid.upstream)))
        for each, grid in zip(groups, grids, strict=True)
    ]
    account = work_out_all(alone, GHG_LOCATION, draws)
    return _Part(account.carbon, account.carbon, "of the grid of the place")


def _lifetime_use(inventories: Sequence[Inventory], over_life: float | None) -> tuple[float, str]:
    """Give by what the use that was accounted for is multiplied, and what that means."""
    made = {each.stage for each in inventories} - {"inference", "evaluation", "other"}
    if made:
        fix = "take role: operator for the making of the model"
        raise UsageError(f"a seller's category 11 is of use, not of {min(made)}", "role", fix)
    if over_life is None:
        told = "of the use that was accounted for; that of its life follows from the units expected"
        return 1.0, f"{told}: --expected, or unit: {{expected: …}} in a file"
    units = {each.unit.name for each in inventories}
    counted = sum(each.unit.count or 0.0 for each in inventories)
    if not counted or len(units) > 1:
        fix = "give unit: {name: …, count: …} of what was accounted for"
        raise UsageError("there is no number of units to scale the use by", "unit", fix)
    return (
        over_life / counted,
        f"of {over_life:,.10g} {units.pop()}s expected over the model's life",
    )


def _scaled(part: _Part, ratio: float) -> _Part:
    location, market = (each and each.scaled(ratio) for each in (part.location, part.market))
    return part._replace(location=location, market=market)


def _added(
    reporter: Reporter, parts: Sequence[tuple[_Part, tuple[int, int | None, str, str]]]
) -> Scopes:
    """Make the rows and their sums; a sum lacks no row but a fuel chain that is not known."""
    counted = [part for part, place in parts if part.location or place[2] != "fuel chain"]
    sums = []
    for basis in ("location", "market"):
        amounts = [getattr(part, basis) for part in counted]
        sums.append(None if None in amounts else _estimate(total(amounts)))
    return Scopes(reporter, tuple(part.row(*place) for part, place in parts), *sums)


def _estimate(amount: Amount | None) -> Estimate | None:
    return amount.estimate(_UNIT) if amount is not None else None
