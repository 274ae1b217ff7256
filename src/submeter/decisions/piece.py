"""`Piece`: one piece of work in a model's life, from an entry of the ledger or an account file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.accounting.inventory import Inventory
    from submeter.accounts.account_file import AccountFile
    from submeter.workloads.activity import Activity


class Kind(StrEnum):
    """What a piece of work is in a model's life, in the order in which people read it."""

    DATA = "data preparation"
    DEVELOPMENT = "development"
    FAILED = "failed runs"
    DISTILLATION = "distillation"
    TRAINING = "training"
    FINE_TUNING = "fine-tuning"
    EVALUATION = "evaluation"
    UNTOLD = "stage not told"
    INFERENCE = "inference"


MAKING = frozenset(Kind) - {Kind.INFERENCE, Kind.UNTOLD}
"""What counts as making a model. Work whose stage nobody told counts in the total alone."""

_BY_STAGE = {
    "data-preparation": Kind.DATA,
    "training": Kind.TRAINING,
    "fine-tuning": Kind.FINE_TUNING,
    "distillation": Kind.DISTILLATION,
    "evaluation": Kind.EVALUATION,
    "inference": Kind.INFERENCE,
}


class Parent(NamedTuple):
    """A model that another was made from.

    Parameters
    ----------
    model : str
        Its name.
    relation : str
        ``teacher`` or ``base``.
    share : float or None
        The part of its making that goes with the other, 0 to 1; None where nobody stated it.
    """

    model: str
    relation: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work.

    Parameters
    ----------
    id, model : str
        Its own id, and the model at work.
    kind : Kind
        What it is in the model's life.
    inventory : Inventory
        What it is accounted for by.
    parents : tuple of Parent
        What the model was made from, as far as this piece tells.
    start, end : int or None
        UTC [ns]; None where it is not dated.
    work : str
        The work that it is a part of, such as the step of a job on many ranks; empty where it is
        one by itself.
    """

    id: str
    model: str
    kind: Kind
    inventory: Inventory
    parents: tuple[Parent, ...] = ()
    start: int | None = None
    end: int | None = None
    work: str = ""


def kind_of(stage: str, purpose: str, *, failed: bool) -> Kind:
    """Tell what work of a stage is; only what makes a model is development or a failed run.

    An endpoint that is ended by a signal has not failed.
    """
    kind = _BY_STAGE.get(stage, Kind.UNTOLD)
    if kind is Kind.INFERENCE:
        return kind
    if purpose == "development" and not failed:
        return Kind.DEVELOPMENT
    told = purpose in {"development", "failed"} or kind is not Kind.UNTOLD
    return Kind.FAILED if told and (failed or purpose == "failed") else kind


def parents_of(entry: Activity) -> tuple[Parent, ...]:
    """Give the models that an entry says its model was made from."""
    told = ((entry.lineage.get(relation, ""), relation) for relation in ("teacher", "base"))
    return tuple(Parent(name, relation) for name, relation in told if name)


def of_entry(entry: Activity, inventory: Inventory) -> Piece:
    """Make the piece of an entry."""
    kind = kind_of(entry.stage, entry.purpose, failed=bool(entry.exit_code))
    model = entry.model.get("name", "")
    return Piece(
        entry.id,
        model,
        kind,
        inventory,
        parents_of(entry),
        entry.start,
        max(entry.start, entry.end),
        work_of(entry),
    )


def work_of(entry: Activity) -> str:
    """Name the work that an entry is a part of: a run, or the step of a job; empty where none is.

    Examples
    --------
    >>> from submeter.workloads.activity import Activity
    >>> lineage = {"job": "slurm:123", "step": "0", "rank": "7"}
    >>> work_of(Activity("A", "w", 0, 1, 1e-9, lineage=lineage))
    'slurm:123.0'
    """
    told = entry.lineage
    step = f".{told['step']}" if "step" in told else ""
    return told.get("run") or (f"{told['job']}{step}" if "job" in told else "")


def of_file(told: AccountFile, model: str) -> Piece:
    """Make the piece of an account file; one that names no model is of `model`.

    Raises
    ------
    UsageError
        If the model would be its own parent.
    """
    own = told.belonging
    inventory = told.inventory
    kind = kind_of(inventory.stage, own.purpose, failed=False)
    relation = "teacher" if inventory.stage == "distillation" else "base"
    parents = (Parent(own.parent, relation, own.share),) if own.parent else ()
    name = own.model or model
    if own.parent == name:
        raise UsageError(f"{name} is its own parent", inventory.name, "name the model before it")
    start, end = told.when or (None, None)
    return Piece(inventory.id, name, kind, inventory, parents, start, end)
