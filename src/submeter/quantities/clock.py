"""Time: UTC nanoseconds on the record, spans by a clock that never steps."""

from __future__ import annotations

from typing import NamedTuple, Protocol

NANOSECONDS_PER_SECOND = 1_000_000_000

HOURS_PER_YEAR = 8760
"""A year [h] wherever one is read, told or divided by: 365 days, as in Thompson and Taylor: Guide
for the Use of the International System of Units, NIST Special Publication 811, 2008, appendix B.8.
Published accounts count it so too (the making of hardware in Luccioni et al. 2022 and in the case
studies of ISO/IEC 21031:2024). The astronomers' Julian year is 6 h longer."""


class Clock(Protocol):
    """Where time comes from; handed in, so that a virtual clock can stand in."""

    def now(self) -> int:
        """Give the monotonic time [ns]; it never steps and its origin means nothing."""
        ...

    def utc(self) -> int:
        """Give the time of day [ns since 1970-01-01 UTC]; it may step."""
        ...

    def asleep(self) -> int:
        """Give for how long [ns] the machine has been suspended since boot; 0 if it can't tell.

        The monotonic time stands still meanwhile.
        """
        ...


class Span(NamedTuple):
    """A stretch of monotonic time from `start` to `end` [ns]."""

    start: int
    end: int

    @property
    def nanoseconds(self) -> int:
        """The length [ns]."""
        return self.end - self.start

    @property
    def seconds(self) -> float:
        """The length [s]."""
        return (self.end - self.start) / NANOSECONDS_PER_SECOND

    def overlap(self, other: Span) -> int:
        """Give the length [ns] that two spans share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))
