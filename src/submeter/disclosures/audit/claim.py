"""`Claim`: what a document says, and what it says that it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.disclosures.audit.finding import Finding
    from submeter.disclosures.audit.quantity import Quantity

LOOSE = "loose"
"""Flag of a claim that was read from sentences, which leave much unsaid."""
BESIDE = "beside"
"""Flag of a claim whose inputs stand beside it in a table, and are not said to be its inputs."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed figure.

    Parameters
    ----------
    id : str
        Its id, or its place in the document.
    claimed : Quantity or None
        The figure; None where the document gives inputs alone.
    inputs : tuple of Quantity
        What it was made from, as far as the document says.
    method : str
        A method's id, ``energy``, ``water``, or empty.
    texts : mapping of str to str
        What is said in words: device, region, stage, model.
    flags : frozenset of str
        What is said with yes: ``included`` (the energy holds the facility), ``market``, `LOOSE`.
    document : str
        The file.
    unread : tuple of str
        Inputs that were not understood.
    readings : tuple of tuple of Quantity
        Other inputs that it may have been made from, where the document leaves that open.
    """

    id: str
    claimed: Quantity | None
    inputs: tuple[Quantity, ...] = ()
    method: str = ""
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()
    document: str = ""
    unread: tuple[str, ...] = ()
    readings: tuple[tuple[Quantity, ...], ...] = ()

    def of(self, *roles: str) -> tuple[Quantity, ...]:
        """Give the inputs of some roles."""
        return tuple(each for each in self.inputs if each.role in roles)

    def groups(self) -> tuple[Claim, ...]:
        """Give the claim once for each entry of its lists, with what stands beside them."""
        numbers = dict.fromkeys(each.group for each in self.inputs if each.group)
        return tuple(
            replace(self, inputs=tuple(each for each in self.inputs if each.group in {0, number}))
            for number in numbers
        )

    def one(self, role: str) -> Quantity | None:
        """Give the input of a role; None where there is none, or are several."""
        found = self.of(role)
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Document:
    """What was read from a file.

    Parameters
    ----------
    name : str
        The file.
    kind : str
        What it was taken for.
    claims : tuple of Claim
        Its claims, in its order.
    findings : tuple of Finding
        What the reader itself has to say of it.
    """

    name: str
    kind: str
    claims: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = field(default_factory=tuple)
