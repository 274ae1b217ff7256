"""How hot and how fast accelerators are: asked in pauses, of drivers that may never answer."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HELD = (".held_for_power", ".held_for_heat")
"""Ends of the names of what is counted [s], and told from the first answer on."""


@runtime_checkable
class TellsConditions(Protocol):
    """A sensor whose devices tell how they fare."""

    def conditions(self) -> Mapping[str, float]:
        """Give temperature [°C], clock [MHz] and what else is told; what is not told is absent."""
        ...


class Thermometer:
    """Asks sensors on a thread of its own, which is left behind if a driver hangs.

    While one has not answered it is not asked again: what it would tell is absent.

    Parameters
    ----------
    sensors : iterable
        Those of the meter; who tells nothing of the kind is passed over.
    patience : float
        How long an answer is waited for [s].
    """

    def __init__(self, sensors: Iterable[object], patience: float) -> None:
        self._sensors = [each for each in sensors if isinstance(each, TellsConditions)]
        self._patience = patience
        self._asking: threading.Thread | None = None
        self._deadline = 0.0
        self._found: dict[str, float] = {}
        self._first: dict[str, float] = {}

    def ask(self) -> None:
        """Begin to ask; the answer is waited for later."""
        # An answer that comes late goes where nobody looks any more.
        found: dict[str, float] = {}
        self._found = found
        if not self._sensors or (self._asking is not None and self._asking.is_alive()):
            return
        self._deadline = time.monotonic() + self._patience
        self._asking = threading.Thread(
            target=self._hear, args=(found,), name="submeter-conditions", daemon=True
        )
        self._asking.start()

    def _hear(self, found: dict[str, float]) -> None:
        told: dict[str, float] = {}
        for each in self._sensors:
            # What a stranger's sensor says beside its energy must not end a run.
            with suppress(Exception):
                told.update(each.conditions())
        # At once, so that who waited in vain finds nothing and not a part.
        found.update(told)

    def answer(self) -> dict[str, float]:
        """Give what was told; empty if it was not in time."""
        if self._asking is None:
            return {}
        self._asking.join(max(0.0, self._deadline - time.monotonic()))
        found = dict(self._found)
        if not self._first:
            self._first = {name: told for name, told in found.items() if name.endswith(HELD)}
        return _since(self._first, found)


def _since(first: Mapping[str, float], found: Mapping[str, float]) -> dict[str, float]:
    """Count what is counted from its first number on; a counter that began anew tells nothing."""
    told = {}
    for name, value in found.items():
        if not name.endswith(HELD):
            told[name] = value
        elif name in first and value >= first[name]:
            told[name] = value - first[name]
    return told
