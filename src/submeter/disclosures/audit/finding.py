"""`Finding`: one thing that an audit has to say of a claim."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """The claim contradicts its own inputs, or what is possible."""
    WARNING = "warning"
    """It may be right, but only if something that it does not say is so."""
    NOTE = "note"
    """Something could not be checked, or a reader should know."""


ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


class Figure(NamedTuple):
    """A number as it is told.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        As the document writes it.
    """

    value: float
    unit: str

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        finite = math.isfinite(self.value)  # JSON has no other numbers
        return {"value": self.value if finite else None, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Parameters
    ----------
    rule : str
        Id of the rule, as on the page of rules.
    severity : Severity
        How much it weighs.
    where : str
        The claim's id, or its place in the document.
    claimed, recomputed : Figure or None
        What was printed, and what follows from the inputs; None where the rule compares none.
    cause : str
        What most likely happened, or what is asked for.
    arithmetic : str
        How the recomputed figure came about.
    document : str
        The file.
    """

    rule: str
    severity: Severity
    where: str
    claimed: Figure | None
    recomputed: Figure | None
    cause: str
    arithmetic: str = ""
    document: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "where": self.where,
            "claimed": self.claimed.as_dict() if self.claimed else None,
            "recomputed": self.recomputed.as_dict() if self.recomputed else None,
            "cause": self.cause,
            "arithmetic": self.arithmetic,
            "document": self.document,
        }
