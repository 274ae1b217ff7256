"""A case: hardware, windows, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.hardware import Server
from submeter.lab.scenes import Metered, Shared

if TYPE_CHECKING:
    from submeter.lab.hardware import Boards, Zones
    from submeter.quantities.clock import Span


class Asked(StrEnum):
    """Whose energy is asked for."""

    DEVICE = "device"
    """What the device drew."""
    PROCESS = "process"
    """What is charged to the measured process, which sleeps."""
    RANKS = "ranks"
    """What is charged to several processes, added up."""
    SHARES = "shares"
    """What is charged to the measured work, to the others, and both with what is left over."""


class WindowOf(NamedTuple):
    """A window: a pause before it and its length [s]."""

    pause: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Case:
    """A question to which the answer is known.

    Parameters
    ----------
    name, title : str
        As it is chosen; what it is in one line.
    hardware : Boards or Zones or Server or Scene
        What draws; a scene is on the virtual clock.
    windows : tuple of WindowOf
        One after another.
    parts : tuple of str
        The parts that are asked for: ``gpu``, ``cpu``, ``dram``, ``whole``.
    asked : Asked
        Whose energy.
    warm : float
        Before the windows a first one of so many seconds is open, which does not count: as in a
        program that has been measured for a while. 0 for the first window of a program.
    ranks : int
        How many processes measure at once.
    smi : bool
        Whether ``nvidia-smi`` is on PATH.
    seen : float
        The least share of the time that a meter must have seen; lower for the first window of a
        program, and where the device fails.
    partly : bool
        Whether a part cannot be seen, because the device fails or the meter is just starting: the
        truth is then that of the time that the meter says it saw.
    server : Server or None
        Load of the processors beside it.
    by_run : bool
        Whether ``submeter run`` is asked too.
    every : float
        The heartbeat of Submeter's reader on the virtual clock [s].
    untold : tuple of str
        Parts that cannot be read: told as absent, never as a number.
    limit : str
        Why no meter that reads this device can know the truth; the case is shown, and fails nobody.
    """

    name: str
    title: str
    hardware: Boards | Zones | Server | Metered | Shared
    windows: tuple[WindowOf, ...] = (WindowOf(0.0, 5.0),)
    parts: tuple[str, ...] = ("gpu",)
    asked: Asked = Asked.DEVICE
    warm: float = 1.0
    ranks: int = 1
    smi: bool = True
    seen: float = 0.9
    partly: bool = False
    server: Server | None = None
    by_run: bool = False
    every: float = 1.0
    untold: tuple[str, ...] = ()
    limit: str = ""

    @property
    def load(self) -> Server | None:
        """The load of the processors, if it is synthetic."""
        return self.hardware if isinstance(self.hardware, Server) else self.server

    @property
    def scene(self) -> Metered | Shared | None:
        """Its hardware, if that is on the virtual clock: hours take no time, Submeter is alone."""
        return self.hardware if isinstance(self.hardware, (Metered, Shared)) else None

    @property
    def seconds(self) -> float:
        """How long it takes from its first window on [s]."""
        return sum(pause + seconds for pause, seconds in self.windows)

    def truth(self, part: str, span: Span) -> float:
        """Give the energy [J] that a part of the hardware drew within `span` [ns]."""
        return self.hardware.truth(part, span)
