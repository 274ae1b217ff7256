"""The time that a number describes, as tables write it."""

from __future__ import annotations

import re

_YEAR = re.compile(r"(?:19|20)\d\d")
_FISCAL = re.compile(r"FY(\d\d)")
"""As Microsoft and OVHcloud write theirs: the year in which it ends."""


def last_year(period: str) -> int:
    """Give the year of a period, the last of a span, a fiscal one by its name; 0 where none is.

    Examples
    --------
    >>> [last_year(each) for each in ("2023", "2022-2025", "FY24", "")]
    [2023, 2025, 2024, 0]
    """
    fiscal = _FISCAL.fullmatch(period)
    if fiscal:
        return 2000 + int(fiscal[1])
    found = _YEAR.findall(period)
    return int(found[-1]) if found else 0
