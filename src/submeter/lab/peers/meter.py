"""What is asked of a meter, whichever it is."""

from __future__ import annotations

from typing import Any

Told = dict[str, dict[str, float]]
"""By component, the energy [J]; ``low``, ``high`` and ``coverage`` where the meter tells them."""

JOULES_PER_KWH = 3.6e6
MILLIJOULES, MICROJOULES = 1e3, 1e6


class Meter:
    """No meter: the bare program, whose instants alone are told."""

    package = ""
    again = True
    """Whether one program can open several windows."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task

    def prepare(self) -> None:
        """Import what measures, and set it up."""

    def begin(self) -> None:
        """Begin a window."""

    def end(self) -> tuple[int, int] | None:
        """End it; gives its instants [ns] if the meter tells them."""

    def told(self) -> Told:
        """Give what the window that ended last drew; waits for it."""
        return {}
