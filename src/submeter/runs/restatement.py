"""Restating: what was stated of an entry before, what is stated now, and what changed between.

An issued statement keeps the inventory and the rules that it was made from. So it can be worked
out again bit for bit, whatever has become of the factor tables and the methods since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from submeter.accounting.draws import Draws
from submeter.accounting.inputs import inventory_from, method_from, plain
from submeter.accounting.methods import SUBMETER_1
from submeter.accounting.statement import state
from submeter.errors import QuantityError, RecordError
from submeter.ledger import statements
from submeter.runs.account import inventory_of
from submeter.runs.place import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.accounting.statement import Statement
    from submeter.workloads.activity import Activity

SCHEMA = "submeter.issued/1"


@dataclass(frozen=True, slots=True)
class Issued:
    """A statement on record.

    Parameters
    ----------
    statement : mapping
        As it was issued, ``submeter.statement/1``.
    inventory : Inventory
        What it was made from.
    method : Method
        Its rules, as they were then.
    revision : int
        The revision of the entry that it is of.
    on_record : bool
        Whether it was issued; else it is what the entry says by itself, worked out now.
    """

    statement: Mapping[str, Any]
    inventory: Inventory
    method: Method
    revision: int
    on_record: bool = True

    def recomputed(self) -> bool:
        """Tell whether its own inputs give it again, bit for bit."""
        draws = Draws(self.statement["seed"], self.statement["draws"])
        return state(self.inventory, self.method, draws).as_dict() == self.statement


def record(
    ledger: Path, statement: Statement, inventory: Inventory, method: Method, revision: int
) -> None:
    """Put a statement on record, unless the last one says the same.

    Raises
    ------
    RecordError
        If it cannot be written.
    """
    told = statement.as_dict()
    before = statements.issued(ledger, statement.id)
    if before and before[-1].get("statement") == told:
        return
    content = {
        "schema": SCHEMA,
        "revision": revision,
        "statement": told,
        "method": method.as_dict(),
        "inventory": plain(inventory),
    }
    statements.issue(ledger, statement.id, content)


def last_issued(ledger: Path, entry_id: str) -> Issued | None:
    """Give the last statement on record of an entry, or None.

    Raises
    ------
    RecordError
        If it is damaged.
    """
    found = statements.issued(ledger, entry_id)
    if not found:
        return None
    try:
        content = found[-1]
        return Issued(
            content["statement"],
            inventory_from(content["inventory"]),
            method_from(content["method"]),
            content["revision"],
        )
    except (KeyError, TypeError, ValueError, QuantityError) as error:
        what = f"the statement on record of {entry_id} cannot be understood ({error})"
        raise RecordError(what, str(ledger), "it was written by another version") from error


def by_itself(entry: Activity, files: str = "") -> Issued:
    """Give what an entry says by itself: its recorded place, by Submeter's own method.

    Parameters
    ----------
    entry : Activity
        The entry.
    files : str
        The files of factors that are configured: what holds for every account changes none.
    """
    inventory, method = inventory_of(entry, {FILES: files}), SUBMETER_1
    told = state(inventory, method, Draws()).as_dict()
    return Issued(told, inventory, method, entry.revision, on_record=False)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that an account rests on, before and now; empty where it was or is not there."""

    what: str
    before: str
    now: str


def changes(old: Inventory, new: Inventory, methods: tuple[Method, Method]) -> tuple[Change, ...]:
    """Name what changed between two accounts: rules, factors, inputs."""
    before, now = methods
    found = []
    if before.hash() != now.hash():
        told = (f"{each.id}, version {each.version} ({each.hash()[:8]})" for each in methods)
        found.append(Change("method", *told))
    one, other = _factors(old), _factors(new)
    for name in dict.fromkeys((*one, *other)):
        texts = one.get(name, ""), other.get(name, "")
        if texts[0] != texts[1]:
            found.append(Change(name, *texts))
    return tuple(found)


def _factors(inventory: Inventory) -> dict[str, str]:
    grid, facility = inventory.grid, inventory.facility
    named = {
        "grid": grid.intensity, "market": grid.market, "water of electricity": grid.water,
        "minerals of electricity": grid.adpe, "primary energy": grid.primary, "price": grid.price,
        "PUE": facility.pue, "WUE": facility.wue,
    }  # fmt: skip
    for item in inventory.embodied:
        named[f"making a {item.device}"] = item.each
        named[f"lifetime of a {item.device}"] = item.lifetime
        named[f"utilisation of a {item.device}"] = item.utilisation
    for number, item_of in enumerate(inventory.items):
        named[f"energy of {item_of.component} ({item_of.domain or number})"] = item_of.energy
    for number, idle in enumerate(inventory.idle):
        named[f"idle energy of {idle.component} ({idle.domain or number})"] = idle.energy
    return {
        name: f"{each.value:.6g} ({each.low:.6g} to {each.high:.6g}) {each.unit}".rstrip()
        + f" [{each.id}]"
        for name, each in named.items()
        if each is not None
    }
