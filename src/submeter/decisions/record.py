"""All work that a model's life is made of, gathered from the ledger and from account files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.decisions.piece import of_entry, of_file, parents_of
from submeter.ledger.selection import jobs_of
from submeter.runs.claims import charged_once
from submeter.runs.joint import joined
from submeter.runs.parts import parts_of
from submeter.workloads.activity import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from submeter.accounting.inventory import Inventory
    from submeter.accounts.account_file import AccountFile
    from submeter.decisions.piece import Piece
    from submeter.workloads.activity import Activity


class Record(NamedTuple):
    """Work, none of it a part of other work in it, and what is to be told of it."""

    pieces: tuple[Piece, ...]
    missing: tuple[str, ...]


def gather(
    model: str,
    entries: Sequence[Activity],
    files: Iterable[AccountFile],
    inventory_for: Callable[[Activity], Inventory],
) -> Record:
    """Gather the work of a model, of what it was made from, and of what was made from it.

    Parameters
    ----------
    model : str
        Its name.
    entries : sequence of Activity
        The newest revision of every entry there is.
    files : iterable of AccountFile
        Work that was not metered here; what names no model is of `model`.
    inventory_for : callable
        Gives an entry's inventory.

    Notes
    -----
    An entry that was measured inside another of these is left out, and what several entries claim
    of one device is charged once, as in the account of a job.
    """
    stated = [of_file(each, model) for each in files]
    family = _family(model, entries, stated)
    own = [each for each in entries if each.model.get("name", "") in family]
    parts = parts_of(own)
    charged, overlaps = charged_once([each for each in own if each.id not in parts])
    told = [f"books: {each.line()}; it is charged once" for each in overlaps if each.telling]
    told += _absent(own)
    if parts:
        told.append(f"record: {len(parts)} entries are parts of others, and counted in those")
    unfinished = sum(each.state is State.OPEN for each in charged)
    if unfinished:
        told.append(f"record: {unfinished} entries are not final: what follows is not in it")
    pieces = [of_entry(each, inventory_for(each)) for each in charged]
    pieces += [each for each in stated if each.model in family]
    return Record(tuple(pieces), tuple(told))


def _absent(entries: Sequence[Activity]) -> list[str]:
    """Tell which ranks and nodes of their jobs have no entries here."""
    jobs = dict.fromkeys(each for entry in entries for each in jobs_of(entry)[:1])
    return [f"record: of {job}, {line}" for job in jobs for line in joined(job, entries).absent()]


def _family(model: str, entries: Iterable[Activity], stated: Iterable[Piece]) -> set[str]:
    """Give the names of a model, of its ancestors, and of all that was made from one of these."""
    parents: dict[str, set[str]] = {}
    for entry in entries:
        told = {parent.model for parent in parents_of(entry)}
        parents.setdefault(entry.model.get("name", ""), set()).update(told)
    for piece in stated:
        parents.setdefault(piece.model, set()).update(each.model for each in piece.parents)
    parents.pop("", None)
    family, new = set[str](), {model}
    while new:
        family |= new
        new = {name for each in new for name in parents.get(each, ())} - family
    return family | {name for name, known in parents.items() if known & family}
