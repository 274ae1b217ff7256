"""The meters that the lab asks, each driven by its public interface as its own example does it.

`submeter.lab.guest` lends this package to whichever Python has the meter: it imports the standard
library alone, and a meter when that is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.lab.peers.carbontracker import CarbonTracker
from submeter.lab.peers.codecarbon import CodeCarbon
from submeter.lab.peers.meter import Meter
from submeter.lab.peers.pyjoules import PyJoules
from submeter.lab.peers.submeter import Submeter
from submeter.lab.peers.zeus import Zeus

if TYPE_CHECKING:
    from collections.abc import Mapping

METERS: Mapping[str, type[Meter]] = {
    "none": Meter,
    "submeter": Submeter,
    "codecarbon": CodeCarbon,
    "zeus": Zeus,
    "carbontracker": CarbonTracker,
    "pyjoules": PyJoules,
}
"""Every meter by its name; ``none`` is the bare program, whose instants alone are told."""
