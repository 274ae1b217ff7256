"""The meter around a benchmark: this process, or the server that does the work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from submeter.benchmarks.thermometer import Thermometer
from submeter.errors import UsageError
from submeter.quantities.clock import Span
from submeter.runs.calibration import known
from submeter.runs.rig import Rig
from submeter.sensing.metering.meter import SystemClock
from submeter.sensing.metering.reader import Needed
from submeter.sensing.probes.processes import ProcessTree

if TYPE_CHECKING:
    from submeter.runs.books import Evidence
    from submeter.runs.host import Host
    from submeter.runs.settings import Settings

HUNG = 2.0
"""A source that has not answered for this long [s] is no longer waited for."""


class BenchMeter:
    """Meters one process tree, and keeps all that was read since it began.

    Parameters
    ----------
    settings : Settings
        Settings in force.
    pid : int or None
        Root of the tree that does the work; None: this process.

    Raises
    ------
    UsageError
        If there is no such process.

    Attributes
    ----------
    thermometer : Thermometer
        How hot and how fast the boards are that it meters.
    """

    def __init__(self, settings: Settings, pid: int | None = None) -> None:
        self.clock = SystemClock()
        try:
            tree = ProcessTree(pid or os.getpid())
        except (OSError, ValueError) as error:
            fix = "see that the server runs on this machine, and name its process"
            raise UsageError("there is no such process", f"pid {pid}", fix) from error
        self.start = self.clock.now()
        self._rig = Rig(settings, self.clock, tree, self._needed, known(settings))
        self._rig.meter.start()
        self._late = self._rig.meter.wait(self._rig.meter.mark(), HUNG)
        self.thermometer = Thermometer(self._rig.found.sensors, HUNG)
        self.start = self.clock.now()

    def _needed(self) -> Needed:
        return Needed((self.start,), self.start)

    @property
    def host(self) -> Host:
        """The machine."""
        return self._rig.host

    @property
    def cpu(self) -> int:
        """CPU time [ns] that metering took so far."""
        return self._rig.meter.cpu

    def read(self) -> tuple[Evidence, int, tuple[str, ...]]:
        """Read now; gives all that was seen since the start, up to when [ns], and what was not."""
        mark = self._rig.meter.mark()
        late = self._rig.meter.wait(mark, HUNG, settled=True)
        seen = self._rig.evidence(Span(self.start, mark.instant))
        told = [
            f"{name}: no answer for {HUNG:.0f} s" for name in dict.fromkeys((*self._late, *late))
        ]
        return seen, mark.instant, tuple(dict.fromkeys((*told, *self._rig.missing(seen))))

    def close(self) -> None:
        """End metering."""
        self._rig.close()


ELSEWHERE = (
    "energy: the server runs on another machine, where this one reads no meter: run the benchmark "
    "there, or name its process if it runs here (--option pid=…)"
)


class BlindMeter:
    """Stands where there is nothing to be read: time passes, and no energy is told.

    Parameters
    ----------
    host : Host
        The machine that asks.
    """

    cpu = 0

    def __init__(self, host: Host) -> None:
        self.clock = SystemClock()
        self.start = self.clock.now()
        self.host = host
        self.thermometer = Thermometer((), HUNG)

    def read(self) -> tuple[None, int, tuple[str, ...]]:
        """Give nothing, the time [ns], and why."""
        return None, self.clock.now(), (ELSEWHERE,)

    def close(self) -> None:
        """Do nothing."""
