"""What a case's stand-in hardware is, and what it truly draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from submeter.lab.processors import MILLIONTHS
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

JOULE = 1e6


class Fault(NamedTuple):
    """What goes wrong, and when.

    Parameters
    ----------
    kind : str
        Of a board: ``lost``, ``reset``, ``jump``; of a zone: ``vanish``, ``restart``.
    after : float
        How long after the first window begins [s].
    """

    kind: str
    after: float


@dataclass(frozen=True, slots=True)
class Boards:
    """NVIDIA boards.

    Parameters
    ----------
    draws : Waveform
        What each draws.
    count : int
        How many.
    options : mapping of str to str
        More of what ``nvml.c`` is told, such as ``{"REFRESH": "100"}``.
    fault : Fault or None
        What goes wrong.
    tells_use : bool
        Whether the driver tells what each process computes.
    """

    draws: Waveform
    count: int = 1
    options: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    tells_use: bool = True

    def truth(self, part: str, span: Span) -> float:
        """Give the energy [J] of a part within `span`."""
        return self.count * self.draws.energy(span) / JOULE if part in ("gpu", "whole") else 0.0

    def environment(self, begin: int) -> dict[str, str]:
        """Give the variables that tell the library of them; windows begin at `begin` [ns]."""
        steps = [
            f"{power / JOULE:.6g}:{length / NANOSECONDS_PER_SECOND:.6g}"
            for length, power in self.draws.steps
        ]
        told = {"BOARDS": str(self.count), "WAVE": ",".join(steps), "FIELDS": "instant,average"}
        told |= self.options
        if self.fault is not None:
            at = begin / NANOSECONDS_PER_SECOND + self.fault.after
            calls = ["nvmlDeviceGetTotalEnergyConsumption"]
            if self.fault.kind == "lost":
                calls += ["nvmlDeviceGetPowerUsage", "nvmlDeviceGetFieldValues"]
            told["FAULTS"] = ";".join(f"{self.fault.kind}@{call}#t{at:.3f}" for call in calls)
        return {f"FAKE_NVML_{name}": text for name, text in told.items()}


class ZoneOf(NamedTuple):
    """A zone of a powercap tree.

    Parameters
    ----------
    folder, name, draws
        See `submeter.lab.powercap.Tree.add`.
    part : str
        What asks for it: ``cpu``, ``dram``; empty for a duplicate, which draws nothing more.
    wraps : float
        How long after the first window begins its counter wraps [s]; 0 for never.
    fault : Fault or None
        What goes wrong.
    """

    folder: str
    name: str
    draws: Waveform
    part: str
    wraps: float = 0.0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Zones:
    """A powercap tree.

    Parameters
    ----------
    zones : tuple of ZoneOf
        Its zones.
    whole : str
        The part that holds all the others; empty if none does.
    """

    zones: tuple[ZoneOf, ...]
    whole: str = ""

    def truth(self, part: str, span: Span) -> float:
        """Give the energy [J] of a part within `span`."""
        wanted = (part,) if part != "whole" else (self.whole,) if self.whole else ("cpu", "dram")
        return sum(each.draws.energy(span) for each in self.zones if each.part in wanted) / JOULE


@dataclass(frozen=True, slots=True)
class Server:
    """Processors that draw by a law of their load.

    Parameters
    ----------
    busy : float
        Share of the hardware threads that are busy, 0 to 1.
    threads : int
        How many there are.
    metered : bool
        Whether what they draw is asked for; without, their load alone is told.

    Notes
    -----
    ``P(u) = n L (i + (1 - i) f(u))`` with f straight through 0, (0.5, 0.55) and 1: the half-used
    server draws 55 % of its range, as published servers draw 40 to 70 %
    (docs/reference/models/cpu-load-curve.md).
    """

    busy: float
    threads: int
    metered: bool = True

    @property
    def load(self) -> Waveform:
        """How many threads are busy, for `submeter.lab.processors.Processors`."""
        return Waveform(((NANOSECONDS_PER_SECOND, round(self.busy * self.threads * MILLIONTHS)),))

    @property
    def power(self) -> float:
        """What they draw [W]."""
        share = self.busy * 1.1 if self.busy < _HALF else 0.55 + (self.busy - _HALF) * 0.9
        return self.full * (_IDLE + (1 - _IDLE) * share)

    @property
    def full(self) -> float:
        """What they draw at full load [W]."""
        return self.threads * _THREAD

    def truth(self, part: str, span: Span) -> float:
        """Give the energy [J] of a part within `span`."""
        return self.power * span.seconds if self.metered and part in ("cpu", "whole") else 0.0


_HALF = 0.5
_IDLE = 0.15
_THREAD = 3.0
"""Watts of a busy thread, and the part of full power that an idle server draws: round numbers
near the middle of what servers are published to draw (the same page)."""
