"""`Sitting`: one stretch of a benchmark without a break; a run that was killed has several."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import RecordError
from submeter.quantities.clock import Span

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stage(NamedTuple):
    """A named part of a sitting: ``idle``, ``load``."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sitting:
    """When things happened, and what is not in the readings.

    Parameters
    ----------
    number : int
        From 0.
    started : int
        UTC [ns].
    stages : tuple of Stage
        What came before the queries.
    stretches : tuple of Span
        When queries ran [ns, monotonic], between the pauses in which answers were marked and
        written down.
    until : int
        Up to when everything was read [ns].
    overhead : int
        CPU time that metering took [ns].
    conditions : tuple of mapping
        Temperatures, clocks and load of the machine and of its accelerators at each pause.
    missing : tuple of str
        What was not seen, in words.
    """

    number: int
    started: int
    stages: tuple[Stage, ...] = ()
    stretches: tuple[Span, ...] = ()
    until: int = 0
    overhead: int = 0
    conditions: tuple[Mapping[str, float], ...] = field(default_factory=tuple)
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give its object in a bundle's ``sittings``."""
        return {
            "number": self.number,
            "started": self.started,
            "stages": [{"name": name, "start": span.start, "end": span.end}
                       for name, span in self.stages],
            "stretches": [list(each) for each in self.stretches],
            "until": self.until,
            "overhead": self.overhead,
            "conditions": [dict(each) for each in self.conditions],
            "missing": list(self.missing),
        }  # fmt: skip


def sitting_of(told: Mapping[str, Any]) -> Sitting:
    """Read it.

    Raises
    ------
    RecordError
        If it is none.
    """
    try:
        return Sitting(
            number=int(told["number"]),
            started=int(told["started"]),
            stages=tuple(
                Stage(str(each["name"]), Span(int(each["start"]), int(each["end"])))
                for each in told["stages"]
            ),
            stretches=tuple(Span(int(start), int(end)) for start, end in told["stretches"]),
            until=int(told["until"]),
            overhead=int(told["overhead"]),
            conditions=tuple(
                {str(name): float(value) for name, value in dict(each).items()}
                for each in told["conditions"]
            ),
            missing=tuple(map(str, told["missing"])),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise RecordError(f"a sitting cannot be read: {error!r}") from error
