"""The lab's powercap tree, with zones of a power that never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.lab import powercap
from submeter.lab.device import Device
from submeter.lab.powercap import WRAP
from submeter.lab.waveform import flat

if TYPE_CHECKING:
    from pathlib import Path

    from submeter.lab.clock import VirtualClock


class Powercap(powercap.Tree):
    """A tree that goes with a virtual clock."""

    def __init__(self, root: Path, clock: VirtualClock) -> None:
        super().__init__(root, clock.now)
        self.clock = clock
        clock.each_time(self.show)

    def zone(
        self, folder: str, name: str, watts: float = 0.0, wrap: int = WRAP, counter: int = 0
    ) -> powercap.Zone:
        return self.add(folder, name, Device(flat(watts), wrap=wrap), counter)

    def forward(self, seconds: float) -> None:
        self.clock.forward(seconds)
