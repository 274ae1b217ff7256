"""From whose side an account is made: books of the GHG Protocol, scores of SCI for AI.

The same work stands in other scopes of who runs the machines, of who buys the service and of who
sold the model; and in one of two scores, of who uses a model and of who makes it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from submeter.accounting.methods.standards import SCI_AI_CONSUMER, SCI_AI_PROVIDER
from submeter.accounting.scopes import Reporter
from submeter.errors import UsageError

SCORES = MappingProxyType({"consumer": SCI_AI_CONSUMER.id, "provider": SCI_AI_PROVIDER.id})
"""The roles of SCI for AI, and the method by which the score of each is worked out."""

ROLES = (*(each.value for each in Reporter), *SCORES)
"""Every role that can be told."""


class Viewpoint(NamedTuple):
    """From whose side an account is made.

    Parameters
    ----------
    reporter : Reporter
        In whose books the parts stand.
    method : str
        Id of the method that goes with the role; empty where none does.
    """

    reporter: Reporter = Reporter.OPERATOR
    method: str = ""


def viewpoint(role: str, method: str = "", where: str = "role") -> Viewpoint:
    """Read a role.

    Parameters
    ----------
    role : str
        One of `ROLES`; empty for the operator's books, by any method.
    method : str
        Id of the method that is named beside it; empty where none is.
    where : str
        The field or option that it was told in, for the error.

    Raises
    ------
    UsageError
        If there is no such role, or it goes with another method than the one that is named.

    Examples
    --------
    >>> viewpoint("provider").method
    'sci-ai-provider'
    """
    if not role:
        return Viewpoint()
    if role in SCORES:
        score = SCORES[role]
        if method not in {"", score}:
            what = f"the role {role} is of SCI for AI, and the method that is named is {method}"
            raise UsageError(what, where, f"leave out one of them, or name {score}")
        return Viewpoint(method=score)
    if role not in list(Reporter):
        raise UsageError(f'there is no role "{role}"', where, f"one of {', '.join(ROLES)}")
    return Viewpoint(Reporter(role))
