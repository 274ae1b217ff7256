"""Reasoning: which efforts can be had, and what each costs at one budget and at free length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.benchmarks.backend import Loaded


FLAG = "--effort"
"""Where an effort that cannot be done is told, whoever tells it."""


@runtime_checkable
class Reasoner(Protocol):
    """A loaded model that knows which efforts it can do."""

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort, in words; empty if it can."""
        ...


def refuse_effort(loaded: Loaded, effort: str) -> None:
    """Refuse an effort that would change nothing: its energy would be that of another.

    Raises
    ------
    UsageError
        If the model tells that it cannot do it.
    """
    why = loaded.cannot(effort) if effort and isinstance(loaded, Reasoner) else ""
    if why:
        raise UsageError(why, f"{FLAG} {effort}", "leave it out")
