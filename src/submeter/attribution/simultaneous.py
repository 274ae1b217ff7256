"""Several windows of one program open at once: each joule goes to one of them, in equal parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from submeter.attribution.apportion import apportion
from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from submeter.attribution.attribution import Rule, Shares


@dataclass(frozen=True, slots=True)
class Simultaneous:
    """What `rule` gives to the program, in equal parts to the windows open at the time.

    Parameters
    ----------
    rule : Rule
        It tells the program's share.
    window : Span
        This window [ns].
    companions : sequence of Span
        The other windows that were open at some time in it [ns]. Windows are ordered by start and
        end, so that each comes to the same split.
    """

    rule: Rule
    window: Span
    companions: Sequence[Span]

    @property
    def name(self) -> str:
        """Id and version of the rule, and of this one."""
        return f"{self.rule.name}+equal-among-windows/1"

    def instants(self, span: Span) -> Iterable[int]:
        """Give when the inner rule's shares or the set of open windows may change."""
        edges = (edge for each in self.companions for edge in each)
        return (*self.rule.instants(span), *(e for e in edges if span.start < e < span.end))

    @property
    def is_even(self) -> bool:
        """Whether the inner rule is: the set of open windows changes at instants of this one."""
        return self.rule.is_even

    def split(self, energy: int, piece: Span) -> Shares:
        """Split by the inner rule, then the program's share among the windows."""
        shares = self.rule.split(energy, piece)
        seats, mine = self._seats(piece)
        part = apportion(shares.workload, [1] * seats)[mine]
        return shares._replace(workload=part, others=shares.others + shares.workload - part)

    def occupied(self, span: Span) -> float:
        """Give the occupied capacity, divided among the windows open at the time."""
        whole = self.rule.occupied(span)
        if not whole or span.nanoseconds <= 0:
            return 0.0
        cuts = sorted({span.start, span.end, *self.instants(span)})
        held = sum(
            (end - start) / self._seats(Span(start, end))[0] for start, end in pairwise(cuts)
        )
        return whole * held / span.nanoseconds

    def _seats(self, piece: Span) -> tuple[int, int]:
        """Give how many windows are open over `piece`, and this one's place among them."""
        open_now = [each for each in self.companions if each.overlap(piece)]
        before = sum(1 for each in open_now if each < self.window)
        return len(open_now) + 1, before
