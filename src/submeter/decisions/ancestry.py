"""Ancestry: what a model was made from, and which part of that making goes with it.

A making is shared out among the models that came of it, and nobody but the user can say how. A
share that is stated is counted, once however many ways lead to it; one that is not is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from submeter.decisions.piece import Parent, Piece

_LOOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A model that another was made from.

    Parameters
    ----------
    model, relation : str
        Its name; ``teacher`` or ``base``, of the model that it is nearest to.
    share : float or None
        The part of its own making that goes with the model whose life it is, over all ways, at
        most 1; None where a share on the way is not stated.
    """

    model: str
    relation: str
    share: float | None


Links = dict[str, dict[str, "Parent"]]
"""By model, each of its parents by name."""


def links(pieces: Iterable[Piece], shares: Mapping[str, float]) -> Links:
    """Gather who was made from whom.

    Parameters
    ----------
    pieces : iterable of Piece
        All work there is.
    shares : mapping of str to float
        By parent, the share that is asked for instead of what was stated.

    Raises
    ------
    UsageError
        If two pieces state different shares of one parent.
    """
    found: Links = {}
    for piece in pieces:
        for parent in piece.parents:
            told = parent._replace(share=shares.get(parent.model, parent.share))
            before = found.setdefault(piece.model, {}).setdefault(parent.model, told)
            if told.share is None or before.share == told.share:
                continue
            if before.share is not None:
                low, high = sorted((before.share, told.share))
                what = f"the share of {parent.model} in {piece.model} is {low:g} and {high:g}"
                fix = f"correct one, or say --share {parent.model}={high:g}"
                raise UsageError(what, piece.inventory.name, fix)
            found[piece.model][parent.model] = told
    return found


def ancestors(model: str, known: Links) -> tuple[Ancestor, ...]:
    """Give all that a model was made from, nearest first, each once.

    Raises
    ------
    UsageError
        If a model is its own ancestor.
    """
    order = _from_child_to_parent(model, known)
    shares: dict[str, float | None] = {model: 1.0}
    relations: dict[str, str] = {}
    for name in order:
        for parent in known.get(name, {}).values():
            relations.setdefault(parent.model, parent.relation)
            shares[parent.model] = _through(shares[name], parent.share, shares.get(parent.model, 0))
    return tuple(Ancestor(name, relations[name], shares[name]) for name in order if name != model)


def _through(own: float | None, share: float | None, before: float | None) -> float | None:
    """Add one way to what came by others; a whole is not charged more than once."""
    if before is None or own is None or share is None:
        return None
    return min(1.0, before + own * share)


def _from_child_to_parent(model: str, known: Links) -> list[str]:
    """Order a model and its ancestors so that each comes after all that were made from it."""
    done: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in open_:
            way = " from ".join([*open_[open_.index(name) :], name])
            what = f"a model is made from itself: {way}"
            raise UsageError(what, fix="correct the parent of one of them")
        if name in done:
            return
        open_.append(name)
        for parent in known.get(name, {}):
            visit(parent)
        open_.remove(name)
        done.append(name)

    visit(model)
    return done[::-1]


def given_away(known: Links, names: Sequence[str]) -> list[str]:
    """Tell of which of these models more than the whole making was shared out."""
    told = []
    for name in names:
        shares = [
            parents[name].share or 0.0
            for child, parents in sorted(known.items())
            if name in parents
        ]
        if sum(shares) > 1 + _LOOSE:
            told.append(
                f"lineage: the shares of {name} that its models are given add up to "
                f"{sum(shares):.3g}: over all of them its making counts more than once"
            )
    return told
