"""The rules for what is held: who drew the energy of an accelerator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from submeter.attribution.apportion import apportion
from submeter.attribution.attribution import Shares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.quantities.clock import Span
    from submeter.quantities.cumulative import Cumulative


@dataclass(frozen=True, slots=True)
class DeviceHeld:
    """An accelerator's energy to whoever holds it; shared holding is not told apart.

    Parameters
    ----------
    own, others, both : Cumulative
        Time [ns] in which only the workload, only others, or both had a process on the device.
    unknown : Cumulative
        Time [ns] in which the holders could not be looked up: its energy is nobody's idle.
    """

    is_even: ClassVar[bool] = True

    own: Cumulative
    others: Cumulative
    both: Cumulative
    unknown: Cumulative

    @property
    def name(self) -> str:
        """Id and version."""
        return "device-held/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give when the holders were looked up."""
        return self.own.instants(span)

    def split(self, energy: int, piece: Span) -> Shares:
        """Split by the time held."""
        own, others, both, free, unseen = self.times(piece)
        return Shares(*apportion(energy, (own, others, free, both + unseen)))

    def times(self, piece: Span) -> tuple[int, int, int, int, int]:
        """Give the time [ns] held by own, by others, by both, by nobody, and not seen."""
        seen = self.own.seen(piece) - self.unknown.between(piece)
        own, others, both = (e.between(piece) for e in (self.own, self.others, self.both))
        return own, others, both, max(0, seen - own - others - both), piece.nanoseconds - seen

    def occupied(self, span: Span) -> float:
        """Give 0: a held device's idle energy is its holder's."""
        del span
        return 0.0


@dataclass(frozen=True, slots=True)
class DeviceInTurns(DeviceHeld):
    """A device's energy to the program in whose custody it is; others book none of it meanwhile.

    For devices whose holders cannot be seen: `own` and `others` are the times of custody.
    """

    @property
    def name(self) -> str:
        """Id and version."""
        return "whole-device-in-turns/1"


@dataclass(frozen=True, slots=True)
class DeviceHeldBySm:
    """As `DeviceHeld`; while both hold it, by what each computed on it.

    ``workload = E·a/(a + o)``, ``others = E·o/(a + o)`` with `a` and `o` the time on the device's
    multiprocessors; where nobody computes, in equal parts to the processes that hold it.

    Parameters
    ----------
    held : DeviceHeld
        Who held it.
    own, others : Cumulative
        Time [ns] in which the workload and others computed, weighted by the part of the device's
        multiprocessors that they kept busy. Sampled at the instants of `sampled`.
    sampled : Cumulative
        Time [ns] for which that is known; of the rest nobody knows whose it is.
    seats_own, seats_others : Cumulative
        Time [ns] in which both held it, times the number of processes of each.

    Notes
    -----
    All that a shared device draws follows computing, its idle draw too: what it would draw idle no
    driver tells, and a process that only holds it keeps nobody else from it.
    """

    is_even: ClassVar[bool] = True

    held: DeviceHeld
    own: Cumulative
    others: Cumulative
    sampled: Cumulative
    seats_own: Cumulative
    seats_others: Cumulative

    @property
    def name(self) -> str:
        """Id and version."""
        return "device-held-by-sm/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give when the holders were looked up, and when their computing was sampled."""
        return (*self.held.instants(span), *self.sampled.instants(span))

    def split(self, energy: int, piece: Span) -> Shares:
        """Split by the time held, and that held by both by what each computed."""
        own, others, both, free, unseen = self.held.times(piece)
        mine, theirs, known, whole = self._computed(piece)
        seats = mine + theirs
        weights = (
            own * seats * whole + both * known * mine,
            others * seats * whole + both * known * theirs,
            free * seats * whole,
            (both * (whole - known) + unseen * whole) * seats,
        )
        return Shares(*apportion(energy, weights))

    def _computed(self, piece: Span) -> tuple[int, int, int, int]:
        """Give the weights of both over the samples around `piece`, and the part that is known.

        Over whole stretches between samples, so that cutting one changes no share.
        """
        stretch = self.sampled.reach(piece)
        known = min(self.sampled.between(stretch), stretch.nanoseconds)
        for pair in ((self.own, self.others), (self.seats_own, self.seats_others)):
            mine, theirs = (each.between(stretch) for each in pair)
            if mine or theirs:
                return mine, theirs, known, stretch.nanoseconds
        return 1, 1, known, stretch.nanoseconds

    def occupied(self, span: Span) -> float:
        """Give 0: a held device's idle energy is its holders'."""
        del span
        return 0.0


@dataclass(frozen=True, slots=True)
class WholeDevice:
    """All of a device's energy to the workload, because nobody else can be seen on it."""

    is_even: ClassVar[bool] = True

    name: str = "whole-device/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give none."""
        del span
        return ()

    def split(self, energy: int, piece: Span) -> Shares:
        """Give all to the workload."""
        del piece
        return Shares(energy, 0, 0, 0)

    def occupied(self, span: Span) -> float:
        """Give 0: there is no idle account."""
        del span
        return 0.0
