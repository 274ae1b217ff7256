"""Whose life the work of an account file is part of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.accounts.fields import Fields

FIELDS = ("model", "parent", "purpose")
PARENT = ("model", "share")


class Belonging(NamedTuple):
    """What ties work to a model's life.

    Parameters
    ----------
    model : str
        The model at work; empty where none is named.
    parent : str
        The model that it was made from: its teacher where the work is distillation, else its base.
    share : float or None
        The part of the parent's making that goes with it, 0 to 1; None where none is stated.
    purpose : str
        What the work was for: ``development`` and ``failed`` are told apart.
    """

    model: str = ""
    parent: str = ""
    share: float | None = None
    purpose: str = ""


def belonging(fields: Fields) -> Belonging:
    """Read what ties an account to a model's life.

    Raises
    ------
    UsageError
        If a parent has no name, or a share is not between 0 and 1.
    """
    parent = fields.section("parent", PARENT)
    share = parent.number("share", "ratio")
    if "parent" in fields and not parent.text("model"):
        raise UsageError("the parent has no name", parent.where, "write parent: {model: NAME}")
    if share is not None and not 0 <= share <= 1:
        what = f"a share of {share:g} of the parent's making is not between 0 and 1"
        raise UsageError(what, parent.at("share"))
    return Belonging(fields.text("model"), parent.text("model"), share, fields.text("purpose"))
