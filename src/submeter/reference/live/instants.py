"""Instants as people and providers write them: ISO 8601 with an offset, kept as UTC nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

HOUR = 3_600_000_000_000
"""An hour [ns]."""

DAY = 24 * HOUR
"""A day of UTC [ns]; it has 24 hours whatever local clocks do."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read(text: str) -> int:
    """Give the instant [ns since 1970-01-01 UTC] that `text` names.

    Raises
    ------
    ValueError
        If it is none, or says no offset: 02:30 is there twice in the night that summer time ends.

    Examples
    --------
    >>> read("2026-11-24T10:00Z") == read("2026-11-24T11:00:00.000+01:00")
    True
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return (moment - _EPOCH) // _MICROSECOND * 1000


def write(instant: int) -> str:
    """Write an instant [ns] in UTC, to the second.

    Examples
    --------
    >>> write(1_795_514_400_000_000_000)
    '2026-11-24T10:00:00Z'
    """
    return moment(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def short(instant: int) -> str:
    """Write an instant [ns] in UTC as briefly as it can be: a full hour has no minutes.

    Examples
    --------
    >>> short(1_795_514_400_000_000_000), short(1_795_516_200_000_000_000)
    ('2026-11-24T10Z', '2026-11-24T10:30Z')
    """
    return moment(instant).strftime("%Y-%m-%dT%HZ" if instant % HOUR == 0 else "%Y-%m-%dT%H:%MZ")


def moment(instant: int) -> datetime:
    """Give an instant [ns] as a date and time of UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=instant // 1000)


def hours(start: int, end: int) -> range:
    """Give the beginnings [ns] of the hours of UTC that the stretch from `start` to `end` meets."""
    return range(start - start % HOUR, end, HOUR)


def days(start: int, end: int) -> range:
    """Give the beginnings [ns] of the days of UTC that the stretch from `start` to `end` meets."""
    return range(start - start % DAY, end, DAY)
