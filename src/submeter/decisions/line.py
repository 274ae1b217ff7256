"""`Line`: pieces of work added up, in every realisation at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from submeter.accounting.amount import total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.accounting.amount import Amount
    from submeter.decisions.piece import Piece
    from submeter.quantities.estimate import Estimate

QUANTITIES = {"energy": "kWh", "carbon": "kgCO2e", "water": "L"}
"""What is added up, and in which unit."""


@dataclass(slots=True)
class Line:
    """Pieces of work added up, in every realisation.

    Parameters
    ----------
    name : str
        What they are.
    model : str
        Whose they are.
    share : float
        The part of them that is counted, 0 to 1.
    pieces : list of str
        Their ids.
    works : set of str
        The pieces of work that they are parts of: a job on many ranks is one.
    amounts : mapping of str to (Amount or None)
        By quantity; None where it is known of none of them.
    """

    name: str
    model: str
    share: float = 1.0
    pieces: list[str] = field(default_factory=list)
    works: set[str] = field(default_factory=set)
    amounts: dict[str, Amount | None] = field(default_factory=dict)
    lacking: Counter[str] = field(default_factory=Counter)

    def take(self, pieces: Sequence[Piece]) -> None:
        """Name the pieces that it is of."""
        self.pieces += [piece.id for piece in pieces]
        self.works.update(piece.work or piece.id for piece in pieces)

    def add(self, amounts: Mapping[str, Amount | None], pieces: int) -> None:
        """Add what a number of them came to."""
        for name, amount in amounts.items():
            self.amounts[name] = total((self.amounts.get(name), amount))
            self.lacking[name] += pieces * (amount is None)

    def estimate(self, quantity: str) -> Estimate | None:
        """Give a quantity with its interval; None where it is not known."""
        amount = self.amounts.get(quantity)
        return amount.estimate(QUANTITIES[quantity]) if amount is not None else None

    def notes(self) -> list[str]:
        """Tell what is not known of some of them."""
        count = len(self.pieces)
        return [
            f"{name}: not known of {lacking} of {count} pieces of {self.name}; the others' sum"
            for name, lacking in self.lacking.items() if 0 < lacking < count
        ]  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        found = {name: self.estimate(name) for name in QUANTITIES}
        return {
            "name": self.name,
            "model": self.model,
            "share": self.share,
            "count": len(self.works),
            "pieces": list(self.pieces),
            **{name: each and each.as_dict() for name, each in found.items()},
        }
