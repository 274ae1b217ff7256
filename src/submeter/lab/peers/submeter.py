"""Submeter itself: `submeter.measure`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from submeter.lab.peers.booked import figures, told
from submeter.lab.peers.meter import Meter, Told


class Submeter(Meter):
    """`submeter.measure`."""

    package = "submeter"

    def prepare(self) -> None:
        """Import it; sensors are found when the first window opens."""
        self._measure = import_module("submeter").measure
        self._window: Any = None
        self._opened: Any = None

    def begin(self) -> None:
        """Open a window."""
        self._opened = self._measure("lab")
        self._window = self._opened.__enter__()

    def end(self) -> tuple[int, int]:
        """Close it."""
        self._opened.__exit__(None, None, None)
        span = self._window.span
        return span.start, span.end

    def told(self) -> Told:
        """Give devices as metered, or what is charged to this process, as was asked."""
        self._window.wait(60.0)
        asked = self.task["asked"]
        return told(self._window.bookings, lambda each: figures(each, asked))
