"""Accounts that were drawn alike, added up: what they share stays one unknown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from submeter.accounting.account import Account, work_out
from submeter.accounting.amount import total
from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.accounting.amount import Amount
    from submeter.accounting.draws import Draws
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.accounting.patterns import Group

_PARTS = (
    "energy", "operational", "idle", "embodied", "carbon", "on_site", "electricity",
    "embodied_water", "water", "resources", "primary_energy", "overhead",
)  # fmt: skip
Item = TypeVar("Item", EnergyItem, IdleItem)
_NUMBER = re.compile(r"\d[\d.,]*(?:e[-+]?\d+)?")


def work_out_all(groups: Sequence[Group], method: Method, draws: Draws) -> Account:
    """Work out groups of entries in the same realisations, and add them up as `add_up`."""
    accounts = [work_out(each.inventory, method, draws) for each in groups]
    return add_up(accounts, [each.entries for each in groups])


def add_up(accounts: Sequence[Account], entries: Sequence[int] = ()) -> Account:
    """Add up accounts amount by amount.

    Parameters
    ----------
    accounts : sequence of Account
        At least one; all of one method and of the same draws.
    entries : sequence of int
        How many entries each stands for; one by default.

    Notes
    -----
    A part that some of them lack is the sum of the others, and told as incomplete.
    """
    if len(accounts) == 1:
        return accounts[0]
    notes = gathered([each.missing for each in accounts])
    counts = entries or [1] * len(accounts)
    sums = {
        name: _sum([getattr(each, name) for each in accounts], counts, name, notes)
        for name in _PARTS
    }
    names = dict.fromkeys(name for each in accounts for name in each.components)
    components = {name: total(each.components.get(name) for each in accounts) for name in names}
    currencies = {each.currency for each in accounts if each.money is not None}
    money = [each.money for each in accounts]
    if len(currencies) > 1:
        notes.append(f"money: prices in {', '.join(sorted(currencies))} are not added up")
        money = []
    bases = {each.water_basis for each in accounts if each.water is not None}
    return replace(
        accounts[0],
        **sums,
        components={name: amount for name, amount in components.items() if amount is not None},
        money=_sum(money, counts, "money", notes),
        currency=currencies.pop() if len(currencies) == 1 else "",
        water_basis=bases.pop() if len(bases) == 1 else ("mixed" if bases else "unspecified"),
        missing=tuple(notes),
        uses={factor: role for each in reversed(accounts) for factor, role in each.uses.items()},
    )


def _sum(
    amounts: Sequence[Amount | None], counts: Sequence[int], name: str, notes: list[str]
) -> Amount | None:
    known = [amount is not None for amount in amounts]
    if any(known) and not all(known):
        lacking = sum(count for count, there in zip(counts, known, strict=False) if not there)
        whole = sum(counts)
        notes.append(f"{name}: not known of {lacking} of {whole} entries; the others' sum")
    return total(amounts)


def as_one(inventories: Sequence[Inventory], like: Inventory) -> Inventory:
    """Put several inventories into one, so that it can be held against another.

    Parameters
    ----------
    inventories : sequence of Inventory
        At least one, all of one grid and one facility.
    like : Inventory
        What the whole is called, its stage and its unit.

    Raises
    ------
    UsageError
        If they have several grids or facilities: no one inventory has more than one.

    Notes
    -----
    Its account is the sum of theirs (`work_out_all`). A domain that several of them metered, each
    at its own time, is told apart by the number of its inventory.
    """
    if len({(each.grid, each.facility) for each in inventories}) > 1:
        fix = "account for all of it at one place: --region, --grid, --pue"
        raise UsageError(f"{like.name} has entries of several grids or facilities", like.id, fix)
    return replace(
        like,
        items=tuple(_apart(item, n) for n, each in enumerate(inventories) for item in each.items),
        idle=tuple(_apart(item, n) for n, each in enumerate(inventories) for item in each.idle),
        embodied=tuple(item for each in inventories for item in each.embodied),
        facility=inventories[0].facility,
        grid=inventories[0].grid,
        missing=tuple(gathered([each.missing for each in inventories])),
        place=inventories[0].place,
    )


def _apart(item: Item, number: int) -> Item:
    """Give an energy whose domains are those of one inventory alone."""
    domain, inside = (f"{name}@{number}" if name else "" for name in (item.domain, item.inside))
    return replace(item, domain=domain, inside=inside)


def gathered(told: Sequence[Sequence[str]]) -> list[str]:
    """Gather the notes of several accounts: one that differs in its numbers alone stands once.

    Examples
    --------
    >>> gathered([["idle: 2 kWh left"], ["idle: 3 kWh left"], ["pue: none is known"]])
    ['idle: 2 kWh left (and 1 more like it)', 'pue: none is known']
    """
    kinds: dict[str, dict[str, None]] = {}
    for note in (note for notes in told for note in notes):
        kinds.setdefault(_NUMBER.sub("#", note), {}).setdefault(note)
    return [
        next(iter(notes)) + (f" (and {len(notes) - 1} more like it)" if len(notes) > 1 else "")
        for notes in kinds.values()
    ]
