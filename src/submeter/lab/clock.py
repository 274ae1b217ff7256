"""A clock that goes forward when it is told to: hours pass in no time."""

from __future__ import annotations

from submeter.quantities.clock import NANOSECONDS_PER_SECOND

UTC_AT_START = 1_700_000_000 * NANOSECONDS_PER_SECOND


class VirtualClock:
    """Monotonic time and time of day [ns] that stand still between `forward` calls.

    Parameters
    ----------
    start : int
        The monotonic time to begin with [ns].
    """

    def __init__(self, start: int = 1000 * NANOSECONDS_PER_SECOND) -> None:
        self._start = start
        self._now = start

    def now(self) -> int:
        """Give the monotonic time [ns]."""
        return self._now

    def utc(self) -> int:
        """Give the time of day [ns since 1970-01-01 UTC]."""
        return UTC_AT_START + self._now - self._start

    def go_to(self, instant: int) -> None:
        """Let it be `instant` [ns], no earlier than it is."""
        self._now = max(self._now, instant)
