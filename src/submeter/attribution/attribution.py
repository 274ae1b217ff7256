"""`Attribution`: the shares of one domain's energy. They sum to the trace, to the microjoule."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submeter.traces.trace import PowerTrace


class Shares(NamedTuple):
    """One stretch's energy [µJ], booked exactly once."""

    workload: int
    others: int
    idle: int
    unattributed: int


class Rule(Protocol):
    """A named way to say who drew what."""

    @property
    def name(self) -> str:
        """Id and version, such as ``cpu-time-above-idle/1``."""
        ...

    def instants(self, span: Span) -> Iterable[int]:
        """Give the instants [ns] inside `span` at which the shares may change."""
        ...

    @property
    def is_even(self) -> bool:
        """Whether between two of these all energy is split alike, whenever it was drawn."""
        ...

    def split(self, energy: int, piece: Span) -> Shares:
        """Split the `energy` [µJ] of one stretch; the shares sum to it."""
        ...

    def occupied(self, span: Span) -> float:
        """Give the part of the capacity, 0 to 1, whose idle energy is still in `Shares.idle`."""
        ...


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who drew what of one domain within a window.

    Parameters
    ----------
    domain, rule : str
        Id of the domain; name and version of the rule.
    meter : int
        All of the domain's energy [µJ]: ``sum(shares)``.
    shares : Shares
        Its four accounts [µJ].
    occupied : float
        The part of the capacity that the workload occupied, 0 to 1.
    """

    domain: str
    rule: str
    meter: int
    shares: Shares
    occupied: float


def attribute(trace: PowerTrace, span: Span, rule: Rule) -> Attribution:
    """Share out what `trace` drew within `span`.

    Parameters
    ----------
    trace : PowerTrace
        Live, replayed or modelled: they are the same here.
    span : Span
        The window [ns].
    rule : Rule
        Who drew it.

    Returns
    -------
    Attribution
        Conserved: its shares sum to the trace's energy within the window.

    Notes
    -----
    The window is cut wherever the meter or the usage was sampled, each piece is split alone, and
    the pieces are added: a busy second is not paid for by a quiet one. Where the rule splits all
    energy alike between its own instants, it is cut there alone.
    """
    metered = () if rule.is_even else trace.energy.instants(span)
    cuts = {span.start, span.end, *metered, *rule.instants(span)}
    totals = [0, 0, 0, 0]
    for start, end in pairwise(sorted(cuts)):
        piece = Span(start, end)
        energy = trace.energy.between(piece)
        if energy:
            for i, part in enumerate(rule.split(energy, piece)):
                totals[i] += part
    shares = Shares(*totals)
    return Attribution(trace.domain.id, rule.name, sum(shares), shares, rule.occupied(span))
