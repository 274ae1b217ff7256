"""What every probe is: work comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Use(NamedTuple):
    """How much of something has been used so far.

    Parameters
    ----------
    track : str
        ``cpu`` [ns] or ``memory`` [B held now].
    value : int
        A running total for ``cpu``; the present amount for ``memory``.
    """

    track: str
    value: int


class Probe(Protocol):
    """A probe of one workload (a process tree, a control group) or of the whole machine."""

    @property
    def who(self) -> str:
        """``machine``, ``pid:1234`` or ``cgroup:/path``."""
        ...

    def sample(self, *, edge: bool = True) -> Sequence[Use]:
        """Read every track once, now; raises `OSError` once the workload is gone.

        Where no window begins or ends (`edge` is false), what changes slowly may be left out.
        """
        ...

    def close(self) -> None:
        """Let go."""
        ...
