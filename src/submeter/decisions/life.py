"""The life of a model: what making it and running it came to, each piece of work once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from submeter.accounting.account import work_out
from submeter.accounting.amount import combined, total
from submeter.accounting.joint import gathered
from submeter.accounting.patterns import groups_for
from submeter.accounting.portion import portion
from submeter.decisions.ancestry import ancestors, given_away, links
from submeter.decisions.line import QUANTITIES, Line
from submeter.decisions.overtaking import Overtaken, Timeline, days_of
from submeter.decisions.piece import MAKING, Kind
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from submeter.accounting.amount import Amount
    from submeter.accounting.draws import Draws
    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.decisions.ancestry import Ancestor
    from submeter.decisions.piece import Piece
    from submeter.quantities.estimate import Estimate
    from submeter.quantities.factor import Source

SCHEMA = "submeter.life/1"


@dataclass(frozen=True, slots=True)
class Life:
    """What a model's life came to; `making` and `inference` are parts of `whole`.

    Parameters
    ----------
    model : str
        Its name.
    method : Method
        The rules that it was accounted for by.
    lines : tuple of Line
        Its stages, and its part of the making of what it was made from; they add up to `whole`.
    whole, making, inference : Line
        All of it; all that made it; running it.
    ancestors : tuple of Ancestor
        What it was made from, and with which share.
    made_from_it : tuple of Line
        Models that were made from it: their own work, which is no part of its life.
    overtaken : mapping of str to Overtaken
        By quantity, when running it had come to as much as making it.
    missing : tuple of str
        What is absent or incomplete, and why.
    sources : tuple of Source
        Where the factors come from.
    """

    model: str
    method: Method
    lines: tuple[Line, ...]
    whole: Line
    making: Line
    inference: Line
    ancestors: tuple[Ancestor, ...]
    made_from_it: tuple[Line, ...]
    overtaken: Mapping[str, Overtaken]
    missing: tuple[str, ...]
    sources: tuple[Source, ...]

    def ratio(self, quantity: str) -> Estimate | None:
        """Give inference over making; None where one is not known or nothing was made."""
        made, used = (each.amounts.get(quantity) for each in (self.making, self.inference))
        if made is None or used is None or not made.figures.all():
            return None
        return combined(lambda one, other: one / other, used, made).estimate("")

    def as_dict(self) -> dict[str, Any]:
        """Give the object of ``submeter.life/1``."""
        ratios = {name: self.ratio(name) for name in self.overtaken}
        return {
            "schema": SCHEMA,
            "model": self.model,
            "method": self.method.id,
            "method_version": self.method.version,
            "method_hash": self.method.hash(),
            **{name: getattr(self, name).as_dict() for name in ("whole", "making", "inference")},
            "lines": [each.as_dict() for each in self.lines],
            "lineage": [
                {"model": each.model, "relation": each.relation, "share": each.share}
                for each in self.ancestors
            ],
            "made_from_it": [each.as_dict() for each in self.made_from_it],
            "overtaken": {
                name: {**each.as_dict(), "ratio": (ratio := ratios[name]) and ratio.as_dict()}
                for name, each in self.overtaken.items()
            },
            "missing": list(self.missing),
            "sources": [
                {"id": each.id, "citation": each.citation, "licence": each.licence}
                for each in self.sources
            ],
        }


def life(
    model: str,
    pieces: Iterable[Piece],
    method: Method,
    draws: Draws,
    shares: Mapping[str, float] | None = None,
) -> Life:
    """Add up a model's life.

    Parameters
    ----------
    model : str
        Its name.
    pieces : iterable of Piece
        Work of it, of what it was made from, and of what was made from it; of two with one id one
        is left out, and none is a part of another.
    method : Method
        The rules.
    draws : Draws
        The realisations; what pieces share is one unknown in all of them.
    shares : mapping of str to float, optional
        By model that others were made from, the part of its making that goes with each of them.

    Raises
    ------
    UsageError
        If nothing of the model is on record, or its lineage cannot be.
    MethodError
        If the method is not defined for a stage of it.
    """
    given = list(pieces)
    every = sorted({piece.id: piece for piece in given}.values(), key=lambda piece: piece.id)
    if not any(piece.model == model for piece in every):
        raise UsageError(f"nothing of {model} is on record", "MODEL", _known(every))
    known = links(every, shares or {})
    book = _Book(method, draws)
    lineage = ancestors(model, known)
    own = _own_lines(model, every, book)
    makers = [own[kind] for kind in Kind if kind in own and kind in MAKING]
    makers += _inherited(lineage, every, book)
    users = [own[Kind.INFERENCE]] if Kind.INFERENCE in own else []
    lines = [*makers, *users, *([own[Kind.UNTOLD]] if Kind.UNTOLD in own else [])]
    return Life(
        model=model,
        method=method,
        lines=tuple(lines),
        whole=_sum("whole", model, lines),
        making=_sum("making", model, makers),
        inference=_sum("inference", model, users),
        ancestors=lineage,
        made_from_it=_descendants(model, every, known, method, draws),
        overtaken={name: each.overtaken() for name, each in book.timelines.items()},
        missing=(*_twice(given), *_missing(model, lines, lineage, book, known)),
        sources=tuple(book.sources),
    )


class _Book:
    """Works pieces out, and keeps what they tell: notes, sources, days."""

    def __init__(self, method: Method, draws: Draws) -> None:
        self.method = method
        self.draws = draws
        self.notes: dict[str, None] = {}
        self.sources: dict[Source, None] = {}
        self.timelines = {name: Timeline() for name in ("energy", "carbon")}

    def enter(self, line: Line, pieces: Sequence[Piece], *, dated: bool = True) -> None:
        """Work pieces out, and add them to their line and to their days.

        Those of one pattern on the same days are added up before anything is drawn.
        """
        line.take(pieces)
        together: dict[object, list[Piece]] = {}
        for piece in pieces:
            together.setdefault((days_of(piece), piece.kind in MAKING), []).append(piece)
        for alike in together.values():
            inventories = [portion(piece.inventory, line.share) for piece in alike]
            for group in groups_for(inventories, self.method):
                amounts = self._worked_out(group.inventory)
                line.add(amounts, group.entries)
                if dated and alike[0].kind is not Kind.UNTOLD:
                    self._date(alike[0], amounts)

    def _worked_out(self, inventory: Inventory) -> dict[str, Amount | None]:
        account = work_out(inventory, self.method, self.draws)
        self.notes.update(dict.fromkeys((*inventory.missing, *account.missing)))
        self.sources.update(dict.fromkeys(factor.source for factor in account.uses))
        return {name: getattr(account, name) for name in QUANTITIES}

    def _date(self, piece: Piece, amounts: Mapping[str, Amount | None]) -> None:
        for name, timeline in self.timelines.items():
            amount = amounts[name]
            if amount is not None:
                timeline.add(piece, amount.figures, making=piece.kind in MAKING)


def _own_lines(model: str, every: Sequence[Piece], book: _Book) -> dict[Kind, Line]:
    pieces: dict[Kind, list[Piece]] = {}
    for piece in every:
        if piece.model == model:
            pieces.setdefault(piece.kind, []).append(piece)
    lines = {kind: Line(kind.value, model) for kind in pieces}
    for kind, line in lines.items():
        book.enter(line, pieces[kind])
    return lines


def _inherited(lineage: Sequence[Ancestor], every: Sequence[Piece], book: _Book) -> list[Line]:
    """Give the part of the making of each ancestor whose share is known."""
    lines = []
    for each in lineage:
        if not each.share:
            continue
        made = [piece for piece in every if piece.model == each.model and piece.kind in MAKING]
        if made:
            lines.append(Line(f"{each.relation} {each.model}", each.model, each.share))
            book.enter(lines[-1], made)
    return lines


def _descendants(
    model: str,
    every: Sequence[Piece],
    known: Mapping[str, Mapping[str, object]],
    method: Method,
    draws: Draws,
) -> tuple[Line, ...]:
    """Give the own work of the models that were made from it, beside its life."""
    aside = _Book(method, draws)
    pieces: dict[str, list[Piece]] = {}
    for piece in every:
        if model in known.get(piece.model, {}):
            pieces.setdefault(piece.model, []).append(piece)
    lines = {name: Line(name, name) for name in pieces}
    for name, line in lines.items():
        aside.enter(line, pieces[name], dated=False)
    return tuple(lines.values())


def _sum(name: str, model: str, lines: Sequence[Line]) -> Line:
    """Add lines up; the sum of what is shown is what is shown as the sum."""
    amounts = {each: total(line.amounts.get(each) for line in lines) for each in QUANTITIES}
    pieces = [each for line in lines for each in line.pieces]
    return Line(name, model, 1.0, pieces, {each for line in lines for each in line.works}, amounts)


def _twice(given: Sequence[Piece]) -> Iterator[str]:
    """Tell what was given more than once, since two pieces of work may be told alike."""
    for key, times in Counter(piece.id for piece in given).items():
        if times > 1:
            name = next(piece.inventory.name for piece in given if piece.id == key)
            yield (
                f"twice: {name or key} was given {times} times, word by word, and counts once; if "
                "these were several pieces of work, name them apart"
            )


def _missing(
    model: str,
    lines: Sequence[Line],
    lineage: Sequence[Ancestor],
    book: _Book,
    known: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    told = [note for line in lines for note in line.notes()]
    counted = {line.model for line in lines}
    for each in lineage:
        if each.share is None:
            told.append(
                f"lineage: {model} was made from {each.model} ({each.relation}), and how much of "
                f"its making goes with it is not stated: none is counted (--share {each.model}=…)"
            )
        elif each.share and each.model not in counted:
            told.append(f"lineage: nothing of the making of {each.model} is on record")
    told += given_away({key: dict(value) for key, value in known.items()},
                       [model, *(each.model for each in lineage)])  # fmt: skip
    if any(line.name == Kind.UNTOLD for line in lines):
        told.append("stage: work that states none counts in the whole, not as making or inference")
    return [*told, *gathered([tuple(book.notes)])]


def _known(every: Sequence[Piece]) -> str:
    names = sorted({piece.model for piece in every} - {""})
    if not names:
        return "run work with --model NAME, or give account files that say model: NAME"
    return f"known are {', '.join(names[:5])}"
