"""The rules for what is shared by use: who drew the energy of a processor, of memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from submeter.attribution.apportion import apportion
from submeter.attribution.attribution import Shares
from submeter.quantities.clock import NANOSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.quantities.clock import Span
    from submeter.quantities.cumulative import Cumulative


@dataclass(frozen=True, slots=True)
class CapacityShare:
    """Energy by the part of a resource that was used; the unused part's energy is idle.

    ``workload = E·c/K``, ``others = E·(b - c)/K``, ``idle = E·(K - b)/K`` with `c` the
    workload's use, `b` everybody's, and `K` what there was. Right for memory, whose power does
    not depend on use; for a processor whose idle power is not known it is the only rule that
    needs no further figure, and it undercharges a lone busy core.

    Parameters
    ----------
    own, everyone : Cumulative
        Use by the workload and by all, in one unit (CPU ns, or B·s).
    per_second : int
        What there is to use in a second, in that unit.
    resource : str
        ``cpu-time`` or ``memory-held``.
    """

    is_even: ClassVar[bool] = False

    own: Cumulative
    everyone: Cumulative
    per_second: int
    resource: str

    @property
    def name(self) -> str:
        """Id and version."""
        return f"{self.resource}-of-capacity/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give when either use was sampled."""
        return (*self.own.instants(span), *self.everyone.instants(span))

    def split(self, energy: int, piece: Span) -> Shares:
        """Split by use over capacity."""
        if not self.everyone.seen(piece):
            return Shares(0, 0, 0, energy)
        own, busy, whole = self._use(piece)
        mine, others, unused = apportion(energy, (own, busy - own, whole - busy))
        return Shares(mine, others, unused, 0)

    def occupied(self, span: Span) -> float:
        """Give 0: the occupied capacity's idle energy is in the workload's share already."""
        del span
        return 0.0

    def _use(self, piece: Span) -> tuple[int, int, int]:
        """Give the use by the workload, by all, and the capacity, in billionths of the unit."""
        whole = self.per_second * piece.nanoseconds
        own = min(self.own.between(piece) * NANOSECONDS_PER_SECOND, whole)
        busy = self.everyone.between(piece) * NANOSECONDS_PER_SECOND
        return own, min(max(busy, own), whole), whole


@dataclass(frozen=True, slots=True)
class AboveIdle:
    """Energy above idle by CPU time; idle is an account of its own.

    ``workload = (E - I)·c/b``, ``others = (E - I)·(b - c)/b``, ``idle = I``.

    Parameters
    ----------
    own, everyone : Cumulative
        CPU time [ns] of the workload and of all.
    idle : Cumulative
        What the domain would have drawn with nothing to do [µJ].
    threads : int
        Hardware threads.
    whole : Cumulative, optional
        For a meter whose idle power is not known: what a model says that the domain drew [µJ],
        `idle` being the model's too. The model then tells only what part of the metered energy was
        idle: ``I = E·idle/whole``.
    """

    is_even: ClassVar[bool] = False

    own: Cumulative
    everyone: Cumulative
    idle: Cumulative
    threads: int
    whole: Cumulative | None = None

    @property
    def name(self) -> str:
        """Id and version."""
        known = "idle" if self.whole is None else "modelled-idle"
        return f"cpu-time-above-{known}/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give when either use was sampled, or what would have been drawn idle."""
        tracks = (
            self.own,
            self.everyone,
            self.idle,
            *(() if self.whole is None else (self.whole,)),
        )
        return (instant for track in tracks for instant in track.instants(span))

    def split(self, energy: int, piece: Span) -> Shares:
        """Split what is above idle by CPU time."""
        if not self.everyone.seen(piece):
            return Shares(0, 0, 0, energy)
        idle = min(energy, self._idle(energy, piece))
        own = self.own.between(piece)
        busy = max(own, self.everyone.between(piece))
        if not busy:
            return Shares(0, 0, energy, 0)
        mine, others = apportion(energy - idle, (own, busy - own))
        return Shares(mine, others, idle, 0)

    def _idle(self, energy: int, piece: Span) -> int:
        idle = self.idle.between(piece)
        if self.whole is None:
            return idle
        whole = self.whole.between(piece)
        return energy * idle // whole if whole else energy

    def occupied(self, span: Span) -> float:
        """Give the workload's CPU time over all that there was."""
        capacity = self.threads * span.nanoseconds
        return min(1.0, self.own.between(span) / capacity) if capacity > 0 else 0.0


@dataclass(frozen=True, slots=True)
class NobodyKnown:
    """No probe saw who was at work: all of it stays unattributed."""

    is_even: ClassVar[bool] = True

    name: str = "unattributed/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give none."""
        del span
        return ()

    def split(self, energy: int, piece: Span) -> Shares:
        """Give all to the unattributed account."""
        del piece
        return Shares(0, 0, 0, energy)

    def occupied(self, span: Span) -> float:
        """Give 0."""
        del span
        return 0.0
