"""Published figures, worked out again from their own inputs."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.statement import state
from submeter.accounts.account_file import account_file
from submeter.errors import UsageError
from submeter.literature.arithmetic import CALLS
from submeter.literature.cases import papers
from submeter.quantities.parsing import UNITS
from submeter.runs.methods import all_methods

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from submeter.literature.cases import Case

_BINARY = 1e-9
"""Part of a figure by which binary arithmetic may miss an exact one."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A published figure beside the recomputed one.

    Parameters
    ----------
    case : Case
        What was published.
    recomputed : float
        In the unit of the case.
    """

    case: Case
    recomputed: float

    @property
    def ratio(self) -> float:
        """Recomputed over published."""
        return self.recomputed / self.case.value

    @property
    def agrees(self) -> bool:
        """Whether it lies within the rounding of what was printed."""
        allowed = self.case.within + _BINARY * abs(self.case.value)
        return abs(self.recomputed - self.case.value) <= allowed

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        names = ("id", "paper", "where", "unit", "status", "note")
        return {
            **{name: getattr(self.case, name) for name in names},
            "published": self.case.value,
            "within": self.case.within,
            "recomputed": self.recomputed,
            "ratio": self.ratio,
            "agrees": self.agrees,
        }


def reproduced(case: Case) -> Reproduction:
    """Work a case out again."""
    if case.account is None:
        return Reproduction(case, float(CALLS[case.read](**case.inputs)))
    told = account_file(case.account)
    statement = state(told.inventory, find(told.method, all_methods()), Draws())
    quantity = _read(statement.as_dict(), case.read)
    size = UNITS[quantity["unit"]].size / UNITS[case.unit].size
    return Reproduction(case, quantity["value"] * size)


def _read(statement: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    found: Any = statement
    for name in path.split("."):
        found = found[name]
    return dict(found)


def chosen(name: str | None) -> tuple[Case, ...]:
    """Give the cases of a name: a paper's, one, or all.

    Raises
    ------
    UsageError
        If there is none, with the closest names.
    """
    every = [case for paper in papers() for case in paper.cases]
    found = [case for case in every if name in {None, case.paper, case.id}]
    if not found and name is not None:
        known = dict.fromkeys(_names(every))
        close = get_close_matches(name, known, 3, 0.5) or [key for key in known if name in key][:3]
        fix = f"did you mean {', '.join(close)}?" if close else "see: submeter reproduce"
        raise UsageError(f'nothing published is called "{name}" here', fix=fix)
    return tuple(found)


def _names(cases: Iterable[Case]) -> Iterable[str]:
    for case in cases:
        yield case.paper
        yield case.id
