"""Published cases: what a paper says, and the account or the call that must give it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from submeter.accounts.document import read_document

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Case:
    """One published figure.

    Parameters
    ----------
    id, paper : str
        Its name, and that of its paper.
    where : str
        Table or section.
    value : float
        What was published, in `unit`.
    unit : str
        Its unit.
    within : float
        How far a recomputed value may lie from it, in `unit`: the rounding of what was printed.
    read : str
        The field of the statement that must give it, such as ``carbon.total``; or the name of a
        call of `literature.arithmetic`.
    account : mapping or None
        The account file; None where it is a call.
    inputs : mapping
        The inputs of the call.
    status : str
        ``match``, or ``consistency`` where an input is implied by siblings of the figure.
    note : str
        What a reader must know.
    """

    id: str
    paper: str
    where: str
    value: float
    unit: str
    within: float
    read: str
    account: Mapping[str, Any] | None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    status: str = "match"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication with its cases."""

    id: str
    citation: str
    url: str
    cases: tuple[Case, ...]


@lru_cache(maxsize=1)
def papers() -> tuple[Paper, ...]:
    """Give every paper, in the order of its name."""
    return tuple(_paper(read_document(path)) for path in sorted(DATA.glob("*.yaml")))


def _paper(content: Mapping[str, Any]) -> Paper:
    cases = tuple(_case(each, content["id"]) for each in content["cases"])
    return Paper(content["id"], content["citation"], content["url"], cases)


def _case(content: Mapping[str, Any], paper: str) -> Case:
    value, tolerance = float(content["published"]["value"]), content["tolerance"]
    relative = tolerance.get("relative")
    return Case(
        id=content["id"],
        paper=paper,
        where=content["where"],
        value=value,
        unit=content["published"]["unit"],
        within=abs(value) * relative if relative is not None else float(tolerance["within"]),
        read=content.get("read") or content["call"],
        account=content.get("account"),
        inputs=content.get("inputs", {}),
        status=content.get("status", "match"),
        note=content.get("note", ""),
    )
